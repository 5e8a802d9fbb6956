import { davScope, type PropertyName, type PropfindRequest } from '@holdfast/protocol';
import { type LiveProperty, liveProperty, livePropertyNames } from './live-properties.ts';

/** A live property with its tags made ready. */
export interface LiveWriter {
  readonly write: LiveProperty['write'];
  readonly open: string;
  readonly close: string;
  readonly empty: string;
}

/** What a PROPFIND or REPORT asks of every node, made ready once a request. */
export interface CompiledProperties {
  readonly live: readonly LiveWriter[];
  /** Names that are no live property. */
  readonly dead: readonly PropertyName[];
  /** Parts of the view that have to be gathered first. */
  readonly needs: ReadonlySet<NonNullable<LiveProperty['needs']>>;
  /** All dead properties of a node, whatever they are called; and what a node lacks is not told. */
  readonly everything: boolean;
  readonly namesOnly: boolean;
}

/** Finds the writers of what is asked for. */
export function compileProperties(wanted: PropfindRequest): CompiledProperties {
  const writers = new Map<string, LiveWriter>();
  const dead: PropertyName[] = [];
  const needs = new Set<NonNullable<LiveProperty['needs']>>();
  const add = ({ ns, name }: PropertyName) => {
    const property = liveProperty(ns, name);
    if (!property) {
      dead.push({ ns, name });
      return;
    }
    const tag = `${davScope.get(ns) ?? ''}:${name}`;
    if (property.needs) needs.add(property.needs);
    writers.set(tag, { write: property.write, open: `<${tag}>`, close: `</${tag}>`, empty: `<${tag}/>` });
  };
  const everything = wanted.kind !== 'prop';
  if (everything) {
    for (const item of livePropertyNames()) if (wanted.kind === 'propname' || item.property.listed) add(item);
  }
  if (wanted.kind === 'prop') wanted.names.forEach(add);
  if (wanted.kind === 'allprop') wanted.include.forEach(add);
  return { live: [...writers.values()], dead, needs, everything, namesOnly: wanted.kind === 'propname' };
}
