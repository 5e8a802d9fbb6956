import { resolve } from 'node:path';
import { AppError, isAppError } from '@holdfast/base';
import type { OpenSyncPair, RunReport, SyncEvent } from '@holdfast/daemon';
import { type Command, Option } from 'commander';
import { type Cli, carryOut, type Invocation } from '../cli.ts';
import { type ExitCode, exitCodeOf, exitCodes } from '../exit-codes.ts';
import { parseSpan } from '../parse-options.ts';
import { printable } from '../terminal/format-amount.ts';
import type { ProgressLine } from '../terminal/progress-line.ts';
import { readToken, type TokenOptions } from '../terminal/read-token.ts';
import { describePlan } from './describe-plan.ts';
import { describeReport } from './describe-report.ts';

interface SyncOptions extends TokenOptions {
  readonly json?: boolean;
  readonly user: string;
  readonly watch?: boolean;
  readonly links?: boolean;
  readonly plan?: boolean;
  readonly state?: string;
  /** Milliseconds. */
  readonly poll: number;
  readonly allowMassChange?: boolean;
  readonly acceptNewServer?: boolean;
  readonly acceptNewFolder?: boolean;
}

/** `holdfast sync`. */
export function addSyncCommand(program: Command, cli: Cli): void {
  const command = program
    .command('sync')
    .description(
      'Make a local folder and a folder on a server equal: Holdfast, Nextcloud, ownCloud or any WebDAV server. What is replaced or removed locally is kept 30 days in the history of the state folder.',
    )
    .argument('<local>', 'the local folder; made when it is missing on the first run')
    .argument('<url>', 'address of the server, or of a folder on it')
    .requiredOption('--user <name>', 'the account')
    .option('--token-stdin', 'read the token or password from standard input')
    .option('--token-file <file>', 'read the token or password from a file')
    .addOption(new Option('--once', 'sync once and end (default)').conflicts(['watch', 'plan']))
    .addOption(new Option('--watch', 'stay, and sync whenever something changes').conflicts('plan'))
    .option(
      '--poll <span>',
      'with --watch: how often to ask the server for changes',
      parseSpan,
      parseSpan('10s'),
    )
    .option('--links', 'sync symbolic links as such (between Holdfast nodes)')
    .option('--plan', 'show what would be done and change nothing')
    .option('--state <folder>', 'where the journal and the history are kept (default: by folder and server)')
    .option('--allow-mass-change', 'go on where much would be removed or replaced')
    .option('--accept-new-server', 'the server is another one, or restored: keep all of both sides')
    .option('--accept-new-folder', 'the local folder is another one: keep all of both sides');
  const examples = [
    'sync ~/Documents https://files.example.org/ --user alice --token-file token.txt',
    'sync ~/Photos https://files.example.org/Photos --user alice --token-stdin --watch < token.txt',
    'sync ~/Documents https://files.example.org/ --user alice --token-file token.txt --plan',
  ];
  carryOut<SyncOptions>(command, cli, examples, runSync);
}

async function runSync(invocation: Invocation<SyncOptions>): Promise<ExitCode> {
  const { cli, options, words, progress, print } = invocation;
  const { terminal, clock } = cli;
  const [local = '', url = ''] = words;
  const token = await readToken(terminal, options);
  await using pair = await openPair(
    {
      local: resolve(terminal.cwd, local),
      url,
      user: options.user,
      token,
      links: options.links === true,
      ...(options.state === undefined ? {} : { stateDir: resolve(terminal.cwd, options.state) }),
    },
    {
      surroundings: terminal,
      clock,
      signal: terminal.signal,
      onEvent: (event) => follow(event, progress),
    },
  );
  const show = (report: RunReport) => {
    progress.clear();
    // What needs a person is said where a person looks, also when standard output goes into a file.
    if (report.state === 'stopped') terminal.err(describeReport(report));
    if (report.state !== 'stopped' || options.json) print(report, () => describeReport(report));
    return report;
  };
  const allowMassChange = options.allowMassChange === true;
  const decisions = {
    allowMassChange,
    acceptNewServer: options.acceptNewServer === true,
    acceptNewFolder: options.acceptNewFolder === true,
    signal: terminal.signal,
  };
  if (options.plan) {
    const planned = await pair.run({ ...decisions, planOnly: true });
    if (planned.state === 'planned') {
      const { planOf } = await import('@holdfast/daemon');
      const plan = await planOf(planned);
      progress.clear();
      print(planned, () => describePlan(plan));
    } else show(planned);
    return exitCodeOfReport(planned);
  }
  const first = show(await pair.run(decisions));
  if (options.watch && terminal.signal.aborted) return exitCodes.ok;
  if (!options.watch || needsDecision(first)) return exitCodeOfReport(first);
  let last = first;
  await pair.watch({
    signal: terminal.signal,
    pollMs: options.poll,
    allowMassChange,
    onReport: (report) => {
      if (report.state !== 'in-sync' || last.state !== 'in-sync') show(report);
      last = report;
    },
  });
  return exitCodes.ok;
}

/** Opens the pair; where another process has it, says which that may be. */
async function openPair(...[target, world]: Parameters<OpenSyncPair>): ReturnType<OpenSyncPair> {
  const { openSyncPair } = await import('@holdfast/daemon');
  try {
    return await openSyncPair(target, world);
  } catch (error) {
    if (!isAppError(error, 'data-in-use')) throw error;
    const message =
      'Another Holdfast is syncing this folder. Where "holdfast run" keeps it in sync ("holdfast status" tells), use "holdfast folder sync", or pause it there first.';
    throw new AppError('data-in-use', { message }, { cause: error });
  }
}

/** Waiting does not change what only a person can decide. */
function needsDecision(report: RunReport): boolean {
  const code = report.stop === undefined ? exitCodes.ok : exitCodeOf(report.stop.code);
  return code === exitCodes.refused || code === exitCodes.notSignedIn;
}

/** 0 only when both sides are equal, or a plan was asked for (R11). */
function exitCodeOfReport({ state, stop }: RunReport): ExitCode {
  if (state === 'stopped') return stop ? exitCodeOf(stop.code) : exitCodes.failed;
  return state === 'problems' ? exitCodes.failed : exitCodes.ok;
}

function follow(event: SyncEvent, progress: ProgressLine): void {
  if (event.type === 'phase' && event.phase.startsWith('observe')) {
    const side = event.phase === 'observe-local' ? 'local folder' : 'server';
    progress.show({ what: `rounds; looking at the ${printable(side)}`, done: event.round });
  }
  if (event.type === 'transfer') {
    const { filesDone, filesTotal, bytesDone, bytesTotal } = event.totals;
    progress.show({
      what: 'files',
      done: filesDone,
      total: filesTotal,
      bytes: bytesDone,
      totalBytes: bytesTotal,
    });
  }
}
