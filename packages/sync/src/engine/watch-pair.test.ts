import { AppError, type Clock } from '@holdfast/base';
import { describe, expect, it, vi } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import { folderStreams, intercept, remoteStreams } from '../testing/intercept.ts';
import { openEngine } from './open-engine.ts';
import type { SyncEngine } from './options.ts';
import type { PairState, RunReport } from './report.ts';

/** Time that stands still until it is told to go on. */
class StandingClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - 1_700_000_000_000;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.at > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

/** A pair that is watched, with what it has told and done so far. */
class WatchedPair implements AsyncDisposable {
  readonly world = new FakePair();
  readonly clock = new StandingClock();
  readonly reports: RunReport[] = [];
  readonly states: PairState[] = [];
  readonly calls: string[] = [];
  /** What every call to the server throws. */
  offline: AppError | undefined;
  #engine: SyncEngine | undefined;
  #stop = new AbortController();
  #watching: Promise<void> = Promise.resolve();

  async begin(settings: { readonly noWatcher?: boolean } = {}): Promise<void> {
    const { world, clock } = this;
    const folder = intercept(world.folder, folderStreams, async (method, act) => {
      this.calls.push(method);
      return await act();
    });
    const watch = world.folder.watch.bind(world.folder);
    folder.watch = async (onChange, signal) => {
      if (settings.noWatcher) throw new AppError('local-unreadable', { code: 'ENOSPC' });
      return await watch(onChange, signal);
    };
    const remote = intercept(world.remote, remoteStreams, async (_method, act) => {
      if (this.offline !== undefined) throw this.offline;
      return await act();
    });
    this.#engine = await openEngine({
      ...world.pair,
      folder,
      remote,
      clock,
      random: { bytes: (length) => new Uint8Array(length).fill(128) },
      onEvent: (event) => {
        if (event.type === 'state') this.states.push(event.state);
      },
    });
    const { signal } = this.#stop;
    const onReport = (report: RunReport) => void this.reports.push(report);
    this.#watching = this.#engine.watch({ signal, pollMs: 30_000, onReport });
    await this.rested(1);
    // The watch is there, or is known not to be.
    for (let count = 0; count < 5; count += 1) {
      this.clock.advance(300);
      await turns();
    }
    this.reports.length = 0;
    this.calls.length = 0;
  }

  /** Waits until so many more runs are over and the next one is waited for. */
  async rested(runs: number): Promise<void> {
    await vi.waitFor(() => {
      expect(this.reports.length).toBeGreaterThanOrEqual(runs);
      expect(this.states.at(-1)?.state).not.toBe('working');
    });
    await turns();
  }

  wake(): void {
    this.#engine?.wake();
  }

  state(): PairState | undefined {
    return this.states.at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await this.#engine?.[Symbol.asyncDispose]();
    this.world[Symbol.dispose]();
  }
}

async function turns(): Promise<void> {
  for (let count = 0; count < 20; count += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a pair that is watched', () => {
  it('R16 looks at what has changed and at nothing else', async () => {
    await using pair = new WatchedPair();
    const { disk } = pair.world.folder;
    for (const name of ['a', 'd/1', 'd/2', 'e/3']) disk.write(name, name);
    await pair.begin();
    disk.write('d/1', 'changed');
    pair.world.folder.notify(['d/1']);
    await turns();
    pair.clock.advance(250);
    await pair.rested(1);
    expect(pair.calls).toContain('look');
    expect(pair.calls).not.toContain('scan');
    expect(pair.world.server()).toMatchObject({ 'd/1': 'changed' });
    expect(pair.state()).toMatchObject({ state: 'idle', watching: true });
  });

  it('R11 looks at what was told before a run that could not begin, in the next one', async () => {
    await using pair = new WatchedPair();
    const { folder } = pair.world;
    folder.disk.write('a', '1');
    await pair.begin();
    folder.disk.write('a', 'changed');
    folder.faults.add({
      method: 'identity',
      nth: 1,
      when: 'before',
      error: new AppError('local-unreadable'),
    });
    folder.notify(['a']);
    await turns();
    pair.clock.advance(250);
    await pair.rested(1);
    expect(pair.reports[0]?.state).toBe('stopped');
    pair.clock.advance(600_000);
    await pair.rested(2);
    expect(pair.world.server()).toEqual({ a: 'changed' });
  });

  it('R12 a renamed folder is one move, though both halves of the news come apart', async () => {
    for (const news of [
      ['d', 'renamed'],
      ['renamed', 'd'],
    ]) {
      await using pair = new WatchedPair();
      const { disk } = pair.world.folder;
      for (const name of ['d/1', 'd/2', 'd/f/3']) disk.write(name, name);
      await pair.begin();
      disk.move('d', 'renamed');
      const counts = [];
      for (const path of news) {
        const before = pair.reports.length;
        pair.world.folder.notify([path]);
        await turns();
        pair.clock.advance(250);
        await pair.rested(before + 1);
        counts.push(...pair.reports.slice(before).map((report) => report.counts));
      }
      expect(counts.map(({ moved }) => moved).reduce((sum, count) => sum + count)).toBe(1);
      for (const count of counts) expect(count).toMatchObject({ uploaded: 0, deletedRemote: 0 });
      expect(pair.world.server()).toEqual(pair.world.local());
    }
  });

  it('R4 looks at everything when anything may have changed, and every hour', async () => {
    await using pair = new WatchedPair();
    const { folder } = pair.world;
    folder.disk.write('a', '1');
    await pair.begin();
    folder.disk.write('b', 'nobody has told of it');
    folder.notify(undefined);
    await turns();
    pair.clock.advance(250);
    await pair.rested(1);
    expect(pair.calls).toContain('scan');
    expect(pair.world.server()).toMatchObject({ b: 'nobody has told of it' });
    pair.calls.length = 0;
    folder.disk.write('c', 'nor of this');
    pair.clock.advance(30_000 * 10);
    await pair.rested(2);
    expect(pair.calls).not.toContain('scan');
    pair.clock.advance(3_600_000);
    await pair.rested(3);
    expect(pair.calls).toContain('scan');
    expect(pair.world.server()).toMatchObject({ c: 'nor of this' });
  });

  it('R4 looks at everything from when the watch has ended until there is a new one', async () => {
    await using pair = new WatchedPair();
    const { folder } = pair.world;
    await pair.begin();
    folder.endWatching();
    await turns();
    folder.disk.write('a', 'not told');
    pair.clock.advance(250);
    await pair.rested(1);
    expect(pair.calls).toContain('scan');
    expect(pair.state()).toMatchObject({ watching: false });
    pair.clock.advance(10_000);
    await pair.rested(2);
    pair.clock.advance(250);
    await turns();
    expect(pair.world.server()).toMatchObject({ a: 'not told' });
    expect(pair.state()).toMatchObject({ watching: true });
  });

  it('polls both sides where the folder cannot be watched, and says so', async () => {
    await using pair = new WatchedPair();
    const { folder } = pair.world;
    await pair.begin({ noWatcher: true });
    expect(pair.state()).toMatchObject({ watching: false });
    folder.disk.write('a', '1');
    pair.clock.advance(300_000);
    await pair.rested(1);
    expect(pair.calls).toContain('scan');
    expect(pair.world.server()).toMatchObject({ a: '1' });
  });

  it('fetches at once what the server tells of', async () => {
    await using pair = new WatchedPair();
    await pair.begin();
    expect(pair.state()).toMatchObject({ listening: true });
    pair.world.remote.server.write('a', 'new there');
    await pair.rested(1);
    expect(pair.world.local()).toEqual({ a: 'new there' });
  });

  it('R10 says offline with the next try, tries less and less often, and at once when it is woken', async () => {
    await using pair = new WatchedPair();
    const { folder } = pair.world;
    folder.disk.write('a', '1');
    await pair.begin();
    pair.offline = new AppError('server-unreachable');
    const pauses: number[] = [];
    pair.wake();
    for (let runs = 1; runs <= 9; runs += 1) {
      await pair.rested(runs);
      const state = pair.state();
      expect(state).toMatchObject({ state: 'offline', stop: { code: 'server-unreachable' } });
      const pause = (state?.nextRun ?? 0) - pair.clock.now();
      pauses.push(pause);
      pair.clock.advance(pause + 1);
    }
    expect(pauses[0]).toBeGreaterThanOrEqual(4000);
    for (const [at, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(pauses[at - 1] ?? 0);
    expect(pauses.at(-1)).toBe(15 * 60_000);
    await pair.rested(10);
    folder.disk.write('b', '2');
    folder.notify(['b']);
    await turns();
    expect(pair.reports).toHaveLength(10);
    pair.offline = undefined;
    pair.calls.length = 0;
    pair.wake();
    await pair.rested(11);
    expect(pair.state()).toMatchObject({ state: 'idle' });
    expect(pair.world.server()).toEqual({ a: '1', b: '2' });
    // What it knew is still known.
    expect(pair.calls).not.toContain('scan');
  });

  it('leaves a server in peace for as long as it asks', async () => {
    await using pair = new WatchedPair();
    await pair.begin();
    pair.offline = new AppError('too-many-requests', { retryAfterSeconds: 120 });
    pair.wake();
    await pair.rested(1);
    expect(pair.state()).toMatchObject({ state: 'offline' });
    expect(pair.state()?.nextRun).toBe(pair.clock.now() + 120_000);
  });

  it('R15 says that it waits for a person', async () => {
    await using pair = new WatchedPair();
    const { folder } = pair.world;
    for (let at = 0; at < 60; at += 1) folder.disk.write(`f${at}`, `${at}`);
    await pair.begin();
    for (let at = 0; at < 50; at += 1) folder.disk.remove(`f${at}`);
    folder.notify(undefined);
    await turns();
    pair.clock.advance(250);
    await pair.rested(1);
    expect(pair.state()).toMatchObject({ state: 'waiting-for-person', stop: { code: 'mass-change' } });
  });
});
