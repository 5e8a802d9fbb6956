import type { PowerStatus, RateLimits } from '@holdfast/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStateOption, folderControl, type StateOptions } from '../folder-control.ts';
import { parseSize } from '../parse-options.ts';
import { formatBytes } from '../terminal/format-amount.ts';

interface LimitOptions extends StateOptions {
  /** Bytes a second; null for none. */
  readonly up?: number | null;
  readonly down?: number | null;
}

interface PowerOptions extends StateOptions {
  readonly battery?: 'sync' | 'pause';
  readonly metered?: 'sync' | 'pause';
}

/** `holdfast limit` and `holdfast power`. */
export function addLimitCommands(program: Command, cli: Cli): void {
  const limit = addStateOption(
    program
      .command('limit')
      .description('Show or set how many bytes a second syncing may use. Counts at once.')
      .option('--up <rate>', 'such as 1M, or none', parseRate)
      .option('--down <rate>', 'such as 5M, or none', parseRate),
  );
  const examples = ['limit', 'limit --up 1M --down 5M', 'limit --up none'];
  carryOut<LimitOptions>(limit, cli, examples, async (invocation) => {
    const { up, down } = invocation.options;
    const limits = await folderControl(invocation, 'limit', {
      ...(up === undefined ? {} : { up }),
      ...(down === undefined ? {} : { down }),
    });
    invocation.print(limits, () => describeLimits(limits));
    return exitCodes.ok;
  });

  const choices = ['sync', 'pause'];
  const power = addStateOption(
    program
      .command('power')
      .description('Show or choose what syncing does on battery and on metered networks.')
      .addOption(new Option('--battery <what>', 'while the computer runs on its battery').choices(choices))
      .addOption(new Option('--metered <what>', 'while the network is metered').choices(choices)),
  );
  carryOut<PowerOptions>(power, cli, ['power', 'power --battery pause'], async (invocation) => {
    const { battery, metered } = invocation.options;
    const status = await folderControl(invocation, 'power', {
      ...(battery === undefined ? {} : { battery }),
      ...(metered === undefined ? {} : { meteredNetwork: metered }),
    });
    invocation.print(status, () => describePower(status));
    return exitCodes.ok;
  });
}

/** Limits in words. */
export function describeLimits({ up, down }: RateLimits): string {
  const words = (rate: number | undefined) => (rate === undefined ? 'no limit' : `${formatBytes(rate)}/s`);
  return `Up: ${words(up)}. Down: ${words(down)}.\n`;
}

function describePower({ battery, meteredNetwork, onBattery, metered }: PowerStatus): string {
  const words = (what: 'sync' | 'pause', now: boolean) =>
    `${what === 'sync' ? 'goes on' : 'pauses'}${now ? ' (that is now)' : ''}`;
  return `On battery syncing ${words(battery, onBattery)}; on metered networks it ${words(meteredNetwork, metered)}.\n`;
}

function parseRate(text: string): number | null {
  if (text === 'none' || text === '0') return null;
  const rate = parseSize(text);
  if (rate < 1) throw new InvalidArgumentError('It must look like 1M, 500K or none.');
  return rate;
}
