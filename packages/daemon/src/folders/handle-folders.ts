import { existsSync, rmdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError, randomUuid } from '@holdfast/base';
import type { ControlRequest, ControlResult } from '@holdfast/protocol';
import type { RunReport } from '@holdfast/sync';
import type { CommandContext, FolderHandlers } from '../control/dispatch.ts';
import { journalName, readAddress } from '../sync/pair-address.ts';
import { accountFor, forgetAccount, keepToken } from './accounts.ts';
import { checkNewFolder } from './check-new-folder.ts';
import { folderInfo, withoutUndefined } from './describe-folder.ts';
import type { Choice, Folders } from './folders.ts';
import { planOut } from './plan-out.ts';
import { realPath } from './real-path.ts';
import { pauseIn, resumeIn } from './set-pause.ts';
import type { FolderSettings, Pause } from './settings.ts';

const shownSteps = 1000;

type Own = Extract<keyof FolderHandlers, `folder.${string}`>;

/** The commands about synced folders themselves; `status` is the process that serves them, where one does. */
export function handleFolders(folders: Folders): Omit<Pick<FolderHandlers, Own>, 'folder.status'> {
  return {
    'folder.plan': (request, context) => planFolder(folders, request, context),
    'folder.add': (request) => addFolder(folders, request),
    'folder.list': async () => ({
      folders: folders.settings.folders.map((folder) => folderInfo(folder, folders.accountOf(folder))),
    }),
    'folder.remove': ({ folder, forget }) => removeFolder(folders, folder, forget),
    'folder.pause': async ({ forMs, ...choice }) => {
      const until = forMs === undefined ? undefined : folders.parts.clock.now() + forMs;
      const names = setPause(folders, choice, withoutUndefined({ until }));
      return withoutUndefined({ folders: names, until });
    },
    'folder.resume': async (choice) => ({ folders: setPause(folders, choice, undefined) }),
    'folder.sync': async ({ folder, near, all, ...decisions }, { signal }) => {
      const chosen = all ? folders.settings.folders : [folders.choose({ folder, near })];
      const runs = chosen.map(async ({ id, name }) => {
        const report = await folders.runner(id).runNow({ ...decisions, signal });
        return { folder: name, report: reportOut(report) };
      });
      return { runs: await Promise.all(runs) };
    },
    'folder.wake': async () => {
      folders.wake();
      return {};
    },
  };
}

function checked(folders: Folders, { local, url, user }: { local: string; url: string; user: string }) {
  const { surroundings, place, own = [] } = folders.parts;
  const folder = { local: realPath(local), url: readAddress(url), user };
  const warnings = checkNewFolder(folder, {
    folders: folders.settings.folders.map((one) => ({ ...one, user: folders.accountOf(one).user })),
    own: [place.root, ...own].map(realPath),
    home: realPath(surroundings.home),
    platform: surroundings.platform,
  });
  return { ...folder, warnings };
}

/** Looks at both sides of a folder that is to be added, and leaves nothing behind. */
async function planFolder(
  folders: Folders,
  request: ControlRequest<'folder.plan'>,
  { signal, onProgress }: CommandContext,
): Promise<ControlResult<'folder.plan'>> {
  const { local, url, user, warnings } = checked(folders, request);
  const { surroundings, clock, fetch, openPair, logger } = folders.parts;
  const token = request.token ?? (await folders.tokenOf(accountFor(folders, url, user)));
  const stateDir = folders.stateDirOf({ journal: journalName({ local, url, user }) });
  const fresh = { journal: !existsSync(stateDir), local: !existsSync(local) };
  try {
    await using pair = await openPair(
      { local, url, user, token, stateDir, links: request.links },
      {
        ...{ surroundings, clock, signal, fetch, logger },
        onEvent: (event) => {
          if (event.type === 'phase' && event.phase !== 'done') {
            onProgress({ what: 'rounds of looking', done: event.round });
          }
        },
      },
    );
    const report = await pair.run({ planOnly: true, signal });
    if (report.state === 'stopped') throw new AppError(report.stop?.code ?? 'internal', { ...report.stop });
    return { warnings, plan: planOut(report) };
  } finally {
    if (fresh.journal) rmSync(stateDir, { recursive: true, force: true });
    if (fresh.local) removeEmpty(local);
  }
}

async function addFolder(
  folders: Folders,
  request: ControlRequest<'folder.add'>,
): Promise<ControlResult<'folder.add'>> {
  const { local, url, user, warnings } = checked(folders, request);
  const name = freeName(folders, request.name ?? basename(local), request.name !== undefined);
  const account = await keepToken(folders, { ...request, url, user });
  const folder: FolderSettings = {
    ...{ id: randomUuid(folders.parts.random), name, local, url, account: account.id },
    ...{ journal: journalName({ local, url, user }), links: request.links },
    addedAt: folders.parts.clock.now(),
  };
  folders.change((settings) => ({ ...settings, folders: [...settings.folders, folder] }));
  folders.begin(folder.id);
  return { folder: folderInfo(folder, account), warnings };
}

/** Two folders may have the same last name; a name that a person has chosen must be free. */
function freeName(folders: Folders, wanted: string, chosen: boolean): string {
  const taken = new Set(folders.settings.folders.map(({ name }) => name));
  if (!taken.has(wanted)) return wanted;
  if (chosen) throw new AppError('already-exists', { message: `There is a folder "${wanted}" already.` });
  let number = 2;
  while (taken.has(`${wanted} ${number}`)) number += 1;
  return `${wanted} ${number}`;
}

async function removeFolder(folders: Folders, chosen: string, forget: boolean) {
  const folder = folders.choose({ folder: chosen });
  const account = folders.accountOf(folder);
  await folders.end(folder.id);
  folders.change((settings) => ({
    ...settings,
    folders: settings.folders.filter(({ id }) => id !== folder.id),
  }));
  if (forget) rmSync(folders.stateDirOf(folder), { recursive: true, force: true });
  if (!folders.settings.folders.some((other) => other.account === account.id))
    await forgetAccount(folders, account);
  return { folder: folderInfo(folder, account) };
}

/** Pauses, or with undefined resumes, one folder or everything. The names of those that it is about. */
function setPause(
  folders: Folders,
  { all, ...choice }: Choice & { all: boolean },
  pause: Pause | undefined,
): string[] {
  const chosen = all ? undefined : folders.choose(choice).id;
  folders.change((settings) =>
    pause === undefined ? resumeIn(settings, chosen) : pauseIn(settings, chosen, pause),
  );
  const about = folders.settings.folders.filter(({ id }) => chosen === undefined || id === chosen);
  return about.map(({ name }) => name);
}

function reportOut(report: RunReport) {
  const { run, state, stop, counts, bytesUp, bytesDown, filesEqual, duration, problems, conflicts } = report;
  return withoutUndefined({
    ...{ run, state, counts: { ...counts }, bytesUp, bytesDown, filesEqual, duration },
    stop: stop && { code: stop.code, message: stop.message },
    problems: problems.length,
    conflicts: conflicts.length,
    steps: stop?.steps?.slice(0, shownSteps).map((step) => ({ ...step })),
    plan: state === 'planned' ? planOut(report) : undefined,
  });
}

function removeEmpty(local: string): void {
  try {
    rmdirSync(local);
  } catch {
    // Somebody has put something into it meanwhile.
  }
}
