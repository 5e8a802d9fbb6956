import { isWithin, nameOf } from '@holdfast/base';
import type { RunOptions, RunReport } from '@holdfast/sync';
import type { PlainTree } from './place.ts';
import type { Scene } from './scene.ts';
import type { SimClient } from './sim-client.ts';
import type { WorldPlan } from './world-plan.ts';

/** Knows what has to hold in a world, and looks whether it does. */
export class Oracle {
  /** Which promises did not hold, and how. */
  readonly failures: string[] = [];
  readonly #world: Scene;

  constructor(world: Scene) {
    this.#world = world;
  }

  fail(promise: string, what: string): void {
    this.failures.push(`${promise} ${what}`);
  }

  /** The most that a client may have agreed on: the files on either side. */
  async knownFiles(client: SimClient): Promise<number> {
    return Math.max(countFiles(client.folder.disk.tree()), countFiles(await this.#there()));
  }

  /** R7: what was put into its place is whole. */
  checkPlaced(client: SimClient, path: unknown): void {
    if (typeof path === 'string') this.#requireWhole(client, path, client.folder.disk.read(path));
  }

  /** R7: nothing on the disk of a killed client is half a file. */
  checkWhole(client: SimClient): void {
    for (const [path, text] of client.folder.disk.tree()) this.#requireWhole(client, path, text);
  }

  /**
   * Carries out a removal, and looks at what it has removed. R4: in a run that has read something doubtful, nothing is
   * removed on one side that the other side has at the same place, and that nobody has removed. A removal that is
   * refused, because something else has come to this place meanwhile, has removed nothing.
   */
  async removing(
    client: SimClient,
    side: 'local' | 'remote',
    path: string,
    act: () => Promise<unknown>,
  ): Promise<unknown> {
    const local = client.folder.disk.tree();
    const remote = await this.#there();
    const [from, other] = side === 'local' ? [local, remote] : [remote, local];
    const { given } = this.#world.people;
    const onBoth = [...from].filter(
      ([one, text]) =>
        text !== undefined && isWithin(one, path) && other.get(one) === text && !given.has(text),
    );
    try {
      return await act();
    } finally {
      // Looked at after a failure as well: it may come after the removal.
      const left = side === 'local' ? client.folder.disk.tree() : await this.#there();
      for (const [one, text] of onBoth) {
        if (left.get(one) !== text) this.fail('R4', `${client.name} removes ${side} ${one} "${text}"`);
      }
    }
  }

  /** After a run: R8, R11 and R15. `known`: how many files there were before. */
  async checkReport(client: SimClient, report: RunReport, options: RunOptions, known: number): Promise<void> {
    const { name, destroyed } = client;
    if (report.stop?.code === 'internal') this.fail('R8', `${name}: ${report.stop.message}`);
    const limit = Math.min(500, Math.max(20, Math.floor(known / 4)));
    const most = Math.max(destroyed.local, destroyed.remote);
    if (options.allowMassChange !== true && most > limit) {
      this.fail('R15', `${name}: ${most} files of ${known} were removed or replaced unasked`);
    }
    const green = report.state === 'in-sync' || report.state === 'changed';
    if (green && report.problems.length > 0) this.fail('R11', `${name}: green with problems`);
    if (green && !this.#world.restless) this.#requireEqual('R11', client, report, await this.#there());
  }

  /** What is on the server, as one text. */
  async serverText(): Promise<string> {
    return plain(await this.#there());
  }

  /** R11 of one who watches, after a while in which nobody has done anything. */
  async checkWatching(client: SimClient): Promise<void> {
    const { report } = client;
    const green = report?.state === 'in-sync' || report?.state === 'changed';
    if (green) this.#requireEqual('R11', client, report, await this.#there());
  }

  /** When everybody has synced in peace. */
  async checkEnd(): Promise<void> {
    const { clients, people, plan } = this.#world;
    const there = await this.#there();
    this.#world.trace.add(JSON.stringify([...there]));
    const everywhere = new Set(there.values());
    for (const client of clients) {
      const here = client.folder.disk.tree();
      this.#world.trace.add(JSON.stringify([...here]));
      for (const text of here.values()) everywhere.add(text);
      this.checkWhole(client);
      const { report } = client;
      const green = report?.state === 'in-sync' || report?.state === 'changed';
      const names = report?.problems.every(({ code }) => code === 'name-impossible' || code === 'conflict');
      if (green) this.#requireEqual('R8', client, report, there);
      else if (!mayBeAlike(plan) || names !== true) {
        this.fail(
          'R8',
          `${client.name} ends ${report?.state ?? 'killed'}: ${JSON.stringify(report?.stop ?? report?.problems)}`,
        );
      }
      if (client.folder.stagedCount > 0 && plan.odds.disk + plan.odds.mishap === 0)
        this.fail('R7', `${client.name}: something is left staged`);
    }
    for (const text of people.mustRemain()) {
      if (everywhere.has(text)) continue;
      const kept = clients.some(({ folder }) => folder.history.some(({ bytes }) => textOf(bytes) === text));
      this.fail('R1', `"${text}" is ${kept ? 'in the history only' : 'lost'}`);
    }
    // Who starts anew with another folder or server has agreed on nothing.
    const anew = clients.some((client) => client.startedAnew);
    if (plan.alone && plan.odds.lie === 0 && !mayBeAlike(plan) && !anew) {
      // A folder that was made here right before a kill, and renamed on the server since, may be there twice.
      for (const [path, text] of there) {
        const before = path.replace(/ \(conflict [^)]*\)/, '');
        // What a file and a folder both want is nobody's fault.
        const byKind = there.has(before) && there.get(before) === undefined;
        if (text !== undefined && nameOf(path).includes('(conflict') && !byKind) {
          this.fail('R3', `own conflict: ${path}`);
        }
      }
    }
  }

  async #there(): Promise<PlainTree> {
    return await this.#world.scheduler.alone(async () => await this.#world.server.tree());
  }

  #requireWhole(client: SimClient, path: string, text: string | undefined): void {
    if (text === undefined || this.#world.people.written.has(text) || this.#world.plan.odds.lie > 0) return;
    this.fail('R7', `${client.name} ${path}: "${text}" was never written by anybody`);
  }

  #requireEqual(promise: string, client: SimClient, report: RunReport | undefined, server: PlainTree): void {
    const here = plain(client.folder.disk.tree());
    const there = plain(server);
    if (here !== there) this.fail(promise, `${client.name} says ${report?.state} with ${here} and ${there}`);
  }
}

/** Whether names may be one to some of the computers. */
function mayBeAlike({ oddNames, platforms }: WorldPlan): boolean {
  return oddNames || platforms.some((platform) => platform !== 'linux');
}

function countFiles(tree: PlainTree): number {
  let count = 0;
  for (const text of tree.values()) if (text !== undefined) count += 1;
  return count;
}

/** A tree as text; a name counts as the same composed and decomposed, and mapped. */
function plain(tree: PlainTree): string {
  const lines = [...tree].map(([path, text]) => `${unmapped(path.normalize('NFC'))}=${text ?? '/'}`);
  return lines.sort().join(' ');
}

function unmapped(path: string): string {
  return path.replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
