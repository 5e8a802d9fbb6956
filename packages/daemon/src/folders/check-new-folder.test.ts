import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkNewFolder, type Neighbours } from './check-new-folder.ts';
import { realPath } from './real-path.ts';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-check-')));
  mkdirSync(join(root, 'home', 'Photos', 'inner'), { recursive: true });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function neighbours(platform = 'linux'): Neighbours {
  const photos = {
    ...{
      id: '1',
      name: 'My photos',
      local: join(root, 'home', 'Photos'),
      url: 'https://x/Photos',
      user: 'ana',
    },
    ...{ account: 'a', journal: 'j', links: false, addedAt: 0 },
  };
  return { folders: [photos], own: [join(root, 'home', '.state')], home: join(root, 'home'), platform };
}

const check = (local: string, parts: { url?: string; user?: string; platform?: string } = {}) =>
  checkNewFolder(
    { local: realPath(local), url: parts.url ?? 'https://x/', user: parts.user ?? 'ana' },
    neighbours(parts.platform),
  );

describe('a folder that is to be synced', () => {
  it('may be any folder of its own, also one that is not there yet', () => {
    expect(check(join(root, 'home', 'Documents'))).toEqual([]);
    expect(check(join(root, 'home', 'Photos 2'))).toEqual([]);
    expect(check(join(root, 'home', 'Photo'))).toEqual([]);
  });

  it.each([
    ['the same', 'home/Photos'],
    ['the same by another way', 'home/Photos/inner/..'],
    ['one in it', 'home/Photos/inner'],
    ['one in it that is not there yet', 'home/Photos/new/deep'],
  ])('is refused by name when it is %s', (_case, path) => {
    expect(() => check(join(root, path))).toThrow(expect.objectContaining({ code: 'already-synced' }));
    expect(() => check(join(root, path))).toThrow('My photos');
  });

  it('is refused when it holds a synced one, and through a link as well', () => {
    mkdirSync(join(root, 'outer'));
    symlinkSync(join(root, 'home', 'Photos'), join(root, 'link'));
    expect(() => check(join(root, 'link'))).toThrow(expect.objectContaining({ code: 'already-synced' }));
    expect(() => check(join(root, 'link', 'inner'))).toThrow(
      expect.objectContaining({ code: 'already-synced' }),
    );
    expect(() =>
      checkNewFolder({ local: root, url: 'https://x/', user: 'u' }, { ...neighbours(), own: [] }),
    ).toThrow('lies within');
  });

  it('differs from a synced one by more than case where the system does not tell them apart', () => {
    const other = join(root, 'home', 'PHOTOS');
    expect(check(other)).toEqual([]);
    for (const platform of ['darwin', 'win32']) {
      expect(() => check(other, { platform })).toThrow(expect.objectContaining({ code: 'already-synced' }));
    }
  });

  it.each(['/', '/proc/self', '/dev', '/sys/class'])('is refused at %s', (path) => {
    expect(() => check(path)).toThrow(expect.objectContaining({ code: 'bad-value' }));
  });

  it('is refused where people and this program keep their own things, or where a file is', () => {
    writeFileSync(join(root, 'file'), '');
    for (const path of ['home', 'home/.state', 'home/.state/sync', 'file']) {
      expect(() => check(join(root, path)), path).toThrow(expect.objectContaining({ code: 'bad-value' }));
    }
  });

  it('is warned of when it is the second one for the same place, or travels readable', () => {
    const documents = join(root, 'home', 'Documents');
    expect(check(documents, { url: 'https://x/Photos' })).toEqual([expect.stringContaining('My photos')]);
    expect(check(documents, { url: 'https://x/Photos', user: 'bob' })).toEqual([]);
    expect(check(documents, { url: 'http://files.example.org/' })).toEqual([
      expect.stringContaining('not encrypted'),
    ]);
    for (const url of ['http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]:8/']) {
      expect(check(documents, { url })).toEqual([]);
    }
  });
});
