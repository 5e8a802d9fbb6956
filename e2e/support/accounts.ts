import { holdfastPath } from './repository.ts';
import { runOk } from './run-command.ts';

/** An account made for a test, with one app token. */
export interface TestAccount {
  readonly name: string;
  readonly password: string;
  readonly token: string;
}

/** What to make a token with, beyond the name of its account. */
export interface TokenOptions {
  readonly data: string;
  readonly user: string;
  readonly name?: string;
  readonly scopes?: readonly string[];
  readonly paths?: readonly string[];
  readonly expires?: string;
}

/** `holdfast user add`. */
export async function addUser(
  data: string,
  name: string,
  password: string,
  args: readonly string[] = [],
): Promise<void> {
  await runOk(holdfastPath, ['user', 'add', name, '--data', data, '--password-stdin', ...args], {
    input: `${password}\n`,
  });
}

/** `holdfast token create`; the id and the token itself. */
export async function createToken(options: TokenOptions): Promise<{ id: string; token: string }> {
  const { data, user, name = 'test', scopes = [], paths = [], expires } = options;
  const { stdout } = await runOk(holdfastPath, [
    ...['token', 'create', '--user', user, '--name', name, '--data', data, '--json'],
    ...scopes.flatMap((scope) => ['--scope', scope]),
    ...paths.flatMap((path) => ['--path', path]),
    ...(expires === undefined ? [] : ['--expires', expires]),
  ]);
  const answer = JSON.parse(stdout) as { id: string; token: string };
  return { id: answer.id, token: answer.token };
}

/** An account with a long password and a token for everything an ordinary sync client needs. */
export async function makeAccount(data: string, name = 'alice'): Promise<TestAccount> {
  const password = `correct horse ${name} battery`;
  await addUser(data, name, password);
  const { token } = await createToken({ data, user: name });
  return { name, password, token };
}
