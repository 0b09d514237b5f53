/* What a thrown value says to a window. */
import type { CommandResult } from '../../preload/commands.ts';
import { MessengerError } from '../messenger/contract.ts';

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

const CODE = /^[A-Z][A-Z0-9_]{1,39}$/;

/** Its own code where the value is one of our error classes, INTERNAL otherwise (and nothing of its text). */
export function refusal(error: unknown): Extract<CommandResult, { ok: false }> {
  if (error instanceof CommandError) {
    return { ok: false, code: error.code, message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
  }
  if (error instanceof MessengerError || isOwnError(error)) return { ok: false, code: error.code, message: error.message };
  if (isSystemError(error)) {
    // Windows answers EACCES for ports that it keeps for itself.
    if (error.code === 'EADDRINUSE' || (error.code === 'EACCES' && error.syscall === 'listen'))
      return { ok: false, code: 'PORT_IN_USE', field: 'port', message: 'the port is in use' };
    if (STORAGE_ERRORS.has(error.code)) return { ok: false, code: 'STORAGE', message: error.code };
  }
  return { ok: false, code: 'INTERNAL', message: 'internal error' };
}

const OWN_ERRORS: ReadonlySet<string> = new Set(['AssistanceError', 'ActivityError', 'ConnectionError', 'DesktopError']);
const STORAGE_ERRORS: ReadonlySet<string> = new Set(['ENOSPC', 'EACCES', 'EPERM', 'EROFS', 'EDQUOT', 'EIO']);

function isOwnError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && OWN_ERRORS.has(error.name) && 'code' in error && typeof error.code === 'string' && CODE.test(error.code);
}

function isSystemError(error: unknown): error is Error & { readonly code: string; readonly syscall?: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
