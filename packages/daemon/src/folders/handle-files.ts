import { AppError } from '@holdfast/base';
import type { ControlResult } from '@holdfast/protocol';
import type { Decision, FileTruth, KeptVersion, KnownState, OpenConflict, PastRun } from '@holdfast/sync';
import type { FolderHandlers } from '../control/dispatch.ts';
import { runOut, withoutUndefined } from './describe-folder.ts';
import type { Choice, Folders } from './folders.ts';

/** Runs that are looked through for those that have done something. */
const longestList = 10_000;

type Own = Extract<keyof FolderHandlers, `file.${string}` | `run.${string}`>;

/** The commands about files and past runs. */
export function handleFiles(folders: Folders): Pick<FolderHandlers, Own> {
  /** The folder of a file, its path there, and what answers about it. */
  const at = (given: string) => {
    const { folder, path } = folders.locate(given);
    return { name: folder.name, path, runner: folders.runner(folder.id) };
  };
  const chosen = (choice: Choice) => {
    const { id, name } = folders.choose(choice);
    return { name, runner: folders.runner(id) };
  };
  return {
    'file.why': async (request) => {
      const { name, path, runner } = at(request.path);
      return truthOut(name, await runner.withCare((care) => care.why(path)));
    },
    'file.history': async (request) => {
      const { name, path, runner } = at(request.path);
      const { decisions, versions } = await runner.withCare((care) => care.history(path));
      return {
        folder: name,
        path,
        decisions: decisions.map(decisionOut),
        versions: versions.map(versionOut),
      };
    },
    'file.restore': async (request) => {
      const { path, runner } = at(request.path);
      const restored = await runner.withCare(async (care) => {
        const { versions } = await care.history(path);
        const version = versions[request.version - 1];
        if (version === undefined) {
          throw new AppError('not-found', {
            message: `"${path}" has no version ${request.version}. "holdfast history" shows those that are kept.`,
          });
        }
        await care.restore(version);
        return version;
      });
      runner.wake();
      return versionOut(restored, request.version - 1);
    },
    'file.free': async (request) => {
      const { name, path, runner } = at(request.path);
      const { hide } = request;
      // Only what the server is known to have is freed; hiding is a choice, which needs no server.
      const ask = hide ? runner.withCare.bind(runner) : runner.withServer.bind(runner);
      const freed = await ask((care) => care.keepThere(path, { hide }));
      return { folder: name, files: freed.files, bytes: freed.bytes, left: [...freed.left] };
    },
    'file.fetch': async (request) => {
      const { name, path, runner } = at(request.path);
      await runner.withCare((care) => care.keepHere(path));
      runner.wake();
      return { folder: name, path };
    },
    'file.there': async (choice) => {
      const { name, runner } = chosen(choice);
      const entries = await runner.withCare((care) => care.there());
      return {
        entries: entries.map(({ path, kind, size, files }) => ({ folder: name, path, kind, size, files })),
      };
    },
    'run.list': async ({ limit, all, ...choice }) => {
      const { name, runner } = chosen(choice);
      const runs = await runner.withCare((care) => care.runs(all ? limit : longestList));
      const told = all ? runs : runs.filter(hasDone).slice(0, limit);
      return { folder: name, runs: told.map(runOut) };
    },
    'run.undo': async ({ run, planOnly, ...choice }) => {
      const { name, runner } = chosen(choice);
      const undone = await runner.withCare((care) => care.undo(run, { planOnly }));
      if (!planOnly) runner.wake();
      return { folder: name, run: undone.run, done: [...undone.done], left: [...undone.left] };
    },
  };
}

/** Whether a run is worth telling: it changed something, has not ended well, or a person wanted it. */
function hasDone({ kind, state }: PastRun): boolean {
  return kind !== 'sync' || state !== 'in-sync';
}

/** A conflict as commands tell it. */
export function conflictOut(folder: string, conflict: OpenConflict) {
  const { id, run, at, kind, path, copy, message } = conflict;
  return withoutUndefined({ id, folder, run, at, kind, path, copy, message });
}

function truthOut(folder: string, truth: FileTruth): ControlResult<'file.why'> {
  const { path, state, sentence, local, remote, agreed, proof, last, problem, rule } = truth;
  return withoutUndefined({
    ...{ folder, path, state, sentence, proof, rule },
    local: local && stateOut(local),
    remote: remote && stateOut(remote),
    agreed: agreed && stateOut(agreed),
    last: last && decisionOut(last),
    problem:
      problem && withoutUndefined({ code: problem.code, message: problem.message, nextTry: problem.nextTry }),
  });
}

function stateOut({ path, kind, size, mtime, etag, sha256 }: KnownState) {
  return withoutUndefined({ path, kind, size, mtime, etag, sha256 });
}

function decisionOut(decision: Decision) {
  const { run, at, kind, side, path, to, outcome, code, answer } = decision;
  return withoutUndefined({ run, at, kind, side, path, to, outcome, code, answer });
}

function versionOut({ run, at, path, size, kept }: KeptVersion, index: number) {
  return withoutUndefined({ number: index + 1, run, at, path, size, kept });
}
