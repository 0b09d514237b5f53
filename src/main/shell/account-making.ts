/* An account that the server is asked to make. Knows no Electron. */
import { readInvitationLink } from '../../protocol/xmpp/invitation-link.ts';
import { domainOf } from '../../protocol/xmpp/jid.ts';
import { RegistrationError, type RegistrationProblem } from '../../protocol/xmpp/registration.ts';
import type { Clock } from '../clock.ts';
import type { Account } from '../messenger/contract.ts';
import type { Transport } from '../messenger/transport.ts';
import { CommandError } from './refusal.ts';

export interface AccountMakingDeps {
  readonly transports: readonly Transport[];
  readonly clock: Clock;
  /** Keeps the account and signs in with it. */
  readonly save: (account: Account) => Promise<void>;
}

export interface AccountMaking {
  /**
   * Has the server make the account, then keeps it. `invitation`: a link of the server, empty without one. Nothing is kept of an account
   * that was not made. Rejects with CommandError NOT_MADE_…, BUSY, and MessengerError.
   */
  make(account: Account, invitation: string): Promise<void>;
}

/** What is wrong, and at which field of the form. */
const REFUSALS: Readonly<Record<RegistrationProblem, readonly [code: string, field?: string]>> = {
  notAllowed: ['NOT_MADE_UNINVITED', 'invitation'],
  wrongToken: ['NOT_MADE_INVITATION_USED', 'invitation'],
  taken: ['NOT_MADE_TAKEN', 'address'],
  tooSoon: ['NOT_MADE_LATER'],
  onPage: ['NOT_MADE_ON_PAGE'],
  refused: ['NOT_MADE_REFUSED'],
};

export function createAccountMaking({ transports, clock, save }: AccountMakingDeps): AccountMaking {
  let making = false;
  return {
    async make(account, invitation) {
      const transport = transports.find(({ name }) => name === account.transport);
      if (transport?.makeAccount === undefined) throw new CommandError('INVALID_ARGUMENT', 'no accounts are made there', 'transport');
      const token = tokenFor(account, invitation);
      // A second account would be made where the person meant one.
      if (making) throw new CommandError('BUSY', 'an account is being made');
      making = true;
      try {
        await transport.makeAccount(account, token, clock);
      } catch (error) {
        throw error instanceof RegistrationError ? notMade(error, token) : error;
      } finally {
        making = false;
      }
      await save(account);
    },
  };
}

function notMade({ problem, message }: RegistrationError, token: string | undefined): CommandError {
  // Somebody with an invitation is not to be told to ask for one.
  if (problem === 'notAllowed' && token !== undefined) return new CommandError('NOT_MADE_REFUSED', message);
  const [code, field] = REFUSALS[problem];
  return new CommandError(code, message, field);
}

/** Of the link, where there is one. It is said to no other server than its own. */
function tokenFor({ address }: Account, text: string): string | undefined {
  if (text.trim() === '') return undefined;
  const link = readInvitationLink(text);
  if (link === undefined || (link.tag === 'contact' && !link.withAccount))
    throw new CommandError('NOT_MADE_NO_INVITATION', 'no invitation to make an account', 'invitation');
  const domain = link.tag === 'account' ? link.domain : domainOf(link.address);
  if (domain !== domainOf(address)) throw new CommandError('NOT_MADE_OTHER_SERVER', 'an invitation of another server', 'address');
  return link.token;
}
