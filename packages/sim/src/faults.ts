import { AppError } from '@holdfast/base';
import type { Download, RemoteChange } from '@holdfast/client';
import type { Dice } from './dice.ts';
import type { PortCall } from './through-scheduler.ts';

/** What goes wrong with one call. */
export type Fault =
  /** Nothing has happened. */
  | { readonly kind: 'before'; readonly error: AppError }
  /** It has happened; the caller does not learn of it. */
  | { readonly kind: 'after'; readonly error: AppError }
  /** Nothing has happened yet when the caller gives up. */
  | { readonly kind: 'late'; readonly error: AppError }
  /** Something on the way has sent it twice. */
  | { readonly kind: 'twice' }
  | { readonly kind: 'stall'; readonly turns: number }
  /** A listing that ends too early, says nothing of its end, or shows nothing at all; a body that is cut off. */
  | { readonly kind: 'cut' | 'endless' | 'emptied' | 'broken-body' | 'short-body'; readonly after: number };

const changesLocal = new Set(['place', 'move', 'remove', 'mkdir', 'touch']);
const changesRemote = new Set(['write', 'move', 'remove', 'mkdir', 'touch', 'copy']);

/** What goes wrong with this call, if it goes wrong at all. */
export function faultOf(call: PortCall, dice: Dice): Fault {
  return call.port === 'folder' ? diskFault(call, dice) : networkFault(call, dice);
}

function diskFault({ method }: PortCall, dice: Dice): Fault {
  if (method === 'stage' && dice.chance(0.5))
    return { kind: 'before', error: new AppError('local-disk-full') };
  const code = changesLocal.has(method)
    ? dice.pick(['local-denied', 'local-unreadable', 'local-disk-full'])
    : 'local-unreadable';
  // The change is made, and then the folder cannot be flushed.
  const after = changesLocal.has(method) && dice.chance(0.25);
  return { kind: after ? 'after' : 'before', error: new AppError(after ? 'local-unreadable' : code) };
}

function networkFault({ port, method }: PortCall, dice: Dice): Fault {
  const after = dice.below(6);
  if (method === 'changes') {
    const kind = dice.pick(['cut', 'endless', 'emptied', 'before', 'stall'] as const);
    if (kind === 'stall') return { kind, turns: after };
    return kind === 'before' ? { kind, error: networkError(dice) } : { kind, after };
  }
  if (port === 'remote' && method === 'read' && dice.chance(0.7)) {
    return { kind: dice.pick(['broken-body', 'short-body']), after };
  }
  const kinds = ['before', 'before', 'stall'] as const;
  const changing = port === 'remote' ? changesRemote.has(method) : method === 'write';
  const kind = changing
    ? dice.pick([...kinds, 'after', 'after', 'late', 'twice'] as const)
    : dice.pick(kinds);
  if (kind === 'stall') return { kind, turns: 1 + dice.below(8) };
  if (kind === 'twice') return { kind };
  if (kind === 'late') return { kind, error: new AppError('server-unreachable') };
  if (kind === 'after') return { kind, error: lostAnswer(dice) };
  return { kind, error: networkError(dice) };
}

function networkError(dice: Dice): AppError {
  const codes = [
    'server-unreachable',
    'unavailable',
    'too-many-requests',
    'server-answer-odd',
    'forbidden',
    'locked',
  ];
  return new AppError(dice.pick([...codes, 'quota-exceeded']));
}

function lostAnswer(dice: Dice): AppError {
  return new AppError(dice.pick(['server-unreachable', 'server-answer-odd', 'unavailable']));
}

/** A listing with something wrong in it. */
export async function* spoiltListing(
  listing: AsyncIterable<RemoteChange>,
  fault: Extract<Fault, { after: number }>,
): AsyncGenerator<RemoteChange> {
  let count = 0;
  for await (const change of listing) {
    if (fault.kind === 'emptied') {
      if (change.type === 'entry' && change.entry.path === '') yield change;
      if (change.type === 'end') yield { ...change, cursor: undefined, whole: true };
      continue;
    }
    if (fault.kind === 'cut' && count >= fault.after) throw new AppError('listing-doubtful');
    if (fault.kind === 'endless' && (count > fault.after || change.type === 'end')) return;
    count += 1;
    yield change;
  }
}

/** A download with something wrong in it. */
export function spoiltDownload(download: Download, kind: 'broken-body' | 'short-body'): Download {
  return { ...download, body: spoiltBody(download.body, kind) };
}

async function* spoiltBody(
  body: AsyncIterable<Uint8Array>,
  kind: 'broken-body' | 'short-body',
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    yield chunk;
    if (kind === 'broken-body') throw new AppError('server-unreachable');
    return;
  }
}
