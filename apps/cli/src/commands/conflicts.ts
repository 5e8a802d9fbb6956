import { resolve } from 'node:path';
import { AppError } from '@holdfast/base';
import { type Command, Option } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStateOption, chosenFolder, folderControl, type StateOptions } from '../folder-control.ts';
import { formatCount, printable } from '../terminal/format-amount.ts';
import { formatTime } from '../terminal/format-time.ts';

interface ConflictOptions extends StateOptions {
  readonly keep?: 'mine' | 'theirs' | 'both';
  readonly all?: boolean;
  readonly folder?: string;
}

/** `holdfast conflicts`. */
export function addConflictsCommand(program: Command, cli: Cli): void {
  const command = addStateOption(
    program
      .command('conflicts')
      .description(
        'What was changed on both sides. Both versions are there until you decide; what you let go of stays in the history.',
      )
      .argument('[files...]', 'with --keep: these files, or their copies')
      .addOption(
        new Option(
          '--keep <which>',
          'mine: the version of this computer; theirs: that of the server; both: as they are',
        ).choices(['mine', 'theirs', 'both']),
      )
      .option('--all', 'with --keep: all of them')
      .option('--folder <folder>', 'of this folder alone'),
  );
  const examples = [
    'conflicts',
    'conflicts plan.odt --keep mine',
    'conflicts --keep both --all --folder Photos',
  ];
  carryOut<ConflictOptions>(command, cli, examples, async (invocation) => {
    const { options, print } = invocation;
    const files = filesOf(invocation.words);
    const { folder } = options.folder === undefined ? {} : chosenFolder(options.folder, cli.terminal);
    const only = folder === undefined ? {} : { folder };
    if (options.keep === undefined) {
      if (files.length > 0 || options.all)
        throw new AppError('bad-value', { message: 'Say which: --keep WHICH.' });
      const { conflicts } = await folderControl(invocation, 'conflict.list', only);
      print(conflicts, () =>
        conflicts.length === 0 ? 'No conflicts.\n' : conflicts.map(inWords(cli)).join(''),
      );
      return exitCodes.ok;
    }
    if (files.length > 0 === (options.all === true)) {
      throw new AppError('bad-value', { message: 'Name the files, or say --all.' });
    }
    const paths = files.map((file) => resolve(cli.terminal.cwd, file));
    const { decided, left } = await folderControl(invocation, 'conflict.decide', {
      ...only,
      ...(paths.length === 0 ? {} : { paths }),
      keep: options.keep,
    });
    print(
      { decided, left },
      () => `${formatCount(decided, 'conflict')} decided.\n${left.map(inWords(cli)).join('')}`,
    );
    return left.length === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

function inWords({ clock }: Cli) {
  return ({ folder, at, message }: { folder: string; at: number; message: string }) =>
    `${formatTime(at, clock.now())}  ${printable(folder)}: ${printable(message)}\n`;
}

/** A variadic argument comes as a list of its own. */
function filesOf(words: readonly unknown[]): string[] {
  return words.flat().filter((word): word is string => typeof word === 'string');
}
