import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import type { CommandResult } from '../../preload/contract.ts';
import type { StateWindow } from './app-facts.ts';
import { runCommand, type CommandHandlers } from './command-handlers.ts';
import { channelOf, COMMAND_NAMES, mayCall, type CommandName } from './command-schemas.ts';
import type { Windows } from './windows.ts';

/** One handler a command. A sender that is not the main frame of one of our windows, or not of the right one, is refused. */
export function handleCommands(
  windows: Pick<Windows, 'kindOfSender'>,
  handlersOf: (window: StateWindow) => CommandHandlers,
  log: (where: string, error: unknown) => void,
): void {
  const answer =
    (name: CommandName) =>
    async (event: IpcMainInvokeEvent, ...args: unknown[]): Promise<CommandResult<unknown>> => {
      const kind = windows.kindOfSender(event.sender, event.senderFrame);
      if (kind === undefined || kind === 'capture' || !mayCall(kind, name))
        return { ok: false, code: 'FORBIDDEN', message: 'not allowed from here' };
      return runCommand(handlersOf(kind), name, args, (error) => log(`command ${name}`, error));
    };
  for (const name of COMMAND_NAMES) ipcMain.handle(channelOf(name), answer(name));
}
