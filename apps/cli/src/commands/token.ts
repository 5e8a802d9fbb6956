import type { Command } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { addDataOptions, type DataOptions } from '../config-options.ts';
import { control } from '../control.ts';
import { exitCodes } from '../exit-codes.ts';
import { collect, parseSpan } from '../parse-options.ts';
import { formatTable } from '../terminal/format-table.ts';

interface CreateOptions extends DataOptions {
  readonly user: string;
  readonly name: string;
  readonly kind: 'device' | 'app' | 'service';
  readonly scope?: readonly string[];
  readonly path?: readonly string[];
  readonly expires?: number;
}

/** `holdfast token …` */
export function addTokenCommands(program: Command, cli: Cli): void {
  const token = program.command('token').description('App tokens: what devices and apps sign in with.');
  addCreate(token, cli);
  const list = addDataOptions(
    token
      .command('list')
      .description('List tokens, without their secrets.')
      .option('--user <name>', 'only of this account'),
  );
  carryOut<DataOptions & { user?: string }>(list, cli, ['token list --user alice'], async (invocation) => {
    const { user } = invocation.options;
    const { tokens } = await control(invocation, 'token.list', user === undefined ? {} : { user });
    const day = (time: number | undefined, none: string) =>
      time === undefined ? none : new Date(time).toISOString().slice(0, 10);
    invocation.print(tokens, () =>
      formatTable(
        ['ID', 'USER', 'NAME', 'STATE', 'MAY', 'WHERE', 'LAST USED', 'EXPIRES'],
        tokens.map((entry) => [
          entry.id,
          entry.user,
          entry.name,
          entry.state,
          entry.scopes.join(' '),
          entry.paths?.map((path) => `/${path}`).join(' ') ?? 'everywhere',
          day(entry.lastUsedAt, 'never'),
          day(entry.expiresAt, 'never'),
        ]),
      ),
    );
    return exitCodes.ok;
  });
  const revoke = addDataOptions(
    token
      .command('revoke')
      .description('Revoke a token; it counts at once.')
      .argument('<id>', 'as in "token list"'),
  );
  carryOut<DataOptions>(revoke, cli, ['token revoke 4fd1…'], async (invocation) => {
    const [id = ''] = invocation.words;
    await control(invocation, 'token.revoke', { id });
    invocation.print({ id, state: 'revoked' }, () => `Token ${id} is revoked.\n`);
    return exitCodes.ok;
  });
}

function addCreate(token: Command, cli: Cli): void {
  const command = addDataOptions(
    token
      .command('create')
      .description('Make a token. It is printed once and kept only as a hash.')
      .requiredOption('--user <name>', 'the account it belongs to')
      .requiredOption('--name <text>', 'what it is for, such as "laptop"')
      .option('--kind <kind>', 'device, app or service', 'device')
      .option(
        '--scope <scope>',
        'what it may do: files, files:read, files:write, files:delete, profile:read (repeat; default: all of these)',
        collect,
      )
      .option('--path <folder>', 'only this folder and what is in it (repeat)', collect)
      .option('--expires <span>', 'such as 30d, 12h', parseSpan),
  );
  const examples = [
    'token create --user alice --name laptop',
    'token create --user alice --name camera --scope files:write --path Photos --expires 30d --json',
  ];
  carryOut<CreateOptions>(command, cli, examples, async (invocation) => {
    const { user, name, kind, scope = [], path = [], expires } = invocation.options;
    const made = await control(invocation, 'token.create', {
      user,
      name,
      kind,
      scopes: [...scope],
      paths: [...path],
      ...(expires === undefined ? {} : { expiresAt: cli.clock.now() + expires }),
    });
    invocation.print(made, () => `${made.token}\n`);
    return exitCodes.ok;
  });
}
