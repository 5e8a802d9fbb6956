import type { Level } from './run-seed.ts';

/** A piece of the product's text, and what stands there instead while it is broken. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Has to be there once. */
  readonly find: string;
  readonly replace: string;
}

/** A guard that is taken out. */
export interface Mutation {
  readonly name: string;
  readonly level: Level;
  /** The first seed to try: from here on it is found soon. */
  readonly from: number;
  readonly edits: readonly Edit[];
}

const goal = 'packages/sync/src/plan/goal.ts';
const observe = 'packages/sync/src/engine/observe.ts';
const upload = 'packages/sync/src/execute/sending.ts';
const identity = 'packages/sync/src/engine/identity-check.ts';

/** Guards without which something gets lost, doubled or called green that is not. The simulator has to miss each. */
export const mutations: readonly Mutation[] = [
  {
    name: 'R2 a delete needs no merge base',
    level: 1,
    from: 1,
    edits: [
      {
        file: goal,
        find: "  goal.content = 'download';\n  if (base === undefined) return;",
        replace: "  goal.content = 'download';\n  if (base === undefined) { goal.alive = 'no'; return; }",
      },
      {
        file: 'packages/sync/src/plan/plan-deletes.ts',
        find: '  if (item.base === undefined) return undefined;',
        replace: '',
      },
    ],
  },
  {
    name: 'R3 a delete wins against an edit',
    level: 1,
    from: 1,
    edits: [
      {
        file: goal,
        find: "  if (remoteChange(remote, base) === 'same' && !hasMoved(remote, base.remote, policy)) goal.alive = 'no';",
        replace: "  goal.alive = 'no';",
      },
    ],
  },
  {
    name: 'R3 no conflict copy is made',
    level: 1,
    from: 1,
    edits: [
      {
        file: goal,
        find: "return local.sha === remote.sha ? 'equal' : 'conflict';",
        replace: "return 'download';",
      },
    ],
  },
  {
    name: 'R5 the local file is not compared right before it is changed',
    level: 2,
    from: 14,
    edits: [
      {
        file: 'packages/localfs/src/local-entry.ts',
        find: "if (expected.kind === 'folder') return true;",
        replace: 'return true;',
      },
    ],
  },
  {
    name: 'R5 an upload has no precondition',
    level: 2,
    from: 89,
    edits: [{ file: upload, find: 'guard: { ifMatch: remote.etag }', replace: 'guard: {}' }],
  },
  {
    name: 'R4 an empty listing is trusted',
    level: 2,
    from: 179,
    edits: [{ file: observe, find: 'if (remote === 0) {', replace: 'if (remote < 0) {' }],
  },
  {
    name: 'R4 a listing without its end is trusted',
    level: 2,
    from: 273,
    edits: [
      {
        file: 'packages/sync/src/trees/collect-remote.ts',
        find: "if (end === undefined) throw doubtful('The listing of the server broke off.');",
        replace: "end ??= { type: 'end', cursor: undefined, whole: true };",
      },
    ],
  },
  {
    name: 'R4 what cannot be read counts as removed',
    level: 2,
    from: 484,
    edits: [
      {
        file: 'packages/sync/src/trees/freeze-local.ts',
        find: '  trees.frozen.set(item, frozen);\n  item.local ??= item.base?.local;\n',
        replace: '  if (always) return;\n',
      },
    ],
  },
  {
    name: 'R4 the epoch of the server is not looked at',
    level: 2,
    from: 11,
    edits: [
      {
        file: identity,
        find: 'meta.server !== now.server || restored',
        replace: 'meta.server !== now.server',
      },
      {
        file: observe,
        find: "if (reading.epoch !== undefined && epoch !== '' && reading.epoch !== epoch) throw restoredMeanwhile();",
        replace: '',
      },
    ],
  },
  {
    name: 'R4 a folder in the place of the synced one is taken for it',
    level: 2,
    from: 25,
    edits: [
      {
        file: identity,
        find: 'if (meta.folder !== now.folder) {',
        replace: 'if (meta.folder === undefined) {',
      },
      { file: observe, find: 'if (local === 0) {', replace: 'if (local < 0) {' },
    ],
  },
  {
    name: 'R6 an upload counts without a look at what the server says of it',
    level: 2,
    from: 12,
    edits: [
      {
        file: upload,
        find: 'if (stored.size !== entry.size || (state.sha !== undefined && state.sha !== sha)) {',
        replace: 'if (stored.size < 0) {',
      },
    ],
  },
  {
    name: 'R6 a download counts without a look at what has come',
    level: 2,
    from: 42,
    edits: [
      {
        file: 'packages/sync/src/execute/download.ts',
        find: '    verifyDownload(from, opened, staged, remote);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'R7 nothing is written down before it is done',
    level: 2,
    from: 472,
    edits: [
      {
        file: 'packages/sync/src/engine/sync-run.ts',
        find: 'this.#parts.journal.intend(...intents);',
        replace: '',
      },
    ],
  },
  {
    name: 'R15 nobody is asked before a mass of files is removed',
    level: 2,
    from: 42,
    edits: [
      {
        file: 'packages/sync/src/engine/mass-change.ts',
        find: 'return planned.local > this.#limit || planned.remote > this.#limit ? steps : undefined;',
        replace: 'return undefined;',
      },
    ],
  },
];
