import type { Command } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStateOption, chosenFolder, folderControl, type StateOptions } from '../folder-control.ts';
import { parseSpan } from '../parse-options.ts';
import { printable } from '../terminal/format-amount.ts';
import { formatTime } from '../terminal/format-time.ts';

interface PauseOptions extends StateOptions {
  /** Milliseconds. */
  readonly for?: number;
}

/** `pause` and `resume`: of all folders where none is named. `prefix` is what goes before them in examples. */
export function addPause(parent: Command, cli: Cli, prefix: string): void {
  const pause = addStateOption(
    parent
      .command('pause')
      .description('Stop syncing for a while. Nothing is lost; it is kept across restarts.')
      .argument('[folder]', 'its name or path; everything when left out')
      .option('--for <span>', 'go on by itself after this time, such as 1h', parseSpan),
  );
  const examples = [`${prefix}pause --for 1h`, `${prefix}pause Photos`];
  carryOut<PauseOptions>(pause, cli, examples, async (invocation) => {
    const { options, words, print } = invocation;
    const paused = await folderControl(invocation, 'folder.pause', {
      ...chosenFolder(words[0], cli.terminal),
      all: words[0] === undefined,
      ...(options.for === undefined ? {} : { forMs: options.for }),
    });
    const { until } = paused;
    const end = until === undefined ? 'until "resume"' : `until ${formatTime(until, cli.clock.now())}`;
    print(paused, () => `Paused ${end}: ${paused.folders.map(printable).join(', ') || 'no folder yet'}\n`);
    return exitCodes.ok;
  });

  const resume = addStateOption(
    parent
      .command('resume')
      .description('Go on syncing.')
      .argument('[folder]', 'its name or path; everything when left out'),
  );
  carryOut<StateOptions>(resume, cli, [`${prefix}resume`, `${prefix}resume Photos`], async (invocation) => {
    const { words, print } = invocation;
    const all = words[0] === undefined;
    const resumed = await folderControl(invocation, 'folder.resume', {
      ...chosenFolder(words[0], cli.terminal),
      all,
    });
    print(resumed, () => `Going on: ${resumed.folders.map(printable).join(', ') || 'no folder yet'}\n`);
    return exitCodes.ok;
  });
}
