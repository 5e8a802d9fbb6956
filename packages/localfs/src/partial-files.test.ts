import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, systemClock, systemRandom } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from './index.ts';
import { partialFolder, partialNameOf } from './partial-files.ts';

let base = '';
let root = '';

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'holdfast-partial-'));
  root = join(base, 'root');
  mkdirSync(root);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const day = 86_400_000;

function open(msFromNow = 0) {
  const clock = { ...systemClock, now: () => systemClock.now() + msFromNow };
  return openFolder({ root, historyDir: join(base, 'history'), clock, random: systemRandom });
}

async function* broken(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield Buffer.from(text);
  throw new Error('connection lost');
}

async function keep(key: string, text = 'some bytes'): Promise<void> {
  const folder = await open();
  await expect(folder.stageFrom(key, () => broken(text))).rejects.toThrow('connection lost');
}

const kept = () => (existsSync(join(root, partialFolder)) ? readdirSync(join(root, partialFolder)) : []);

describe('what has come in part', () => {
  it('outlives the process, and its name tells nothing', async () => {
    await keep('folder/secret name');
    expect(kept()).toEqual([partialNameOf('folder/secret name')]);
    const folder = await open();
    await folder.tidy(0);
    const staged = await folder.stageFrom('folder/secret name', async function* (from) {
      yield Buffer.from(String(from));
    });
    expect(staged.size).toBe('some bytes10'.length);
    await folder.discard(staged);
    expect(readdirSync(root)).toEqual([]);
  });

  it('is bounded in number and in age, and nothing is left of nothing', async () => {
    for (let n = 0; n < 7; n += 1) await keep(`key ${n}`);
    await keep('empty', '');
    // Looked at whenever one is begun: a process that runs for months does not gather them.
    expect(kept().length).toBeLessThan(6);
    await (await open()).tidy(0);
    expect(kept()).toHaveLength(4);
    await (await open(6 * day)).tidy(0);
    expect(kept()).toHaveLength(4);
    await (await open(8 * day)).tidy(0);
    expect(readdirSync(root)).toEqual([]);
  });

  it('is not kept when the server has another version by now', async () => {
    const folder = await open();
    const gone = async function* () {
      yield Buffer.from('some bytes');
      throw new AppError('target-changed');
    };
    await expect(folder.stageFrom('key', gone)).rejects.toMatchObject({ code: 'target-changed' });
    expect(readdirSync(root)).toEqual([]);
  });

  it('is not removed while it is in use, and the same content twice does not mix', async () => {
    const folder = await open();
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const first = folder.stageFrom('key', async function* () {
      yield Buffer.from('one ');
      await waiting;
      yield Buffer.from('two');
    });
    const second = await folder.stageFrom('key', async function* () {
      yield Buffer.from('three');
    });
    await folder.tidy(0);
    goOn();
    const staged = await first;
    expect([staged.size, second.size]).toEqual([7, 5]);
    const plain = { mtime: undefined, executable: false };
    await folder.place(staged, 'a', 'absent', plain);
    await folder.place(second, 'b', 'absent', plain);
    expect(readdirSync(root).sort()).toEqual(['a', 'b']);
  });

  it('a link under its name is not followed', async () => {
    const victim = join(base, 'victim');
    writeFileSync(victim, 'untouched');
    mkdirSync(join(root, partialFolder));
    symlinkSync(victim, join(root, partialFolder, partialNameOf('key')));
    const folder = await open();
    await expect(folder.stageFrom('key', () => broken('x'))).rejects.toMatchObject({
      code: 'target-changed',
    });
  });
});
