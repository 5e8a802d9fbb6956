import type { FolderEvent } from '@holdfast/protocol';
import type { Command } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStateOption, folderControl, type StateOptions } from '../folder-control.ts';
import { formatBytes, printable } from '../terminal/format-amount.ts';
import { describeLimits } from './limits.ts';

/** `holdfast events`. */
export function addEventsCommand(program: Command, cli: Cli): void {
  const command = addStateOption(
    program
      .command('events')
      .description(
        'Follow what the daemon does: first how everything is, then each change, until it is interrupted. With --json one JSON value a line.',
      )
      .option('--folder <folder>', 'of this folder alone'),
  );
  const examples = ['events', 'events --json', 'events --folder Photos'];
  carryOut<StateOptions & { folder?: string }>(command, cli, examples, async (invocation) => {
    const { options } = invocation;
    const { terminal } = cli;
    const { running } = await folderControl(invocation, 'folder.status', {});
    if (running === undefined) {
      terminal.err(`Nothing runs that could be followed. Start it: ${terminal.command} run --sync-only\n`);
      return exitCodes.unreachable;
    }
    const names = new Map<string, string>();
    const { folder } = options;
    await folderControl(invocation, 'events', folder === undefined ? {} : { folder }, async (event) => {
      if (event.type === 'snapshot') for (const { id, name } of event.status.folders) names.set(id, name);
      if (event.type === 'folder') names.set(event.status.id, event.status.name);
      terminal.out(options.json ? `${JSON.stringify(event)}\n` : describeEvent(event, names));
    });
    return exitCodes.ok;
  });
}

function describeEvent(event: FolderEvent, names: ReadonlyMap<string, string>): string {
  const time = new Date(event.at).toTimeString().slice(0, 8);
  const of = (folder: string) => printable(names.get(folder) ?? folder);
  const line = (text: string) => `${time}  ${text}\n`;
  switch (event.type) {
    case 'snapshot':
      return event.status.folders
        .map(({ name, message }) => line(`${printable(name)}: ${printable(message)}`))
        .join('');
    case 'folder':
      return line(`${printable(event.status.name)}: ${printable(event.status.message)}`);
    case 'settings':
      return line(event.paused === undefined ? describeLimits(event.limits).trim() : 'Everything is paused.');
    case 'removed':
      return line(`${of(event.folder)}: no longer kept in sync.`);
    case 'transfer': {
      const { filesDone, filesTotal, bytesPerSecond } = event.transfer;
      return line(
        `${of(event.folder)}: ${filesDone} of ${filesTotal} files, ${formatBytes(bytesPerSecond)}/s`,
      );
    }
    case 'file': {
      const end = event.outcome === 'done' ? '' : ` ${event.outcome}`;
      return line(`${of(event.folder)}: ${printable(event.step.sentence)}${end}`);
    }
    case 'problem':
      return line(
        `${of(event.folder)}: ${printable(event.problem.path)}: ${printable(event.problem.message)}`,
      );
    case 'conflict':
      return line(`${of(event.folder)}: both changed: ${printable(event.conflict.message)}`);
    case 'run':
      return line(`${of(event.folder)}: run ${event.run} ended: ${event.state}`);
    case 'lost':
      return line(`${event.count} events were left out: this reader was too slow`);
  }
}
