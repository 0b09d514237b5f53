/* What each command does, in terms of the use cases. Knows no Electron: windows and the clipboard come as functions. */
import type { CommandResult, RingbackBridge } from '../../preload/contract.ts';
import { MessengerError } from '../messenger/contract.ts';
import { parseCommand, type CommandName } from './command-schemas.ts';

/** A refusal with a code that the word list has a sentence for (`problem.<code>`). */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  readonly field: string | undefined;
  constructor(code: string, message: string, field?: string) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

type ValueOf<N extends CommandName> = Awaited<ReturnType<RingbackBridge[N]>> extends CommandResult<infer V> ? V : never;

/** The use cases behind the commands: plain values and exceptions, no results. */
export type CommandHandlers = {
  readonly [N in CommandName]: (...args: Parameters<RingbackBridge[N]>) => ValueOf<N> | Promise<ValueOf<N>>;
};

const CODE = /^[A-Z][A-Z0-9_]{1,39}$/;

/** What a thrown value says to a window: its own code where it is one of our error classes, INTERNAL otherwise (and nothing of its text). */
export function refusal(error: unknown): Extract<CommandResult, { ok: false }> {
  if (error instanceof CommandError) {
    return { ok: false, code: error.code, message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
  }
  if (error instanceof MessengerError || isOwnError(error)) return { ok: false, code: error.code, message: error.message };
  if (isSystemError(error)) {
    if (error.code === 'EADDRINUSE') return { ok: false, code: 'PORT_IN_USE', field: 'port', message: 'the port is in use' };
    if (STORAGE_ERRORS.has(error.code)) return { ok: false, code: 'STORAGE', message: error.code };
  }
  return { ok: false, code: 'INTERNAL', message: 'internal error' };
}

const OWN_ERRORS: ReadonlySet<string> = new Set(['AssistanceError', 'ActivityError', 'ConnectionError', 'DesktopError', 'HostingError']);
const STORAGE_ERRORS: ReadonlySet<string> = new Set(['ENOSPC', 'EACCES', 'EPERM', 'EROFS', 'EDQUOT', 'EIO']);

function isOwnError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && OWN_ERRORS.has(error.name) && 'code' in error && typeof error.code === 'string' && CODE.test(error.code);
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/**
 * Parses, runs and answers. Never throws and never rejects, whatever the arguments and whatever the handler does.
 * `onInternal` hears of errors that no code says anything about.
 */
export async function runCommand<N extends CommandName>(
  handlers: CommandHandlers,
  name: N,
  args: unknown,
  onInternal: (error: unknown) => void,
): Promise<CommandResult<ValueOf<N>>> {
  try {
    const parsed = parseCommand(name, args);
    if (!parsed.ok)
      return {
        ok: false,
        code: 'INVALID_ARGUMENT',
        message: 'invalid argument',
        ...(parsed.field === undefined ? {} : { field: parsed.field }),
      };
    const handler = handlers[name] as (...args: Parameters<RingbackBridge[N]>) => ValueOf<N> | Promise<ValueOf<N>>;
    return { ok: true, value: await handler(...parsed.value) };
  } catch (error) {
    const result = refusal(error);
    if (result.code === 'INTERNAL') onInternal(error);
    return result;
  }
}
