import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { AppError } from '@holdfast/base';

/** One call of the keychain library. */
export interface KeychainRequest {
  readonly operation: 'getPassword' | 'setPassword' | 'deletePassword';
  readonly name: string;
  readonly secret?: string;
}

/** What a call has given: the library's value, or its error message. */
export type KeychainAnswer =
  | { readonly value: string | boolean | null }
  | { readonly error: string }
  /** The library is there and cannot be loaded, such as without a library of the system. */
  | { readonly unusable: string }
  /** It did not answer in time, or its process died. */
  | { readonly silent: true };

/** Carries out one call, within `limitMs` milliseconds. @throws AppError `keychain-missing` without the library. */
export type CallKeychain = (request: KeychainRequest, limitMs: number) => Promise<KeychainAnswer>;

const service = 'Holdfast';

/** The secret comes and goes through pipes: what is in arguments or the environment, others can read. */
const script = `
let text = '';
process.stdin.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', async () => {
  const { operation, name, secret } = JSON.parse(text);
  const rest = secret === undefined ? [] : [secret];
  let answer;
  let keytar;
  try { keytar = require(process.argv[1]); }
  catch (error) { process.stdout.write(JSON.stringify({ unusable: String(error && error.message) })); return; }
  try { answer = { value: (await keytar[operation]('${service}', name, ...rest)) ?? null }; }
  catch (error) { answer = { error: String(error && error.message) }; }
  process.stdout.write(JSON.stringify(answer));
});`;

/**
 * Calls the library in a process of its own: a keychain that waits for a person blocks a thread for ever, and one
 * that is locked has made the library crash. `library` is its path; its own unless given.
 */
export function keychainProcess(library: () => string = findLibrary): CallKeychain {
  return (request, limitMs) =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ['-e', script, library()], {
        stdio: ['pipe', 'pipe', 'ignore'],
        windowsHide: true,
      });
      let text = '';
      const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      // A process that died before it read its request is told by its silence.
      child.stdin.on('error', () => undefined);
      child.once('error', () => undefined);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(parseAnswer(text));
      });
      child.stdin.end(JSON.stringify(request));
    });
}

function parseAnswer(text: string): KeychainAnswer {
  try {
    return JSON.parse(text) as KeychainAnswer;
  } catch {
    return { silent: true };
  }
}

/** The library is optional: where it could not be built, the product works without. */
function findLibrary(): string {
  try {
    return createRequire(import.meta.url).resolve('keytar');
  } catch (error) {
    throw new AppError('keychain-missing', {}, { cause: error });
  }
}
