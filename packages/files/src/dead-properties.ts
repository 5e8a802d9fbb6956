import { AppError } from '@holdfast/base';
import { type Query, row, rows, run } from '@holdfast/db';
import type { XmlElement } from '@holdfast/protocol';
import type { DeadProperty, NodeId, PropertyChange } from './files.ts';
import type { FilesLimits } from './limits.ts';
import type { Parts } from './parts.ts';

/** `Files.properties`. */
export async function readProperties(
  parts: Parts,
  ids: readonly NodeId[],
): Promise<ReadonlyMap<NodeId, readonly DeadProperty[]>> {
  const found = await parts.db.read((query) =>
    rows<{ node_id: NodeId; ns: string; name: string; element: string }>(
      query,
      `SELECT p.* FROM json_each(?) ids JOIN properties p ON p.node_id = ids.value
         WHERE EXISTS (SELECT 1 FROM properties)`,
      JSON.stringify(ids),
    ),
  );
  const out = new Map<NodeId, DeadProperty[]>();
  for (const { node_id, ns, name, element } of found) {
    const property = { ns, name, element: JSON.parse(element) as XmlElement };
    const list = out.get(node_id);
    if (list === undefined) out.set(node_id, [property]);
    else list.push(property);
  }
  return out;
}

/**
 * Carries out the instructions of a PROPPATCH in their order (RFC 4918 §9.2).
 * @throws AppError `quota-exceeded` when the node would have more of them than the limits allow.
 */
export async function applyProperties(
  query: Query,
  nodeId: number,
  changes: readonly PropertyChange[],
  limits: FilesLimits,
): Promise<void> {
  for (const change of changes) {
    if (change.action === 'remove') {
      await run(
        query,
        'DELETE FROM properties WHERE node_id = ? AND ns = ? AND name = ?',
        nodeId,
        change.ns,
        change.name,
      );
    } else {
      const { ns, name, element } = change.property;
      await run(
        query,
        'INSERT OR REPLACE INTO properties (node_id, ns, name, element) VALUES (?, ?, ?, ?)',
        nodeId,
        ns,
        name,
        JSON.stringify(element),
      );
    }
  }
  if (!changes.some((change) => change.action === 'set')) return;
  const used = await row<{ bytes: number }>(
    query,
    'SELECT sum(octet_length(ns) + octet_length(name) + octet_length(element)) AS bytes FROM properties WHERE node_id = ?',
    nodeId,
  );
  if ((used?.bytes ?? 0) > limits.propertyBytes) {
    throw new AppError('quota-exceeded', { message: 'Too many or too large properties.' });
  }
}
