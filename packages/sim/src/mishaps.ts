import type { Dice } from './dice.ts';
import type { Scene } from './scene.ts';
import type { SimClient } from './sim-client.ts';

const kinds = [
  ...(['unmount', 'replace', 'unreadable', 'unreadable', 'unreadable', 'clock'] as const),
  ...(['backup', 'restore', 'restore'] as const),
];

/** What goes wrong for a while, and is set right again before the end. */
export class Mishaps {
  readonly #world: Scene;
  readonly #repairs = new Map<string, () => void>();
  #backup: ReadonlyMap<string, string | undefined> | undefined;

  constructor(world: Scene) {
    this.#world = world;
  }

  /** Keeps what the server has now for a restore. */
  async backUp(): Promise<void> {
    this.#backup = new Map(await this.#world.server.tree());
  }

  /** Something goes wrong, or is set right. Returns what. */
  async happen(dice: Dice): Promise<string> {
    const client = dice.pick(this.#world.clients);
    const kind = dice.pick(kinds);
    const key = `${kind} ${client.name}`;
    const repair = this.#repairs.get(key);
    if (repair !== undefined) {
      this.#repairs.delete(key);
      repair();
      return `${key} is over`;
    }
    switch (kind) {
      case 'unmount':
        return this.#rootGone(client, key, () => {
          client.folder.disk.unmount();
          return () => client.folder.disk.mount();
        });
      case 'replace':
        return this.#rootGone(client, key, () => client.folder.disk.replaceRoot());
      case 'unreadable':
        return this.#unreadable(client, key, dice);
      case 'clock':
        client.clock.skew += dice.pick([-86_400_000, -5000, -1000, 1000, 3_600_000]);
        return key;
      case 'backup':
        await this.backUp();
        return kind;
      case 'restore':
        return await this.#restore();
    }
  }

  /** Sets everything right. */
  heal(): void {
    for (const repair of this.#repairs.values()) repair();
    this.#repairs.clear();
  }

  #rootGone(client: SimClient, key: string, happen: () => () => void): string {
    if (this.#repairs.has(`unmount ${client.name}`) || this.#repairs.has(`replace ${client.name}`))
      return '-';
    const { people } = this.#world;
    const place = people.places.find(({ name }) => name === client.name);
    // Nobody works where the disk is not there.
    people.places = people.places.filter((one) => one !== place);
    const repair = happen();
    this.#repairs.set(key, () => {
      repair();
      if (place !== undefined) people.places.push(place);
    });
    return key;
  }

  #unreadable(client: SimClient, key: string, dice: Dice): string {
    const { disk } = client.folder;
    const paths = disk.entries().map(({ path }) => path);
    if (paths.length === 0) return '-';
    const path = dice.pick(paths);
    client.doubted = true;
    disk.problems.set(path, { path, reason: 'unreadable', code: 'EIO' });
    this.#repairs.set(key, () => disk.problems.delete(path));
    return `${key} ${path}`;
  }

  /** What only the server had and the backup does not have is lost by the restore, and by nobody else. */
  async #restore(): Promise<string> {
    const { server, people, clients, plan } = this.#world;
    if (this.#backup === undefined || server.restore === undefined || plan.alone) return '-';
    // What lies in a folder that goes away again with the mishap is lost with it.
    const lasting = clients.filter(({ name }) => !this.#repairs.has(`replace ${name}`));
    const elsewhere = new Set(lasting.flatMap(({ folder }) => [...folder.disk.tree().values()]));
    const kept = new Set(this.#backup.values());
    for (const text of (await server.tree()).values()) {
      if (text !== undefined && !elsewhere.has(text) && !kept.has(text)) people.given.add(text);
    }
    server.restore(this.#backup);
    return 'restore';
  }
}
