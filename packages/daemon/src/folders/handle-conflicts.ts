import type { OpenConflict } from '@holdfast/sync';
import type { FolderHandlers } from '../control/dispatch.ts';
import type { Folders } from './folders.ts';
import { conflictOut } from './handle-files.ts';
import type { FolderSettings } from './settings.ts';

type Own = Extract<keyof FolderHandlers, `conflict.${string}`>;

/** The commands about conflicts. */
export function handleConflicts(folders: Folders): Pick<FolderHandlers, Own> {
  return {
    'conflict.list': async ({ folder }) => {
      const lists = await Promise.all(
        about(folders, folder).map(async ({ id, name }) => {
          const open = await folders.runner(id).withCare((care) => care.conflicts());
          return open.map((conflict) => conflictOut(name, conflict));
        }),
      );
      return { conflicts: lists.flat() };
    },
    'conflict.decide': async ({ folder, paths, keep }) => {
      const wanted = paths === undefined ? undefined : wantedIn(folders, paths);
      let decided = 0;
      const left: ReturnType<typeof conflictOut>[] = [];
      for (const { id, name } of wanted === undefined ? about(folders, folder) : wanted.folders) {
        const runner = folders.runner(id);
        await runner.withCare(async (care) => {
          const meant = care
            .conflicts()
            .filter((conflict) => wanted === undefined || wanted.means(id, conflict));
          if (meant.length === 0) return;
          const ids = meant.map((conflict) => conflict.id);
          const open = new Set((await care.decide(ids, keep)).map((conflict) => conflict.id));
          decided += ids.filter((one) => !open.has(one)).length;
          for (const conflict of meant) if (open.has(conflict.id)) left.push(conflictOut(name, conflict));
        });
        runner.wake();
      }
      return { decided, left };
    },
  };
}

function about(folders: Folders, folder: string | undefined): readonly FolderSettings[] {
  return folder === undefined ? folders.settings.folders : [folders.choose({ folder })];
}

/** Which conflicts a person means who names files: by the file or by its copy. */
function wantedIn(folders: Folders, paths: readonly string[]) {
  const named = new Set<string>();
  const chosen = new Map<string, FolderSettings>();
  for (const given of paths) {
    const { folder, path } = folders.locate(given);
    chosen.set(folder.id, folder);
    named.add(`${folder.id} ${path}`);
  }
  return {
    folders: [...chosen.values()],
    means: (id: string, { path, copy }: OpenConflict) =>
      named.has(`${id} ${path}`) || (copy !== undefined && named.has(`${id} ${copy}`)),
  };
}
