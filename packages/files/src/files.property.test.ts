import { hash } from 'node:crypto';
import { isAppError, type TreePath } from '@holdfast/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Actor, DeltaPiece, Files, NodeId } from './files.ts';
import { checkStore } from './maintenance/check-store.ts';
import { collectGarbage } from './maintenance/collect-garbage.ts';
import { bodyOf, bytesOf, createTestFiles } from './testing/index.ts';
import { ModelTree } from './testing/model-tree.ts';

const name = fc.constantFrom('a', 'b', 'ö', 'A b');
const path = fc.array(name, { minLength: 0, maxLength: 4 }).map((names) => names.join('/'));
/** Some small, some on each side of what is kept inline. */
const content = fc.constantFrom('', 'x', 'yy', 'z'.repeat(600), 'w'.repeat(1500));
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('write' as const), path, content }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('batch' as const),
      batch: fc.array(fc.record({ path, content }), { maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('delta' as const), path, content, at: fc.nat(2000) }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('mkdir' as const), path }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), path }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('move' as const), path, to: path, overwrite: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('copy' as const), path, to: path, overwrite: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('touch' as const), path, s: fc.integer({ min: -5, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('follow' as const) }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

async function carryOut(
  files: Files,
  actor: Actor,
  op: Exclude<Operation, { type: 'follow' }>,
): Promise<string> {
  try {
    if (op.type === 'write') await files.write(actor, op.path, bodyOf(op.content));
    else if (op.type === 'batch') return await writeBatch(files, actor, op.batch);
    else if (op.type === 'delta') return await insertByDelta(files, actor, op);
    else if (op.type === 'mkdir') await files.mkdir(actor, op.path);
    else if (op.type === 'remove') await files.remove(actor, op.path);
    else if (op.type === 'touch') await files.patch(actor, op.path, [], { mtime: { s: op.s, ns: 0 } });
    else if (op.type === 'move') await files.move(actor, op.path, op.to, { overwrite: op.overwrite });
    else await files.copy(actor, op.path, op.to, { overwrite: op.overwrite, depth: 'infinity' });
    return 'ok';
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}

async function writeBatch(
  files: Files,
  actor: Actor,
  batch: readonly { path: TreePath; content: string }[],
): Promise<string> {
  const items = batch.map(({ path, content }) => ({ path, bytes: Buffer.from(content), options: {} }));
  const results = await files.writeBatch(actor, items);
  return results.map((result) => (isAppError(result) ? result.code : 'ok')).join();
}

/** Puts `content` into a file, by copying what is before and behind it. */
async function insertByDelta(
  files: Files,
  actor: Actor,
  { path, content, at }: { path: TreePath; content: string; at: number },
): Promise<string> {
  const node = await files.find(actor, path);
  if (node?.kind !== 'file') return 'no file';
  const old = (await bytesOf(await files.read(actor, path))).toString();
  const made = old.slice(0, at) + content + old.slice(at);
  async function* pieces(): AsyncGenerator<DeltaPiece> {
    const cut = Math.min(at, old.length);
    yield { kind: 'copy', start: 0, size: cut };
    yield { kind: 'bytes', bytes: Buffer.from(content) };
    yield { kind: 'copy', start: cut, size: old.length - cut };
  }
  await files.writeDelta(actor, path, pieces(), {
    ifMatch: [node.etag],
    size: made.length,
    digest: () => hash('sha256', made),
  });
  return 'ok';
}

function expectOf(model: ModelTree, op: Exclude<Operation, { type: 'follow' }>): string {
  if (op.type === 'write') return model.write(op.path, op.content);
  if (op.type === 'batch') return op.batch.map(({ path, content }) => model.write(path, content)).join();
  if (op.type === 'delta') return model.insert(op.path, op.content, op.at);
  if (op.type === 'mkdir') return model.mkdir(op.path);
  if (op.type === 'remove') return model.remove(op.path);
  if (op.type === 'touch') return model.touch(op.path);
  return op.type === 'move'
    ? model.move(op.path, op.to, op.overwrite)
    : model.copy(op.path, op.to, op.overwrite);
}

/** Reads the whole tree by listing it. */
async function readAll(
  files: Files,
  actor: Actor,
): Promise<Map<TreePath, { id: NodeId; etag: string; content: string | undefined }>> {
  const out = new Map<TreePath, { id: NodeId; etag: string; content: string | undefined }>();
  const walk = async (folder: TreePath): Promise<void> => {
    for (const node of (await files.list(actor, folder)).children) {
      const content =
        node.kind === 'file' ? (await bytesOf(await files.read(actor, node.path))).toString() : undefined;
      out.set(node.path, { id: node.id, etag: node.etag, content });
      if (node.kind === 'folder') await walk(node.path);
    }
  };
  await walk('');
  return out;
}

/** Holds every etag that was ever seen to one state: of a file its bytes, of a folder what is in it. */
async function remember(files: Files, actor: Actor, states: Map<string, string>, folder = ''): Promise<void> {
  const { self, children } = await files.list(actor, folder);
  const inside = children.map(({ name, id, etag, mtime, size }) => [name, id, etag, mtime.s, size]);
  const seen: [string, string][] = [[self.etag, JSON.stringify([self.id, inside])]];
  for (const child of children) {
    if (child.kind === 'folder') await remember(files, actor, states, child.path);
    else seen.push([child.etag, JSON.stringify([child.id, child.checksums])]);
  }
  for (const [etag, state] of seen) {
    // Nodes made in one step may share a number; with the id it is one node's.
    const key = `${etag} ${state.slice(1, state.indexOf(','))}`;
    expect(states.get(key) ?? state).toBe(state);
    states.set(key, state);
  }
}

/** A client that knows the tree from the feed alone: by id, with the parent and the name of each node. */
class Follower {
  readonly #known = new Map<number, { parent: number | undefined; name: string; etag: string | undefined }>();
  #token: string | undefined;

  async follow(files: Files, actor: Actor, scope: TreePath = ''): Promise<void> {
    while (true) {
      const since = this.#token === undefined ? {} : { since: this.#token };
      const page = await files.changes(actor, scope, { depth: 'infinity', limit: 3, ...since });
      for (const change of page.changes) {
        if (change.type === 'gone') this.#forget(change.id);
        else {
          const { id, parentId, name, kind, etag } = change.node;
          this.#known.set(id, { parent: parentId, name, etag: kind === 'file' ? etag : undefined });
        }
      }
      this.#token = page.token;
      if (!page.truncated) return;
    }
  }

  /** Path and etag of every file and path of every folder, as the client would show them. */
  tree(rootId: number): string[] {
    const pathOf = (id: number | undefined): string => {
      if (id === undefined || id === rootId) return '';
      const node = this.#known.get(id);
      return node === undefined ? '/lost' : `${pathOf(node.parent)}/${node.name}`;
    };
    return [...this.#known].map(([id, { etag }]) => `${pathOf(id)} ${id} ${etag ?? ''}`).sort();
  }

  #forget(id: number): void {
    this.#known.delete(id);
    for (const [child, { parent }] of [...this.#known]) if (parent === id) this.#forget(child);
  }
}

describe('Files', () => {
  it('does what a plain model does, keeps ids and etags, tells it all in its feed, and stays whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 30 }), async (operations) => {
        await using t = await createTestFiles({ limits: { inlineBytes: 500 } });
        const actor = t.actor();
        const model = new ModelTree();
        const follower = new Follower();
        const root = await t.files.get(actor, '');
        const states = new Map<string, string>();
        for (const op of operations) {
          if (op.type === 'follow') {
            await follower.follow(t.files, actor);
            continue;
          }
          const before = await t.files.get(actor, '');
          const result = await carryOut(t.files, actor, op);
          expect(result).toBe(expectOf(model, op));
          const after = await t.files.get(actor, '');
          if (!result.split(',').includes('ok')) expect(after.etag).toBe(before.etag);
          else if (op.type !== 'touch') expect(after.etag).not.toBe(before.etag);
          await remember(t.files, actor, states);
        }
        const all = await readAll(t.files, actor);
        expect([...all].map(([path, node]) => [path, node.content]).sort()).toEqual(model.entries());
        await follower.follow(t.files, actor);
        expect(follower.tree(root.id)).toEqual(
          [...all]
            .map(([path, { id, etag, content }]) => `/${path} ${id} ${content === undefined ? '' : etag}`)
            .sort(),
        );
        expect(await collectGarbage({ db: t.db, blobs: t.blobs, clock: t.clock, graceMs: -1 })).toBeDefined();
        expect((await checkStore({ db: t.db, blobs: t.blobs })).findings).toEqual([]);
      }),
      { seed: 20_261_123, numRuns: 60 },
    );
  });

  it('tells of one folder all that goes in, out and on inside, to who sees only that', async () => {
    const within = fc
      .tuple(fc.constantFrom('scope', 'elsewhere'), fc.array(name, { minLength: 1, maxLength: 3 }))
      .map(([top, names]) => [top, ...names].join('/'));
    const inside = fc.oneof(
      { weight: 3, arbitrary: fc.record({ type: fc.constant('write' as const), path: within, content }) },
      { weight: 3, arbitrary: fc.record({ type: fc.constant('mkdir' as const), path: within }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), path: within }) },
      {
        weight: 5,
        arbitrary: fc.record({
          type: fc.constant('move' as const),
          path: within,
          to: within,
          overwrite: fc.boolean(),
        }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('follow' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(inside, { minLength: 1, maxLength: 30 }), async (operations) => {
        await using t = await createTestFiles();
        const actor = t.actor();
        const { id } = await t.files.mkdir(actor, 'scope');
        await t.files.mkdir(actor, 'elsewhere');
        const limited = t.actor('ana', { within: [id] });
        const followers = { folder: new Follower(), limited: new Follower() };
        const follow = async () => {
          await followers.folder.follow(t.files, actor, 'scope');
          await followers.limited.follow(t.files, limited, 'scope');
        };
        for (const op of operations) {
          if (op.type === 'follow') await follow();
          else await carryOut(t.files, actor, op);
        }
        await follow();
        const there = [...(await readAll(t.files, actor))]
          .filter(([path]) => path.startsWith('scope/'))
          .map(
            ([path, { id, etag, content }]) =>
              `/${path.slice('scope/'.length)} ${id} ${content === undefined ? '' : etag}`,
          )
          .sort();
        expect(followers.folder.tree(id)).toEqual(there);
        expect(followers.limited.tree(id)).toEqual(there);
      }),
      { seed: 20_261_123, numRuns: 60 },
    );
  });
});
