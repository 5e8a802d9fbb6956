import { configKeys } from './config-keys.ts';
import { formatAddress } from './listen-address.ts';
import type { LoadedConfig } from './load-config.ts';

/** One setting as it holds. */
export interface ExplainedSetting {
  readonly key: string;
  /** As it would be written in the configuration file; undefined when it is not set. */
  readonly value: unknown;
  readonly origin: string;
  readonly variable: string;
  readonly description: string;
}

/** Every setting with its value, where that came from, and what it means. */
export function explainConfig({ config, origins }: LoadedConfig): readonly ExplainedSetting[] {
  return configKeys().map(({ key, path, variable, description }) => ({
    key,
    value: key === 'http.listen' ? formatAddress(config.http.listen) : valueAt(config, path),
    origin: origins.get(key) ?? 'default',
    variable,
    description,
  }));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined),
    value,
  );
}
