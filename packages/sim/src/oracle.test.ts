import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineWorld } from './engine-world.ts';
import { memorySimServer } from './memory-sim-server.ts';
import type { SimClient } from './sim-client.ts';
import { planWorld } from './world-plan.ts';

let dir: string;
let world: EngineWorld;
let client: SimClient;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-oracle-'));
  world = await EngineWorld.make(1, { dir }, memorySimServer, planWorld(1, 2));
  const [first] = world.clients;
  if (first === undefined) throw new Error('a world without clients');
  client = first;
  client.folder.disk.write('a', 'text 1');
  world.server.place.write('a', 'text 1');
});

afterEach(async () => {
  await world.server.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('R4', () => {
  it.each(['local', 'remote'] as const)(
    'holds a removal %s of what both sides have against it',
    async (side) => {
      await world.oracle.removing(client, side, 'a', () => removed(side));
      expect(world.oracle.failures).toEqual([`R4 ${client.name} removes ${side} a "text 1"`]);
    },
  );

  it('holds a removal against it that fails afterwards', async () => {
    const removing = world.oracle.removing(client, 'local', 'a', async () => {
      await removed('local');
      throw new AppError('target-changed');
    });
    await expect(removing).rejects.toThrow(AppError);
    expect(world.oracle.failures).toHaveLength(1);
  });

  it.each(['local', 'remote'] as const)(
    'does not hold a refused removal %s against anybody',
    async (side) => {
      const removing = world.oracle.removing(client, side, 'a', async () => {
        throw new AppError('target-changed');
      });
      await expect(removing).rejects.toThrow(AppError);
      expect(world.oracle.failures).toEqual([]);
    },
  );

  it('lets go what only one side has, and what somebody has removed', async () => {
    client.folder.disk.write('b', 'text 2');
    await world.oracle.removing(client, 'local', 'b', async () => client.folder.disk.remove('b'));
    world.people.given.add('text 1');
    await world.oracle.removing(client, 'local', 'a', () => removed('local'));
    expect(world.oracle.failures).toEqual([]);
  });
});

async function removed(side: 'local' | 'remote'): Promise<void> {
  if (side === 'local') client.folder.disk.remove('a');
  else await world.server.place.remove('a');
}
