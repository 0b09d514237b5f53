import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { channelOf, type CommandResult } from '../../preload/commands.ts';
import { type AnyCommand, runCommand } from './commands/command.ts';
import type { WideningGate } from './widening.ts';
import type { Windows } from './windows.ts';

/** Answers every command of the table, each on its own channel. A sender that is not the main frame of one of our windows, or not of one that the row names, is refused. */
export function handleCommands<U>(
  ipc: Pick<IpcMain, 'handle'>,
  windows: Pick<Windows, 'kindOfSender'>,
  table: Readonly<Record<string, AnyCommand<U>>>,
  use: U,
  gate: WideningGate,
  log: (where: string, error: unknown) => void,
): void {
  const answer =
    (name: string, command: AnyCommand<U>) =>
    async (event: IpcMainInvokeEvent, ...args: unknown[]): Promise<CommandResult<unknown>> => {
      const kind = windows.kindOfSender(event.sender, event.senderFrame);
      const window = command.windows.find((allowed) => allowed === kind);
      if (window === undefined) return { ok: false, code: 'FORBIDDEN', message: 'not allowed from here' };
      return runCommand(command, use, window, args, gate, (error) => log(`command ${name}`, error));
    };
  for (const [name, command] of Object.entries(table)) ipc.handle(channelOf(name), answer(name, command));
}
