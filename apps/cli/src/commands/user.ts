import type { Command } from 'commander';
import { type Cli, carryOut, type Invocation } from '../cli.ts';
import { addDataOptions, type DataOptions } from '../config-options.ts';
import { control } from '../control.ts';
import { exitCodes } from '../exit-codes.ts';
import { parseSize } from '../parse-options.ts';
import { formatBytes } from '../terminal/format-amount.ts';
import { formatTable } from '../terminal/format-table.ts';
import { readSecretFromStdin } from '../terminal/read-secret.ts';
import { newPassword } from './new-password.ts';

interface PasswordOptions extends DataOptions {
  readonly passwordStdin?: boolean;
}

interface AddOptions extends PasswordOptions {
  readonly admin?: boolean;
  readonly displayName?: string;
  readonly quota?: number;
}

interface PasswdOptions extends PasswordOptions {
  readonly revokeTokens?: boolean;
}

/** `holdfast user …` */
export function addUserCommands(program: Command, cli: Cli): void {
  const user = program.command('user').description('Accounts of the node.');
  addAdd(user, cli);
  addPasswd(user, cli);
  const list = addDataOptions(user.command('list').description('List the accounts.'));
  carryOut<DataOptions>(list, cli, ['user list', 'user list --json'], async (invocation) => {
    const { accounts } = await control(invocation, 'user.list', {});
    invocation.print(accounts, () =>
      formatTable(
        ['NAME', 'SHOWN AS', 'ROLE', 'STATE', 'QUOTA'],
        accounts.map((account) => [
          account.id,
          account.displayName,
          account.admin ? 'admin' : 'user',
          account.disabled ? 'disabled' : 'active',
          account.quotaBytes === undefined ? 'none' : formatBytes(account.quotaBytes),
        ]),
      ),
    );
    return exitCodes.ok;
  });
  const switches = [
    ['disable', 'user.disable', 'Disable an account: nobody can sign in with it. Its files stay.'],
    ['enable', 'user.enable', 'Enable an account again.'],
  ] as const;
  for (const [word, name, description] of switches) {
    const command = addDataOptions(user.command(word).description(description).argument('<name>'));
    carryOut<DataOptions>(command, cli, [`user ${word} alice`], async (invocation) => {
      const [account = ''] = invocation.words;
      await control(invocation, name, { name: account });
      invocation.print({ id: account, disabled: word === 'disable' }, () => `${account} is ${word}d.\n`);
      return exitCodes.ok;
    });
  }
}

function addAdd(user: Command, cli: Cli): void {
  const command = addDataOptions(
    user
      .command('add')
      .description('Make an account. Without --password-stdin a password is made and shown once.')
      .argument('<name>', 'a-z, 0-9, and . _ @ - after the first character')
      .option('--password-stdin', 'read the password from standard input')
      .option('--admin', 'may administer the node')
      .option('--display-name <text>', 'name shown to people')
      .option('--quota <size>', 'most bytes of files, such as 50G', parseSize),
  );
  const examples = ['user add alice', 'user add bob --password-stdin --quota 50G < password.txt'];
  carryOut<AddOptions>(command, cli, examples, async (invocation) => {
    const { options, words, print } = invocation;
    const { password, made } = await passwordFor(invocation);
    const account = await control(
      invocation,
      'user.add',
      {
        name: words[0] ?? '',
        password,
        admin: options.admin === true,
        ...(options.displayName === undefined ? {} : { displayName: options.displayName }),
        ...(options.quota === undefined ? {} : { quotaBytes: options.quota }),
      },
      { create: true },
    );
    print({ ...account, ...(made ? { password } : {}) }, () =>
      made
        ? `Account ${account.id} made. Password, shown once: ${password}\n`
        : `Account ${account.id} made.\n`,
    );
    return exitCodes.ok;
  });
}

function addPasswd(user: Command, cli: Cli): void {
  const command = addDataOptions(
    user
      .command('passwd')
      .description('Replace the password of an account.')
      .argument('<name>')
      .option('--password-stdin', 'read the password from standard input; else one is made and shown once')
      .option('--revoke-tokens', 'revoke all tokens of the account as well'),
  );
  const examples = ['user passwd alice', 'user passwd alice --password-stdin --revoke-tokens < password.txt'];
  carryOut<PasswdOptions>(command, cli, examples, async (invocation) => {
    const [name = ''] = invocation.words;
    const { password, made } = await passwordFor(invocation);
    const revokeTokens = invocation.options.revokeTokens === true;
    await control(invocation, 'user.passwd', { name, password, revokeTokens });
    invocation.print({ id: name, ...(made ? { password } : {}) }, () =>
      made ? `New password of ${name}, shown once: ${password}\n` : `The password of ${name} is replaced.\n`,
    );
    return exitCodes.ok;
  });
}

async function passwordFor({ cli, options }: Invocation<PasswordOptions>) {
  return options.passwordStdin
    ? { password: await readSecretFromStdin(cli.terminal, 'password'), made: false }
    : { password: await newPassword(), made: true };
}
