import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';

const size = 9 * 1024 * 1024;
const content = new Uint8Array(size).map((_, index) => (index * 2_654_435_761) >>> 24);
const half = size / 2;

/** The connection breaks after half of the file. */
async function brokenOff(world: FakePair): Promise<void> {
  const { remote } = world;
  const read = remote.read.bind(remote);
  remote.read = async (path, options) => {
    const opened = await read(path, options);
    const body = async function* () {
      for await (const part of opened.body) {
        yield part;
        throw new AppError('server-unreachable');
      }
    };
    return { ...opened, body: body() };
  };
  const report = await world.sync();
  expect(report).toMatchObject({ state: 'stopped', bytesDown: half });
  expect(world.local()).toEqual({});
  remote.read = read;
}

describe.each(['feed', 'etag-walk'] as const)('a large download from a %s server', (discovery) => {
  const told = discovery === 'feed';

  it('R7 that broke off goes on where it was, after a restart too, if it can be verified', async () => {
    using world = new FakePair({ discovery });
    world.remote.server.write('f', content);
    await brokenOff(world);
    world.folder.crash();
    const report = await world.sync();
    expect(report).toMatchObject({ state: 'changed', bytesDown: told ? half : size, problems: [] });
    expect(Buffer.compare(world.folder.disk.find('f')?.bytes ?? new Uint8Array(), content)).toBe(0);
    expect(world.folder.partials.size).toBe(0);
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('another version is fetched from its start', async () => {
    using world = new FakePair({ discovery });
    world.remote.server.write('f', content);
    await brokenOff(world);
    const other = content.map((byte) => byte ^ 1);
    world.remote.server.write('f', other);
    expect(await world.sync()).toMatchObject({ bytesDown: size, problems: [] });
    expect(Buffer.compare(world.folder.disk.find('f')?.bytes ?? new Uint8Array(), other)).toBe(0);
  });

  it('R6 what was kept and is damaged is thrown away and fetched again', async () => {
    using world = new FakePair({ discovery });
    world.remote.server.write('f', content);
    await brokenOff(world);
    for (const kept of world.folder.partials.values()) kept.fill(0, 0, 100);
    const report = await world.sync();
    expect(report.problems).toEqual([]);
    expect(Buffer.compare(world.folder.disk.find('f')?.bytes ?? new Uint8Array(), content)).toBe(0);
    expect(report.bytesDown).toBe(told ? half + size : size);
  });
});
