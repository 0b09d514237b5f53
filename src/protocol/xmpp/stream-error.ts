import { NS } from './namespaces.ts';
import { childrenOf, type Stanza, textOf } from './stanza.ts';

/** The server ends the stream (RFC 6120 section 4.9). The message is for technicians. */
export class XmppStreamError extends Error {
  override readonly name = 'XmppStreamError';
  /** RFC 6120 section 4.9.3 */
  readonly condition: string;
  /** Where the server sends us (`see-other-host`): host, or host and port. */
  readonly otherHost: string | undefined;
  constructor(error: Stanza) {
    const said = childrenOf(error, undefined, NS.streamErrors);
    const condition = said.find(({ name }) => name !== 'text');
    super(`the server ended the stream: ${condition?.name ?? 'undefined-condition'}`);
    this.condition = condition?.name ?? 'undefined-condition';
    this.otherHost = condition?.name === 'see-other-host' ? textOf(condition).trim() : undefined;
  }
}

/**
 * Why nobody got in, though the server answered.
 *
 * `notProtected` no STARTTLS, so nothing of ours is said
 * `noMechanism` no way of signing in that we have: of passwords SCRAM alone, of guests ANONYMOUS
 * `wrongCredentials` no such account, or another password
 * `otherServer` it does not know the password's keys, so it is not the account's server
 * `refused` anything else that it said no to
 */
export type SignInProblem = 'notProtected' | 'noMechanism' | 'wrongCredentials' | 'otherServer' | 'refused';

export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly problem: SignInProblem;
  constructor(problem: SignInProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
