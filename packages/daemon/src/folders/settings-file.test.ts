import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@holdfast/base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SettingsFile } from './settings-file.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-settings-'));
  path = join(root, 'settings.json');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const account = { id: 'a', server: 'https://x', user: 'u', store: 'file', secret: 's' } as const;
const folder = { id: 'f', name: 'F', local: '/f', url: 'https://x/', account: 'a', journal: 'j', addedAt: 1 };

it('R17 settings survive a restart, readable by their owner only, with nothing else left behind', () => {
  const file = new SettingsFile(path, systemRandom);
  file.update((settings) => ({ ...settings, accounts: [account], folders: [{ ...folder, links: true }] }));
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(readdirSync(root)).toEqual(['settings.json']);
  const { settings } = new SettingsFile(path, systemRandom);
  expect(settings.accounts).toEqual([account]);
  expect(settings.folders).toEqual([{ ...folder, links: true }]);
});

it('R17 what a newer program has added is kept, at every level, when an older one writes', () => {
  const newer = {
    version: 1,
    theme: 'dark',
    accounts: [{ ...account, badge: 7 }],
    folders: [{ ...folder, colour: 'red', paused: { until: 5, mood: 'tired' } }],
    limits: { up: 10, night: 20 },
    power: { battery: 'pause', sun: true },
  };
  writeFileSync(path, JSON.stringify(newer));
  new SettingsFile(path, systemRandom).update((settings) => ({
    ...settings,
    limits: { ...settings.limits, down: 30 },
  }));
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    ...newer,
    limits: { up: 10, night: 20, down: 30 },
  });
});

it('refuses settings of a newer form, and damaged ones, and never writes over them', () => {
  const bad: readonly (readonly [string, string])[] = [
    ['{"version":2}', 'data-too-new'],
    ['{"version":1,', 'store-damaged'],
    ['', 'store-damaged'],
    ['{}', 'store-damaged'],
    ['[]', 'store-damaged'],
    [JSON.stringify({ version: 1, folders: [{ id: 1 }] }), 'store-damaged'],
    [JSON.stringify({ version: 1, limits: { up: -1 } }), 'store-damaged'],
  ];
  for (const [text, code] of bad) {
    writeFileSync(path, text);
    expect(() => new SettingsFile(path, systemRandom), text).toThrow(expect.objectContaining({ code }));
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
});

it('a change that cannot be written leaves the settings of before, on the disk and in memory', () => {
  const file = new SettingsFile(path, systemRandom);
  file.update((settings) => ({ ...settings, accounts: [account] }));
  const before = readFileSync(path, 'utf8');
  const lost = () =>
    file.update(() => {
      throw new Error('no');
    });
  expect(lost).toThrow('no');
  const gone = new SettingsFile(join(root, 'gone', 'settings.json'), systemRandom);
  expect(() => gone.update((settings) => ({ ...settings, accounts: [account] }))).toThrow();
  expect(gone.settings.accounts).toEqual([]);
  expect(readFileSync(path, 'utf8')).toBe(before);
});
