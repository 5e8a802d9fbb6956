import { nameOf } from '@holdfast/base';
import { errorCodes } from '@holdfast/protocol';
import type { FileFacts } from './file-facts.ts';
import { localSide, remoteSide, type SideState } from './judge-state.ts';
import { proofOf, remotePathOf } from './known-state.ts';
import type { FileTruth } from './pair-care.ts';

/** What a file is at and what to do about it, in words that need no others. */
export function sentenceOf(facts: FileFacts, state: FileTruth['state']): string {
  const { path, conflict } = facts;
  const name = path === '' ? 'This folder' : `"${path}"`;
  switch (state) {
    case 'equal':
      return `${name} is the same here and on the server${proof(facts)}.${mapped(facts)}`;
    case 'there':
      return `${name} is on the server only, as you have chosen. Fetch it to have it here again.`;
    case 'problem':
      return problemSentence(facts, name);
    case 'conflict':
      return `${name} was changed on both sides. The version of the server is "${conflict?.path}", the local one "${conflict?.copy}". Decide which one to keep, or keep both.`;
    case 'ignored':
      return `${name} is left alone on both sides${facts.rule === undefined ? '' : ` because of ${facts.rule}`}. Change the rule to sync it.`;
    case 'skipped':
      return skippedSentence(facts, name);
    case 'unknown':
      return unknownSentence(facts, name);
    case 'waiting':
      return `${waitingSentence(facts, name)}${stopSentence(facts)}`;
  }
}

function proof({ item }: FileFacts): string {
  const how = proofOf(item);
  if (how === undefined) return '';
  return how === 'hash' ? ', proven by its SHA-256' : '; the server has confirmed its size, not its bytes';
}

function mapped({ item, path }: FileFacts): string {
  if (item?.remote === undefined || nameOf(path) === item.remote.name) return '';
  return ` It is called "${remotePathOf(item)}" there.`;
}

function problemSentence({ problem, path }: FileFacts, name: string): string {
  if (problem === undefined) return name;
  const where = problem.path === path ? name : `"${problem.path}", which ${name} is in,`;
  const message = /[.!?]$/.test(problem.message) ? problem.message : `${problem.message}.`;
  const again =
    problem.nextTry === undefined
      ? 'It is tried again when something about it changes.'
      : 'It is tried again by itself.';
  const tries = problem.attempts > 1 ? ` ${problem.attempts} tries so far.` : '';
  return `${where} cannot be synced now: ${message}${tries} ${again}`;
}

function skippedSentence({ skipped, path }: FileFacts, name: string): string {
  const what = skipped?.reason === 'symlink' ? 'a symbolic link' : 'a socket, pipe or device';
  if (skipped !== undefined && skipped.path !== path)
    return `${name} is not synced: "${skipped.path}" is ${what}, which is not followed.`;
  return `${name} is ${what}, which is not synced. Put a file or folder in its place to sync it.`;
}

function unknownSentence({ line }: FileFacts, name: string): string {
  if (line === undefined) return `There is no ${name}, neither here nor on the server as of the last run.`;
  return `${name} is neither here nor on the server any more. Its history tells what became of it.`;
}

const waits: Readonly<Partial<Record<`${SideState} ${SideState}`, string>>> = {
  'new none': 'is new here. The next run sends it to the server.',
  'none new': 'is new on the server. The next run fetches it.',
  'new new': 'is new on both sides. The next run compares them; if they differ, both are kept.',
  'same gone': 'was removed on the server. The next run removes it here; it stays in the local history.',
  'gone same': 'was removed here. The next run removes it on the server.',
  'gone gone': 'was removed on both sides. The next run takes note of it.',
  'changed gone': 'was removed on the server and changed here. The next run keeps it and sends it again.',
  'gone changed': 'was removed here and changed on the server. The next run keeps it and fetches it again.',
  'changed same': 'was touched here since it was last synced. The next run sends what has changed.',
  'same changed': 'was changed or moved on the server. The next run brings that here.',
  'changed changed': 'was changed on both sides. The next run compares them; if they differ, both are kept.',
};

function waitingSentence(facts: FileFacts, name: string): string {
  const words = waits[`${localSide(facts)} ${remoteSide(facts)}`];
  return `${name} ${words ?? 'waits for the next run.'}`;
}

function stopSentence({ stop }: FileFacts): string {
  if (stop === undefined) return '';
  const { code, answer } = stop;
  const text = code in errorCodes ? errorCodes[code as keyof typeof errorCodes].text : code;
  return ` The last run could not go on: ${text}${answer === undefined ? '' : ` (${answer})`}`;
}
