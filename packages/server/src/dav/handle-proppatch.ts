import {
  emptyElement,
  multistatusClose,
  multistatusOpen,
  parseProppatch,
  propstat,
} from '@holdfast/protocol';
import { type DavHandler, readXml } from './dav-call.ts';
import { guardOf } from './guard-of.ts';
import { type PlannedStep, planProperties } from './plan-properties.ts';
import { hrefOf } from './tree-address.ts';

/** PROPPATCH (RFC 4918 §9.2): all instructions or none. */
export const handleProppatch: DavHandler = async (call) => {
  const { request, reply, parts, actor, principal, path, mount } = call;
  const plan = planProperties(parseProppatch(await readXml(call)));
  const guard = guardOf(request, principal.userId, path);
  const node = plan.failed
    ? await parts.files.get(actor, path)
    : await parts.files.patch(actor, path, plan.changes, plan.live, guard);
  if (!plan.failed) reply.header('oc-etag', `"${node.etag}"`);
  const body = [
    multistatusOpen,
    `<d:response><d:href>${hrefOf(mount, path, node.kind)}</d:href>`,
    ...[200, 403, 409, 424].map((status) => statusGroup(plan.steps, status)),
    `</d:response>${multistatusClose}`,
  ].join('');
  return reply.code(207).type('application/xml; charset=utf-8').send(body);
};

function statusGroup(steps: readonly PlannedStep[], status: number): string {
  const names = new Set(
    steps.filter((step) => step.status === status).map((step) => emptyElement(step.ns, step.name)),
  );
  if (names.size === 0) return '';
  return propstat([...names].join(''), status, status === 403 ? '<d:cannot-modify-protected-property/>' : '');
}
