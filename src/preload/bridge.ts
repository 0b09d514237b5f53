import { channelOf, type CommandResult, type CommandShapes, type MethodsOf } from './commands.ts';

/** The part of Electron's ipcRenderer that commands go through. */
export interface CommandSender {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
}

/** One method a command, on a channel that is its own; arguments that the command does not take stay in the page. */
export function commandMethods<T extends CommandShapes>(commands: T, sender: CommandSender): MethodsOf<T> {
  const method =
    (name: string, takes: number) =>
    (...args: unknown[]): Promise<unknown> =>
      sender
        .invoke(channelOf(name), ...args.slice(0, takes))
        // Main answers every command; this is for arguments that cannot be cloned, and for the moment in which main is going away.
        .catch((): CommandResult<never> => ({ ok: false, code: 'INTERNAL', message: 'no answer' }));
  return Object.fromEntries(Object.entries(commands).map(([name, { takes }]) => [name, method(name, takes)])) as MethodsOf<T>;
}
