import { AppError, type Logger, silentLogger, systemRandom } from '@holdfast/base';
import { manualClock } from '@holdfast/base/testing';
import { expect, it } from 'vitest';
import type { Node } from './open-node.ts';
import { prepareRegularly } from './prepare-regularly.ts';

it('R10 a failure of background work is logged and tried again; the node goes on', async () => {
  const stop = new AbortController();
  const logged: string[] = [];
  const logger: Logger = { ...silentLogger, error: (message) => void logged.push(message) };
  let tries = 0;
  const prepareChunks = async () => {
    if (++tries < 3) throw tries === 1 ? new RangeError('odd') : new AppError('store-damaged');
    stop.abort();
  };
  const node = { parts: { clock: manualClock(), random: systemRandom, logger }, files: { prepareChunks } };
  await prepareRegularly(node as unknown as Node, stop.signal);
  expect(tries).toBe(3);
  expect(logged).toHaveLength(2);
});
