import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import { SignInError, type SignInProblem, XmppStreamError } from '../../../protocol/xmpp/stream-error.ts';
import { MessengerError, type MessengerErrorCode } from '../contract.ts';

const CODES: Readonly<Record<SignInProblem, MessengerErrorCode>> = {
  notProtected: 'NOT_PROTECTED',
  noMechanism: 'REFUSED',
  wrongCredentials: 'WRONG_CREDENTIALS',
  otherServer: 'WRONG_KEY',
  refused: 'REFUSED',
};

/** Conditions of a stream's end that are not the weather (RFC 6120 section 4.9.3). */
const CONDITIONS: ReadonlyMap<string, MessengerErrorCode> = new Map(
  Object.entries({
    conflict: 'SIGNED_IN_ELSEWHERE',
    'host-unknown': 'UNREACHABLE',
    'host-gone': 'UNREACHABLE',
    'not-authorized': 'REFUSED',
    'policy-violation': 'REFUSED',
  } as const),
);

/** What was thrown, as people hear of it by code. */
export function problemOf(error: unknown): MessengerError {
  if (error instanceof MessengerError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new MessengerError(codeOf(error), text, { cause: error });
}

function codeOf(error: unknown): MessengerErrorCode {
  if (error instanceof SignInError) return CODES[error.problem];
  if (error instanceof XmppStreamError) return CONDITIONS.get(error.condition) ?? 'CONNECTION_LOST';
  return error instanceof ProtocolError ? 'PROTOCOL' : 'CONNECTION_LOST';
}
