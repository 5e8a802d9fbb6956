import type { LoadedConfig } from '@holdfast/daemon';
import type { Command } from 'commander';
import type { Terminal } from './terminal/terminal.ts';

/** Options that name the data folder and the configuration. */
export interface DataOptions {
  readonly json?: boolean;
  readonly data?: string;
  readonly config?: string;
}

/** Options that set something for one run. */
export interface RunOptions extends DataOptions {
  readonly listen?: string;
  readonly allowPlainHttp?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly publicUrl?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
}

/** Adds `--data` and `--config`. */
export function addDataOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'the data folder (HOLDFAST_DATA; default: see "config explain")')
    .option('--config <file>', 'configuration file (default: config.json in the data folder)');
}

/** Adds the options of a node. */
export function addRunOptions(command: Command): Command {
  return addDataOptions(command)
    .option('--listen <address>', 'address and port, such as 127.0.0.1:8484; port 0 takes any')
    .option('--tls-cert <file>', 'certificate chain (PEM)')
    .option('--tls-key <file>', 'private key of the certificate (PEM)')
    .option('--allow-plain-http', 'allow HTTP without TLS beyond this machine: passwords travel readable')
    .option('--public-url <url>', 'address that people use from outside, behind a proxy')
    .option('--log-level <level>', 'debug, info, warn or error')
    .option('--log-format <format>', 'auto, json or text');
}

/** Reads the configuration: defaults, file, environment, these options. @throws AppError `config-invalid`. */
export async function readConfig(options: RunOptions, terminal: Terminal): Promise<LoadedConfig> {
  const { defaultDataFolder, loadConfig } = await import('@holdfast/daemon');
  return await loadConfig({
    ...(options.config === undefined ? {} : { file: options.config }),
    env: terminal.env,
    cwd: terminal.cwd,
    defaultData: defaultDataFolder(terminal),
    flags: {
      data: options.data,
      'http.listen': options.listen,
      'http.allowPlainHttp': options.allowPlainHttp,
      'http.tlsCert': options.tlsCert,
      'http.tlsKey': options.tlsKey,
      'http.publicUrl': options.publicUrl,
      'log.level': options.logLevel,
      'log.format': options.logFormat,
    },
  });
}
