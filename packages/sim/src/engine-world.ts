import type { RunOptions, RunReport } from '@holdfast/sync';
import { Calls } from './calls.ts';
import { Dice } from './dice.ts';
import { Mishaps } from './mishaps.ts';
import { Oracle } from './oracle.ts';
import { People } from './people.ts';
import { diskPlace } from './place.ts';
import type { Scene } from './scene.ts';
import { Scheduler } from './scheduler.ts';
import type { SeedOptions, SeedResult } from './seed.ts';
import { SimClient } from './sim-client.ts';
import type { SimServer } from './sim-server.ts';
import { Trace } from './trace.ts';
import type { WorldPlan } from './world-plan.ts';

/** So often everybody syncs in peace at the end before the sides have to be equal. */
const quietRounds = 8;

/** Makes the server of a world. */
export type ServerMaker = (scheduler: Scheduler, plan: WorldPlan) => SimServer | Promise<SimServer>;

/** Levels 2 and 3: engines, disks, a server, people and everything that goes wrong, in one order that the seed decides. */
export class EngineWorld implements Scene {
  readonly plan: WorldPlan;
  readonly trace: Trace;
  readonly scheduler: Scheduler;
  readonly people: People;
  readonly server: SimServer;
  readonly clients: SimClient[];
  readonly oracle: Oracle;
  readonly mishaps: Mishaps;
  /** False in the peace at the end. */
  restless = true;
  events = 0;
  readonly #seed: number;
  readonly #skip: ReadonlySet<number>;
  readonly #when: Dice;
  readonly #calls: Calls;

  private constructor(
    seed: number,
    options: { skip?: ReadonlySet<number>; dir: string; plan: WorldPlan; trace: Trace; scheduler: Scheduler },
    server: SimServer,
  ) {
    this.#seed = seed;
    this.#skip = options.skip ?? new Set();
    this.#when = new Dice(seed, 'when');
    this.plan = options.plan;
    this.trace = options.trace;
    this.trace.add(JSON.stringify(this.plan));
    this.scheduler = options.scheduler;
    this.server = server;
    this.scheduler.onStep = () => this.#everyStep();
    this.people = new People(this.plan.oddNames);
    this.oracle = new Oracle(this);
    this.mishaps = new Mishaps(this);
    this.#calls = new Calls(this, this.oracle, new Dice(seed, 'answers'));
    this.clients = this.plan.platforms.map((platform, index) => this.#client(platform, index, options.dir));
    const places = [
      ...this.clients.map((client) =>
        diskPlace(client.name, client.folder.disk, (paths) => this.#calls.tell(client, paths)),
      ),
      server.place,
    ];
    this.people.places = this.plan.alone ? [new Dice(seed, 'alone').pick(places)] : places;
  }

  /** The world of a seed, with a server of this make, before anything has happened. */
  static async make(
    seed: number,
    options: SeedOptions & { readonly dir: string },
    makeServer: ServerMaker,
    plan: WorldPlan,
  ): Promise<EngineWorld> {
    const trace = new Trace(options.trace === true);
    const scheduler = new Scheduler(new Dice(seed, 'order'), trace);
    const server = await makeServer(scheduler, plan);
    return new EngineWorld(seed, { ...options, plan, trace, scheduler }, server);
  }

  /** Something that may happen, with chances of its own. Undefined when it does not. */
  event(probability: number): Dice | undefined {
    if (!this.restless || probability === 0 || !this.#when.chance(probability)) return undefined;
    this.events += 1;
    return this.#skip.has(this.events) ? undefined : new Dice(this.#seed, 'event', this.events);
  }

  async run(): Promise<SeedResult> {
    try {
      await this.scheduler.run(this.#story());
    } catch (error) {
      this.oracle.fail('R8', error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    for (const client of this.clients) await client.quit();
    await this.server.close();
    for (const line of this.oracle.failures) this.trace.add(line);
    const { hash, lines } = this.trace;
    return { hash, events: this.events, steps: this.scheduler.steps, failures: this.oracle.failures, lines };
  }

  async #story(): Promise<void> {
    const dice = new Dice(this.#seed, 'story');
    await this.#work(dice, 6 + dice.below(24));
    if (this.plan.crowd > 0)
      this.trace.add(await this.scheduler.alone(() => this.people.crowd(dice, this.plan.crowd)));
    await this.mishaps.backUp();
    for (let day = 0; day < this.plan.days; day += 1) {
      if (day > 0 && this.plan.crowd > 0) {
        this.trace.add(await this.scheduler.alone(() => this.people.clearOut(dice)));
      }
      await this.#work(dice, dice.below(6));
      if (this.plan.watches && day === 0) await this.#watchedDay(3000 + dice.below(20_000));
      else await Promise.all(this.clients.map((client) => this.#day(client, new Dice(dice.next()))));
      this.scheduler.now += dice.pick([0, 1000, 60_000, 7_200_000]);
    }
    this.restless = false;
    await this.#calls.settle();
    this.mishaps.heal();
    await this.#peace();
    await this.oracle.checkEnd();
    for (const client of this.clients) await client.quit();
  }

  /** People do something before anybody syncs. */
  async #work(dice: Dice, count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      const event = this.event(1);
      if (event !== undefined) {
        const act = await this.scheduler.alone(() => this.people.act(event));
        this.trace.add(`: ${this.events} ${act}`);
      }
      this.scheduler.now += dice.below(3000);
    }
  }

  async #day(client: SimClient, dice: Dice): Promise<void> {
    for (let runs = 1 + dice.below(2); runs > 0; runs -= 1) {
      await this.#sync(client, { respectBackoff: dice.chance(0.2), allowMassChange: dice.chance(0.3) });
      if (dice.chance(0.15)) await client.quit();
    }
  }

  /** All watch while people work, and then for a while in which nobody does: whoever is green then has to be equal. */
  async #watchedDay(ms: number): Promise<void> {
    const evening = new AbortController();
    const watching = this.clients.map(async (client) => {
      while (!evening.signal.aborted) {
        await client.watch(evening.signal, async (report) => {
          this.trace.add(`${client.name} watches: ${report.state} ${report.stop?.code ?? ''}`);
          if (report.stop?.code === 'internal')
            this.oracle.fail('R8', `${client.name}: ${report.stop.message}`);
        });
        // The system starts it again.
        if (!evening.signal.aborted) await this.scheduler.sleep(undefined, 1000);
      }
    });
    await this.scheduler.sleep(undefined, ms);
    this.restless = false;
    await this.#calls.settle();
    this.mishaps.heal();
    await this.scheduler.sleep(undefined, 40_000);
    const before = await this.oracle.serverText();
    // Only who has looked since can know.
    for (const client of this.clients) client.report = undefined;
    await this.scheduler.sleep(undefined, 20_000);
    if (before === (await this.oracle.serverText())) {
      for (const client of this.clients) await this.oracle.checkWatching(client);
    }
    evening.abort();
    await Promise.all(watching);
    this.restless = true;
  }

  async #sync(client: SimClient, options: RunOptions): Promise<RunReport | undefined> {
    const known = await this.oracle.knownFiles(client);
    const report = await client.run(options);
    const told = report && `${report.state} ${report.stop?.code ?? ''} ${report.problems.length}`;
    this.trace.add(`${client.name} run: ${told ?? 'killed'}`);
    if (report !== undefined) await this.oracle.checkReport(client, report, options, known);
    return report;
  }

  /** Everybody syncs without anything in the way, until all is quiet. A person answers what is asked. */
  async #peace(): Promise<void> {
    for (let round = 0; round < quietRounds; round += 1) {
      let quiet = true;
      for (const client of this.clients) {
        this.scheduler.now += 3_600_000;
        const report = await this.#answer(client, await this.#sync(client, {}));
        if (report?.state !== 'in-sync') quiet = false;
      }
      if (quiet) return;
    }
  }

  /** What a person does about a run that has stopped. */
  async #answer(client: SimClient, report: RunReport | undefined): Promise<RunReport | undefined> {
    const code = report?.stop?.code;
    if (code === undefined) return report;
    if (code === 'mass-change') return await this.#sync(client, { allowMassChange: true });
    // A folder that was opened where another one stood has to be opened again.
    if (code === 'folder-missing') await client.quit();
    let options: RunOptions = {};
    let again = await this.#sync(client, options);
    for (let still = again?.stop?.code; still !== undefined; still = again?.stop?.code) {
      const known = options;
      if (still === 'server-changed') options = { ...options, acceptNewServer: true };
      else if (still === 'folder-missing') options = { ...options, acceptNewFolder: true };
      options = { ...options, allowMassChange: true };
      if (JSON.stringify(known) === JSON.stringify(options)) break;
      again = await this.#sync(client, options);
    }
    return again;
  }

  async #everyStep(): Promise<void> {
    if (!this.restless) return;
    const { odds } = this.plan;
    const act = this.event(odds.people);
    if (act !== undefined) this.trace.add(`: ${this.events} ${await this.people.act(act)}`);
    const mishap = this.event(odds.mishap);
    if (mishap !== undefined) this.trace.add(`: ${this.events} ${await this.mishaps.happen(mishap)}`);
    const kill = this.event(odds.kill);
    if (kill === undefined) return;
    const client = kill.pick(this.clients);
    if (!client.working) return;
    this.trace.add(`: ${this.events} ${client.name} is killed`);
    client.kill();
    this.oracle.checkWhole(client);
  }

  #client(platform: WorldPlan['platforms'][number], index: number, dir: string): SimClient {
    const { server, plan, scheduler } = this;
    const dice = new Dice(this.#seed, 'client', index);
    return new SimClient({
      name: `c${index + 1}`,
      platform,
      reusesIds: plan.reusesIds,
      dir,
      scheduler,
      dice,
      skew: plan.skew === 0 ? 0 : dice.below(2 * plan.skew) - plan.skew,
      remote: (clock) => server.connect(clock),
      between: (client, process) => this.#calls.between(client, process),
    });
  }
}
