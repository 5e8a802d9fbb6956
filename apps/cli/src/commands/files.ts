import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStateOption, chosenFolder, folderControl, type StateOptions } from '../folder-control.ts';
import { formatBytes, formatCount, formatNumber, printable } from '../terminal/format-amount.ts';
import { formatTable } from '../terminal/format-table.ts';
import { formatTime } from '../terminal/format-time.ts';
import { decisionInWords, describeTruth } from './describe-truth.ts';

interface HistoryOptions extends StateOptions {
  readonly restore?: number;
}

/** `holdfast why`, `history`, `free`, `hide` and `fetch`: about one file or folder, found by its path from anywhere. */
export function addFileCommands(program: Command, cli: Cli): void {
  const pathOf = (words: readonly string[]) => resolve(cli.terminal.cwd, words[0] ?? '');
  const why = addStateOption(
    program
      .command('why')
      .description(
        'The truth about one file: what is here, what is on the server, what was agreed on, what was last done and answered.',
      )
      .argument('<file>', 'a file or folder in a synced folder'),
  );
  carryOut<StateOptions>(
    why,
    cli,
    ['why ~/Documents/plan.odt', 'why plan.odt --json'],
    async (invocation) => {
      const truth = await folderControl(invocation, 'file.why', { path: pathOf(invocation.words) });
      invocation.print(truth, () => describeTruth(truth, cli.clock.now()));
      return truth.state === 'problem' || truth.state === 'unknown' ? exitCodes.failed : exitCodes.ok;
    },
  );
  addHistory(program, cli);
  addFree(program, cli);
  addThere(program, cli);

  const fetch = addStateOption(
    program
      .command('fetch')
      .description('Have a freed file or a hidden folder here again.')
      .argument('<path>', 'where it was'),
  );
  carryOut<StateOptions>(fetch, cli, ['fetch ~/Videos/2019'], async (invocation) => {
    const fetched = await folderControl(invocation, 'file.fetch', { path: pathOf(invocation.words) });
    invocation.print(fetched, () => `${printable(fetched.path)} is fetched with the next run.\n`);
    return exitCodes.ok;
  });
}

function addHistory(program: Command, cli: Cli): void {
  const command = addStateOption(
    program
      .command('history')
      .description('What was done about a file, and the versions of it that are kept here for 30 days.')
      .argument('<file>', 'a file in a synced folder; it may be gone')
      .option('--restore <number>', 'put this version back; the present one is kept as well', parseNumber),
  );
  const examples = ['history ~/Documents/plan.odt', 'history ~/Documents/plan.odt --restore 1'];
  carryOut<HistoryOptions>(command, cli, examples, async (invocation) => {
    const { options, words, print } = invocation;
    const path = resolve(cli.terminal.cwd, words[0] ?? '');
    const now = cli.clock.now();
    if (options.restore !== undefined) {
      const back = await folderControl(invocation, 'file.restore', { path, version: options.restore });
      print(back, () => `The version of ${formatTime(back.at, now)} is back at ${printable(back.path)}.\n`);
      return exitCodes.ok;
    }
    const { decisions, versions, ...rest } = await folderControl(invocation, 'file.history', { path });
    print({ ...rest, decisions, versions }, () => {
      const kept = versions.map(({ number, at, size, path: place, run }) => [
        String(number),
        formatTime(at, now),
        formatBytes(size),
        run === undefined ? '' : String(run),
        place,
      ]);
      const list =
        kept.length === 0
          ? 'No earlier version is kept here.\n'
          : formatTable(['VERSION', 'KEPT', 'SIZE', 'RUN', 'PATH'], kept);
      const done = decisions.map((decision) => `${printable(decisionInWords(decision, now))}\n`);
      return `${list}\n${done.length === 0 ? 'Nothing was done about it yet.\n' : done.join('')}`;
    });
    return exitCodes.ok;
  });
}

function addFree(program: Command, cli: Cli): void {
  const forms = [
    {
      word: 'free',
      hide: false,
      description:
        'Free the space of a file or folder: what is proven to be on the server is removed here and stays listed. "there" lists it.',
      example: 'free ~/Videos/2019',
    },
    {
      word: 'hide',
      hide: true,
      description:
        'Do without a folder on this computer, and without what comes new in it. "fetch" brings it back.',
      example: 'hide ~/Team/Archive',
    },
  ];
  for (const { word, hide, description, example } of forms) {
    const command = addStateOption(
      program.command(word).description(description).argument('<path>', 'in a synced folder'),
    );
    carryOut<StateOptions>(command, cli, [example], async (invocation) => {
      const path = resolve(cli.terminal.cwd, invocation.words[0] ?? '');
      const freed = await folderControl(invocation, 'file.free', { path, hide });
      invocation.print(freed, () => {
        const left = freed.left.map((one) => `  kept: ${printable(one.path)}: ${printable(one.reason)}\n`);
        return `${formatCount(freed.files, 'file')} freed (${formatBytes(freed.bytes)}).\n${left.join('')}`;
      });
      return freed.left.length === 0 ? exitCodes.ok : exitCodes.failed;
    });
  }
}

function addThere(program: Command, cli: Cli): void {
  const there = addStateOption(
    program
      .command('there')
      .description('What is on the server only, by choice: what was freed, and hidden folders.')
      .option('--folder <folder>', 'of this folder; the only one, or the one you are in, when left out'),
  );
  carryOut<StateOptions & { folder?: string }>(there, cli, ['there', 'there --json'], async (invocation) => {
    const chosen = chosenFolder(invocation.options.folder, cli.terminal);
    const { entries } = await folderControl(invocation, 'file.there', chosen);
    invocation.print(entries, () =>
      entries.length === 0
        ? 'Everything is here.\n'
        : formatTable(
            ['PATH', 'SIZE', 'FILES'],
            entries.map(({ path, kind, size, files }) => [
              kind === 'folder' ? `${path}/` : path,
              formatBytes(size),
              formatNumber(files),
            ]),
          ),
    );
    return exitCodes.ok;
  });
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a number, as in the list.');
}
