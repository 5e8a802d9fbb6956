import type { LiveChange, PropertyChange } from '@holdfast/files';
import {
  type Mtime,
  mtimeFromMs,
  namespaces,
  type PropertyInstruction,
  parseMtime,
  type XmlElement,
} from '@holdfast/protocol';
import { liveProperty } from './live-properties.ts';

/** One instruction and what becomes of it when the others can be carried out. */
export interface PlannedStep {
  readonly ns: string;
  readonly name: string;
  /** 200, 403 (protected) or 409 (bad value); 424 for the good ones among bad ones. */
  readonly status: number;
}

/** A PROPPATCH as the store understands it. */
export interface PropertyPlan {
  readonly steps: readonly PlannedStep[];
  /** At least one instruction is impossible, so that none may be carried out. */
  readonly failed: boolean;
  readonly changes: readonly PropertyChange[];
  readonly live: LiveChange;
}

/** Reads the value of a writable live property; undefined when it makes no sense. */
type LiveSetter = (value: string) => LiveChange | undefined;

const mtimeOf = (mtime: Mtime | undefined) => mtime && { mtime };
const createdOf = (mtime: Mtime | undefined) => mtime && { createdAt: mtime.s * 1000 };
const flag = (value: string) =>
  value === '1' || value === 'true' ? true : value === '0' || value === 'false' ? false : undefined;
const dateOf = (value: string) => {
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : mtimeFromMs(ms);
};
/** A date, or seconds since 1970 as Nextcloud's clients send them. */
const timeOf = (value: string) => parseMtime(value) ?? dateOf(value);

const setters: ReadonlyMap<string, LiveSetter> = new Map<string, LiveSetter>([
  [`{${namespaces.d}}getlastmodified`, (value) => mtimeOf(timeOf(value))],
  [`{${namespaces.d}}lastmodified`, (value) => mtimeOf(timeOf(value))],
  [`{${namespaces.hf}}mtime`, (value) => mtimeOf(parseMtime(value))],
  [`{${namespaces.d}}creationdate`, (value) => createdOf(timeOf(value))],
  [`{${namespaces.nc}}creation_time`, (value) => createdOf(parseMtime(value))],
  [
    `{${namespaces.oc}}favorite`,
    (value) => {
      const favorite = flag(value);
      return favorite === undefined ? undefined : { favorite };
    },
  ],
  [
    `{${namespaces.hf}}executable`,
    (value) => {
      const executable = flag(value);
      return executable === undefined ? undefined : { executable };
    },
  ],
]);

/** Decides on each instruction, in document order; later ones win (RFC 4918 §9.2). */
export function planProperties(
  instructions: readonly { action: PropertyInstruction['action']; element: XmlElement }[],
): PropertyPlan {
  const changes: PropertyChange[] = [];
  let live: LiveChange = {};
  const statuses = instructions.map(({ action, element }) => {
    const { ns, name } = element;
    const setter = setters.get(`{${ns}}${name}`);
    if (setter) {
      const change = action === 'set' ? setter(element.text.trim()) : removal(ns, name);
      if (change === undefined) return action === 'set' ? 409 : 403;
      live = { ...live, ...change };
      return 200;
    }
    if (liveProperty(ns, name)) return 403;
    changes.push(action === 'set' ? { action, property: { ns, name, element } } : { action, ns, name });
    return 200;
  });
  const failed = statuses.some((status) => status !== 200);
  const steps = instructions.map(({ element }, index) => {
    const status = statuses[index] ?? 200;
    return { ns: element.ns, name: element.name, status: failed && status === 200 ? 424 : status };
  });
  return { steps, failed, changes, live };
}

/** Taking a mark away is the same as setting it to 0; times cannot be taken away. */
function removal(ns: string, name: string): LiveChange | undefined {
  if (ns === namespaces.oc && name === 'favorite') return { favorite: false };
  if (ns === namespaces.hf && name === 'executable') return { executable: false };
  return undefined;
}
