import type { Goal } from './results.ts';

/** Names of those who are measured, as they stand in the table. */
export const who = {
  ourClient: 'our client → our node',
  curlOurs: 'curl → our node',
  curlApache: 'curl → Apache',
  nextcloud: 'nextcloudcmd → our node',
  rsync: 'rsync',
  cp: 'cp',
  wrkOurs: 'wrk → our node',
  wrkApache: 'wrk → Apache',
  node: 'node',
  client: 'our client',
  daemon: 'our daemon',
} as const;

const atMost = (value: number): Goal => ({ kind: 'at-most', value });
const atLeast = (value: number): Goal => ({ kind: 'at-least', value });

/** The figures to reach, by `what | who`. */
export const goals: ReadonlyMap<string, Goal> = new Map([
  [`W1 up | ${who.ourClient}`, atMost(1.5)],
  [`W1 up | ${who.curlOurs}`, { kind: 'at-most', value: 2, timesRow: `W1 up | ${who.curlApache}` }],
  [`W1 down | ${who.ourClient}`, atMost(1)],
  [`W2 up | ${who.ourClient}`, atMost(2.5)],
  [`W2 down | ${who.ourClient}`, atMost(2)],
  [`W3 nothing changed | ${who.ourClient}`, atMost(0.4)],
  [`W4 1 MiB changed, up | ${who.ourClient}`, atMost(1)],
  [`W4 1 MiB changed, up, on the wire | ${who.ourClient}`, atMost(1.7)],
  [`W4 100 bytes inserted, up | ${who.ourClient}`, atMost(1.5)],
  [`W4 100 bytes inserted, up, on the wire | ${who.ourClient}`, atMost(0.6)],
  [`W5 rename | ${who.ourClient}`, atMost(0.4)],
  [`W5 MOVE requests | ${who.ourClient}`, atMost(1)],
  [`W5 body bytes | ${who.ourClient}`, atMost(8000)],
  [`W6 PROPFIND | ${who.wrkOurs}`, atLeast(250)],
  [`W6 GET 10 KiB | ${who.wrkOurs}`, atLeast(4000)],
  [`100,000 files, first upload, rate | ${who.ourClient}`, atLeast(1500)],
  [`100,000 files, nothing changed | ${who.ourClient}`, atMost(2)],
  [`daemon, 10,000 files, nothing changed | ${who.daemon}`, atMost(0.1)],
  [`daemon, 100,000 files, nothing changed | ${who.daemon}`, atMost(1)],
  [`daemon, 10,000 files, one change there | ${who.daemon}`, atMost(1)],
  [`daemon, 100,000 files, one change there | ${who.daemon}`, atMost(1)],
  [`daemon, 100,000 files, idle processor | ${who.daemon}`, atMost(0.5)],
  [`daemon, 100,000 files, memory | ${who.daemon}`, atMost(150)],
  [`memory, highest of all | ${who.node}`, atMost(200)],
  [`memory, 100,000 files | ${who.client}`, atMost(150)],
]);
