/** Beginning of the names of everything Holdfast ever puts into a synced folder; all of it is temporary. */
export const stagePrefix = '.holdfast-stage-';

const ownName = /^(?:\.holdfast-stage-.*|\._?sync_.*\.db.*|\.owncloudsync\.log.*|\.nextcloudsync\.log.*)$/s;

/**
 * Whether a name belongs to the bookkeeping of a sync client, ours or another one. Such files are never reported
 * by a scan or a watch, and nothing is ever placed under such a name.
 */
export function isBookkeepingName(name: string): boolean {
  return name.startsWith('.') && ownName.test(name);
}
