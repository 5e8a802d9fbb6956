import { type Command, Option } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStateOption, folderControl, type StateOptions } from '../folder-control.ts';
import { printable } from '../terminal/format-amount.ts';
import { formatTable } from '../terminal/format-table.ts';
import { readToken, type TokenOptions } from '../terminal/read-token.ts';

interface ReplaceOptions extends StateOptions, TokenOptions {
  readonly tokenStore?: 'keychain' | 'file';
}

/** `holdfast account …` */
export function addAccountCommands(program: Command, cli: Cli): void {
  const account = program.command('account').description('Accounts that folders are synced with.');
  const list = addStateOption(account.command('list').description('List the accounts, and what uses them.'));
  carryOut<StateOptions>(list, cli, ['account list'], async (invocation) => {
    const { accounts } = await folderControl(invocation, 'account.list', {});
    invocation.print(accounts, () =>
      accounts.length === 0
        ? 'No account yet: "folder add" makes one.\n'
        : formatTable(
            ['ACCOUNT', 'SERVER', 'TOKEN IN', 'FOLDERS'],
            accounts.map((one) => [one.account, one.server, one.store, one.folders.join(', ')]),
          ),
    );
    return exitCodes.ok;
  });

  const token = addStateOption(
    account
      .command('token')
      .description('Give an account a new token, in the place of one that expired or was lost.')
      .argument('<account>', 'as in "account list": user@host')
      .option('--token-stdin', 'read the token or password from standard input')
      .option('--token-file <file>', 'read it from a file')
      .addOption(
        new Option('--token-store <where>', 'where it is kept (default: as before)').choices([
          'keychain',
          'file',
        ]),
      ),
  );
  const examples = ['account token alice@files.example.org --token-file new-token.txt'];
  carryOut<ReplaceOptions>(token, cli, examples, async (invocation) => {
    const { options, words, print } = invocation;
    const given = await readToken(cli.terminal, options);
    const { tokenStore } = options;
    const changed = await folderControl(invocation, 'account.token', {
      account: words[0] ?? '',
      token: given,
      ...(tokenStore === undefined ? {} : { tokenStore }),
    });
    print(changed, () => `${printable(changed.account)} has a new token.\n`);
    return exitCodes.ok;
  });
}
