import { type Command, InvalidArgumentError } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStateOption, chosenFolder, folderControl, type StateOptions } from '../folder-control.ts';
import { formatCount, printable } from '../terminal/format-amount.ts';
import { formatTable } from '../terminal/format-table.ts';
import { formatTime } from '../terminal/format-time.ts';

interface RunsOptions extends StateOptions {
  readonly folder?: string;
  readonly limit: number;
  readonly all?: boolean;
}

interface UndoOptions extends StateOptions {
  readonly folder?: string;
  readonly plan?: boolean;
}

/** `holdfast runs` and `holdfast undo`. */
export function addRunHistoryCommands(program: Command, cli: Cli): void {
  const runs = addStateOption(
    program
      .command('runs')
      .description('The last runs of a folder that have done something, latest first.')
      .option('--folder <folder>', 'its name or path; the only one, or the one you are in, when left out')
      .option('--limit <number>', 'at most so many', parseNumber, 20)
      .option('--all', 'also those that found nothing to do'),
  );
  carryOut<RunsOptions>(runs, cli, ['runs', 'runs --folder Photos --limit 100'], async (invocation) => {
    const { folder, limit, all } = invocation.options;
    const listed = await folderControl(invocation, 'run.list', {
      ...chosenFolder(folder, cli.terminal),
      limit,
      all: all === true,
    });
    invocation.print(listed, () => {
      if (listed.runs.length === 0) return 'No run has done anything yet. --all shows the others.\n';
      return formatTable(
        ['RUN', 'STARTED', 'STATE', 'DID'],
        listed.runs.map(({ run, kind, started, state, summary, undone }) => [
          String(run),
          formatTime(started, cli.clock.now()),
          `${states[state ?? ''] ?? 'broken off'}${undone ? ', undone' : ''}`,
          countsInWords(kind, summary),
        ]),
      );
    });
    return exitCodes.ok;
  });

  const undo = addStateOption(
    program
      .command('undo')
      .description(
        'Take back what a run has replaced, moved or removed. What was changed since is left alone. An undo can be undone.',
      )
      .argument('<run>', 'its number, as in "runs"', parseNumber)
      .option('--folder <folder>', 'the folder it was a run of')
      .option('--plan', 'only tell what would be done'),
  );
  carryOut<UndoOptions>(undo, cli, ['undo 12 --plan', 'undo 12 --folder Photos'], async (invocation) => {
    const { folder, plan } = invocation.options;
    const undone = await folderControl(invocation, 'run.undo', {
      ...chosenFolder(folder, cli.terminal),
      run: Number(invocation.words[0]),
      planOnly: plan === true,
    });
    invocation.print(undone, () => {
      const done = undone.done.map(({ sentence }) => `  ${printable(sentence)}\n`);
      const left = undone.left.map(
        ({ path, reason }) => `  left alone: ${printable(path)}: ${printable(reason)}\n`,
      );
      if (done.length + left.length === 0) {
        return `Run ${undone.run} has replaced, moved or removed nothing that could be taken back.\n`;
      }
      const what = plan ? 'would be taken back' : 'taken back';
      return `${formatCount(done.length, 'change')} ${what}.\n${done.join('')}${left.join('')}`;
    });
    return exitCodes.ok;
  });
}

const states: Readonly<Record<string, string>> = {
  'in-sync': 'in sync',
  changed: 'in sync',
  problems: 'problems',
  stopped: 'stopped',
};

const counted: Readonly<Record<string, readonly [one: string, many: string]>> = {
  uploaded: ['uploaded', 'uploaded'],
  downloaded: ['downloaded', 'downloaded'],
  foldersMade: ['folder made', 'folders made'],
  deletedLocal: ['removed here', 'removed here'],
  deletedRemote: ['removed on the server', 'removed on the server'],
  moved: ['moved', 'moved'],
  touched: ['time set', 'times set'],
  conflicts: ['conflict', 'conflicts'],
  problems: ['problem', 'problems'],
  adopted: ['found equal', 'found equal'],
};

const asked: Readonly<Record<string, string>> = {
  undo: 'took back an earlier run',
  restore: 'put back an earlier version',
  decide: 'decided conflicts',
};

function countsInWords(kind: string, { counts }: Readonly<Record<string, unknown>>): string {
  const wish = asked[kind];
  if (wish !== undefined) return wish;
  if (typeof counts !== 'object' || counts === null) return '';
  return Object.entries(counts)
    .flatMap(([what, count]) => {
      if (typeof count !== 'number' || count === 0) return [];
      const [one, many] = counted[what] ?? [what, what];
      return [formatCount(count, one, many)];
    })
    .join(', ');
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a whole number.');
}
