import { describe, expect, it } from 'vitest';
import { nameLimitsIn } from './name-limits.ts';
import { quirksOf, quirkTable } from './quirks.ts';

describe('what is known of servers', () => {
  it('says of every row where it is known from', () => {
    for (const row of quirkTable) expect(row.source.length).toBeGreaterThan(10);
  });

  it('is the careful value for a server nobody knows', () => {
    const unknown = quirksOf({ kind: 'webdav', software: 'SomethingDav/3', version: '' });
    expect(unknown).toMatchObject({ checksSha1: false, overwriteKept: false, etagMoves: false });
    expect(unknown.chunks.parallel).toBe(1);
  });

  it.each([
    ['webdav', 'Apache/2.4.62 (Debian)', { overwriteKept: true, etagMoves: true }],
    ['webdav', 'Apachette', { overwriteKept: false }],
    ['webdav', 'Microsoft-IIS/10.0', { windowsNames: true }],
    ['owncloud', 'Infinite Scale', { checksSha1: true }],
    [
      'nextcloud',
      'Acme Files',
      { checksSha1: false, chunks: { min: 5_000_000, max: 5_000_000_000, parallel: 4 } },
    ],
  ] as const)('%s %s', (kind, software, quirks) => {
    expect(quirksOf({ kind, software, version: '31.0.2' })).toMatchObject(quirks);
  });

  it('ownCloud takes chunks side by side from version 10', () => {
    const parallel = (version: string) =>
      quirksOf({ kind: 'owncloud', software: 'ownCloud', version }).chunks.parallel;
    expect([parallel('9.1.8'), parallel('10.0.0'), parallel('10.15.1'), parallel('odd')]).toEqual([
      1, 4, 4, 1,
    ]);
  });

  it('what the server itself says of chunks goes first, within reason', () => {
    const { chunks } = quirksOf({
      ...{ kind: 'nextcloud', software: 'Nextcloud', version: '31.0.2' },
      chunkLimits: { max: 10_000_000, parallel: 100 },
    });
    expect(chunks).toEqual({ min: 5_000_000, max: 10_000_000, parallel: 4 });
  });
});

describe('names a server refuses', () => {
  it('are read from the capabilities of new and old versions', () => {
    const files = {
      blacklisted_files: ['.htaccess'],
      forbidden_filenames: ['.HTACCESS', 'Thumbs.db'],
      forbidden_filename_basenames: ['con'],
      forbidden_filename_characters: ['\\', '/', ':'],
      forbidden_filename_extensions: ['.part'],
    };
    expect(nameLimitsIn({ files })).toEqual({
      characters: '\\:',
      names: ['.htaccess', 'thumbs.db'],
      basenames: ['con'],
      extensions: ['.part'],
      windows: false,
    });
  });

  it('are none where nothing, only a slash, or nonsense is named', () => {
    const odd: unknown[] = [
      undefined,
      { files: 7 },
      { files: { forbidden_filename_characters: ['/'], forbidden_filenames: [] } },
      { files: { forbidden_filename_characters: 'abc', blacklisted_files: [1, null, ''] } },
    ];
    for (const capabilities of odd) expect(nameLimitsIn(capabilities)).toBeUndefined();
  });
});
