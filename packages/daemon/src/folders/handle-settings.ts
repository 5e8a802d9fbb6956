import { AppError, type Clock } from '@holdfast/base';
import type { FolderEvent, FoldersStatus } from '@holdfast/protocol';
import type { FolderHandlers } from '../control/dispatch.ts';
import { namedAccount, replaceToken } from './accounts.ts';
import { sharedSettings, withoutUndefined } from './describe-folder.ts';
import type { Folders } from './folders.ts';
import { type AccountSettings, accountName, type Settings } from './settings.ts';

/** A reader that takes nothing for so many milliseconds is let go. */
const patienceMs = 60_000;

type Own =
  | Extract<keyof FolderHandlers, `account.${string}`>
  | 'limit'
  | 'power'
  | 'events'
  | 'folder.status';

/** The commands about all folders together, and about accounts. */
export function handleSettings(
  folders: Folders,
  running: FoldersStatus['running'],
): Pick<FolderHandlers, Own> {
  const status = async (): Promise<FoldersStatus> => {
    const { settings } = folders;
    return withoutUndefined({
      running,
      state: folders.parts.place.root,
      folders: await folders.statuses(),
      ...sharedSettings(settings, folders.power),
    });
  };
  return {
    'folder.status': status,
    limit: async (wanted) => {
      folders.change((settings) => ({ ...settings, limits: mergeLimits(settings.limits, wanted) }));
      folders.parts.setLimits(folders.settings.limits);
      return sharedSettings(folders.settings, folders.power).limits;
    },
    power: async ({ onBattery, metered, battery, meteredNetwork }) => {
      if (battery !== undefined || meteredNetwork !== undefined) {
        folders.change((settings) => ({
          ...settings,
          power: { ...settings.power, ...withoutUndefined({ battery, meteredNetwork }) },
        }));
      }
      folders.tellPower({ onBattery, metered });
      return sharedSettings(folders.settings, folders.power).power;
    },
    'account.list': async () => ({
      accounts: folders.settings.accounts.map((account) => accountOut(folders, account)),
    }),
    'account.token': async ({ account, token, tokenStore }) => {
      const known = namedAccount(folders, account);
      return accountOut(folders, await replaceToken(folders, known, token, tokenStore));
    },
    events: async ({ folder }, { signal, onEvent }) => {
      if (onEvent === undefined) return {};
      const { clock } = folders.parts;
      const only = folder === undefined ? undefined : folders.choose({ folder }).id;
      using reader = folders.hub.open(() => clock.now());
      await inTime(onEvent({ type: 'snapshot', at: clock.now(), status: await status() }), clock, signal);
      while (!signal.aborted) {
        const event = await reader.next(signal);
        if (only === undefined || isAbout(event, only)) await inTime(onEvent(event), clock, signal);
      }
      return {};
    },
  };
}

async function inTime(sent: Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const late = clock.sleep(patienceMs, AbortSignal.any([signal, done.signal])).then(() => {
    throw new AppError('request-timeout', { message: 'The events were not read.' });
  });
  try {
    await Promise.race([sent, late]);
  } finally {
    done.abort(new AppError('aborted'));
    late.catch(() => {});
  }
}

function isAbout(event: FolderEvent, folder: string): boolean {
  if ('folder' in event) return event.folder === folder;
  return event.type !== 'folder' || event.status.id === folder;
}

function mergeLimits(
  before: Settings['limits'],
  wanted: { up?: number | null | undefined; down?: number | null | undefined },
): Settings['limits'] {
  const merged = { ...before };
  for (const way of ['up', 'down'] as const) {
    const rate = wanted[way];
    if (rate === null) delete merged[way];
    else if (rate !== undefined) merged[way] = rate;
  }
  return merged;
}

function accountOut({ settings }: Folders, account: AccountSettings) {
  const folders = settings.folders.filter((folder) => folder.account === account.id);
  const { server, user, store } = account;
  return { account: accountName(account), server, user, store, folders: folders.map(({ name }) => name) };
}
