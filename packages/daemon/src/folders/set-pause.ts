import type { FolderSettings, Pause, Settings } from './settings.ts';

/** The settings with one folder (its id) paused, or with everything, also what is added later. */
export function pauseIn(settings: Settings, chosen: string | undefined, pause: Pause): Settings {
  if (chosen === undefined) return { ...settings, paused: pause };
  const folders = settings.folders.map((folder) =>
    folder.id === chosen ? { ...folder, paused: pause } : folder,
  );
  return { ...settings, folders };
}

/**
 * The settings with one folder going on, or everything. Where everything was paused, the others of one that goes on
 * stay paused as long as everything would have been.
 */
export function resumeIn(settings: Settings, chosen: string | undefined): Settings {
  const { paused, ...rest } = settings;
  const folders = settings.folders.map((folder): FolderSettings => {
    if (chosen !== undefined && folder.id !== chosen) {
      return paused === undefined || folder.paused !== undefined ? folder : { ...folder, paused };
    }
    const { paused: _ended, ...going } = folder;
    return going as FolderSettings;
  });
  return { ...rest, folders } as Settings;
}
