import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** One setting. */
export interface ConfigKey {
  /** As in `http.listen`. */
  readonly key: string;
  readonly path: readonly string[];
  /** As in `HOLDFAST_HTTP_LISTEN`. */
  readonly variable: string;
  readonly description: string;
}

/** All settings, in the order of the schema. */
export function configKeys(): readonly ConfigKey[] {
  return leaves(configSchema, []);
}

function leaves(schema: z.ZodType, path: readonly string[]): ConfigKey[] {
  const inner = schema instanceof z.ZodPrefault ? schema.def.innerType : schema;
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([name, part]) => leaves(part, [...path, name]));
  }
  const variable = path.map((name) => name.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_');
  return [
    { key: path.join('.'), path, variable: `HOLDFAST_${variable}`, description: schema.description ?? '' },
  ];
}
