import type { ControlResult } from '@holdfast/protocol';
import { stateFolder } from '../folders/state-folder.ts';
import { askDaemon, noDaemon } from './control-client.ts';
import { readDaemonRecord } from './daemon-record.ts';
import type { CommandContext } from './dispatch.ts';

/** What the node says that is served by the daemon of a state folder; undefined where none is. */
export async function askServedNode(
  state: string,
  context: CommandContext,
): Promise<ControlResult<'status'> | undefined> {
  const record = readDaemonRecord(stateFolder(state).daemonRecord);
  if (record?.address === undefined) return undefined;
  const answer = await askDaemon(record.socket, 'status', {}, context);
  return answer === noDaemon ? undefined : answer;
}
