import type { TreePath } from '@holdfast/base';
import type { Download, RemoteChange } from '@holdfast/client';
import type { Dice } from './dice.ts';
import { type Fault, faultOf, spoiltDownload, spoiltListing } from './faults.ts';
import type { Oracle } from './oracle.ts';
import { filesBelow } from './place.ts';
import type { Scene } from './scene.ts';
import type { SimClient } from './sim-client.ts';
import type { SimProcess } from './sim-process.ts';
import { type Between, type PortCall, paced } from './through-scheduler.ts';

/** Stands in every call of every client: strikes some, counts what they destroy, and keeps what comes too late. */
export class Calls {
  readonly #world: Scene;
  readonly #oracle: Oracle;
  readonly #answers: Dice;
  readonly #late = new Set<Promise<void>>();

  constructor(world: Scene, oracle: Oracle, answers: Dice) {
    this.#world = world;
    this.#oracle = oracle;
    this.#answers = answers;
  }

  between(client: SimClient, process: SimProcess): Between {
    const { scheduler, trace } = this.#world;
    const between: Between = {
      process,
      scheduler,
      trace,
      answersLater: () => this.#world.restless && this.#answers.chance(0.4),
      around: (call, act) => this.#around(client, call, () => this.#counted(client, call, act), between),
      orphaned: (call, act) => {
        if (call.port !== 'folder' && this.#world.event(0.3) !== undefined) this.#comesLate(call, act);
      },
    };
    return between;
  }

  /** The system tells whoever watches, a little later; now and then it has lost count. */
  tell(client: SimClient, paths: readonly TreePath[]): void {
    const { scheduler } = this.#world;
    const lost = this.#answers.chance(0.03);
    const told = scheduler
      .sleep(undefined, this.#answers.below(400))
      .then(() => client.folder.notify(lost ? undefined : paths.map((path) => client.asKept(path))))
      .finally(() => this.#late.delete(told));
    this.#late.add(told);
  }

  /** Waits for everything that comes too late. */
  async settle(): Promise<void> {
    while (this.#late.size > 0) await Promise.all(this.#late);
  }

  async #around(
    client: SimClient,
    call: PortCall,
    act: () => Promise<unknown>,
    between: Between,
  ): Promise<unknown> {
    const { odds } = this.#world.plan;
    const dice = this.#world.event(call.port === 'folder' ? odds.disk : odds.network);
    if (dice === undefined) return this.#finished(client, call, await act(), between);
    let fault = faultOf(call, dice);
    // Whoever has been told that everything may go believes it.
    if (fault.kind === 'emptied' && client.mayClear) fault = { ...fault, kind: 'cut' };
    if (call.method === 'changes' && fault.kind !== 'stall') client.doubted = true;
    this.#world.trace.add(`: ${this.#world.events} ${fault.kind} ${call.method}`);
    return this.#finished(client, call, await this.#strike(fault, call, act, between), between);
  }

  async #strike(
    fault: Fault,
    call: PortCall,
    act: () => Promise<unknown>,
    { scheduler, process }: Between,
  ): Promise<unknown> {
    switch (fault.kind) {
      case 'before':
        throw fault.error;
      case 'after':
        await act();
        throw fault.error;
      case 'late':
        this.#comesLate(call, act);
        throw fault.error;
      case 'twice':
        await act();
        return await act();
      case 'stall':
        for (let turns = fault.turns; turns > 0; turns -= 1) await scheduler.turn(process, 'stall');
        return await act();
      case 'cut':
      case 'endless':
      case 'emptied':
        return spoiltListing((await act()) as AsyncIterable<RemoteChange>, fault);
      case 'broken-body':
      case 'short-body':
        return spoiltDownload((await act()) as Download, fault.kind);
    }
  }

  #comesLate(call: PortCall, act: () => Promise<unknown>): void {
    const work = this.#world.scheduler
      .turn(undefined, `late ${call.method}`)
      .then(act)
      .then(
        () => {},
        // Nobody is there any more to be told.
        () => {},
      )
      .finally(() => this.#late.delete(work));
    this.#late.add(work);
  }

  #finished(client: SimClient, call: PortCall, result: unknown, between: Between): unknown {
    if (call.port === 'folder' && call.method === 'place') this.#oracle.checkPlaced(client, call.args[1]);
    if (call.port === 'remote' && call.method === 'read') {
      const download = result as Download;
      return { ...download, body: paced(download.body, 'body', between) };
    }
    return result;
  }

  async #counted(client: SimClient, call: PortCall, act: () => Promise<unknown>): Promise<unknown> {
    const { port, method, args } = call;
    const { server } = this.#world;
    let local = 0;
    let remote = 0;
    if (port === 'folder' && method === 'place' && args[2] !== 'absent') local = 1;
    if (port === 'folder' && method === 'remove')
      local = (args[0] as { kind: string }).kind === 'file' ? 1 : 0;
    const isUpload = (port === 'remote' || port === 'batches') && method === 'write';
    const lie = isUpload ? this.#world.event(this.#world.plan.odds.lie) : undefined;
    if (lie !== undefined) server.lie?.(lie.below(100));
    if (port === 'remote' && method === 'write') remote = hasGuard(args[2]) ? 1 : 0;
    if (port === 'remote' && method === 'remove')
      remote = await this.#world.scheduler.alone(async () =>
        filesBelow(await server.tree(), String(args[0])),
      );
    if (port === 'batches' && method === 'write') {
      const files = args[0] as readonly { options: unknown }[];
      remote = files.filter(({ options }) => hasGuard(options)).length;
    }
    const plainServer = port === 'remote' && this.#world.plan.server === 'listing';
    const forgiven = plainServer ? () => this.#forgiving(client, call, act) : act;
    const side = port === 'folder' ? 'local' : 'remote';
    const doubtful = method === 'remove' && client.doubted;
    const result = await (doubtful
      ? this.#oracle.removing(client, side, pathIn(args[0]), forgiven)
      : forgiven());
    // What the program does itself is told like everything else.
    if (port === 'folder' && changesDisk.has(method)) this.tell(client, pathsOf(args));
    client.destroyed.local += local;
    client.destroyed.remote += remote;
    return result;
  }

  /**
   * A plain server has no way to guard the removal of a folder against what others put into it since the last look,
   * be it new or moved there: that is not held against anybody.
   */
  async #forgiving(client: SimClient, call: PortCall, act: () => Promise<unknown>): Promise<unknown> {
    const { method, args } = call;
    const [path, to] = args.map(String);
    const { scheduler, server, people } = this.#world;
    const tree = async () => await scheduler.alone(async () => await server.tree());
    if (method === 'changes') client.lastLook.take(await tree());
    const unseen =
      method === 'remove' && path !== undefined ? client.lastLook.notSeenIn(path, await tree()) : [];
    const result = await act();
    if (unseen.length > 0) {
      const left = new Set((await tree()).values());
      for (const text of unseen) if (!left.has(text)) people.given.add(text);
    }
    if (method === 'move' && path !== undefined && to !== undefined) client.lastLook.moved(path, to);
    return result;
  }
}

const changesDisk = new Set(['place', 'move', 'remove', 'mkdir', 'touch']);

function pathsOf(args: readonly unknown[]): TreePath[] {
  return args.flatMap((arg) => {
    if (typeof arg === 'string') return [arg];
    return typeof arg === 'object' && arg !== null && 'path' in arg ? [String(arg.path)] : [];
  });
}

function pathIn(target: unknown): string {
  return typeof target === 'string' ? target : (target as { path: string }).path;
}

function hasGuard(options: unknown): boolean {
  return typeof options === 'object' && options !== null && 'ifMatch' in options;
}
