/* "Help somebody new": a code and a link for somebody without an account, and where they are to sign in. Knows no Electron. */
import { GUEST_TRANSPORT } from '../../facts/accounts.ts';
import type { NewcomerView } from '../../preload/contract.ts';
import { domainOf } from '../../protocol/xmpp/jid.ts';
import { writeHelpLink } from '../../protocol/xmpp/help-link.ts';
import type { Assistance } from '../assistance/contract.ts';
import { MessengerError, type Account, type Messengers } from '../messenger/contract.ts';
import type { AppModel } from './app-model.ts';
import type { GuestAccess, GuestPlace } from './guest-access.ts';
import { CommandError } from './refusal.ts';

/** The transport whose servers may let guests in. */
const ACCOUNT_TRANSPORT = 'xmpp';

export interface NewcomersDeps {
  readonly help: Pick<Assistance, 'openGuestCode' | 'closeGuestCode' | 'guestCode' | 'status' | 'invitations' | 'onChange'>;
  readonly messengers: Pick<Messengers, 'stateOf'>;
  readonly accounts: { of(transport: string): Account | undefined };
  readonly guests: GuestAccess;
  readonly model: AppModel;
  /** What this person is called. */
  readonly name: () => string;
}

export interface Newcomers {
  /** Finds where somebody without an account can sign in, and gives out a code. Rejects with CommandError NO_GUESTS, NO_GUEST_SERVER, NAMED_SERVER_CLOSED, BUSY. */
  begin(): Promise<void>;
  /** Takes the code back, or puts away one that is over. */
  end(): void;
}

/** Whom a newcomer asks, and how they get there. */
interface Meeting {
  readonly to: string;
  readonly place: Partial<Pick<GuestPlace, 'host' | 'server'>>;
  readonly authority?: string | undefined;
  /** Nobody could say this address on the phone: it is a guest's own. */
  readonly byLinkOnly: boolean;
}

export function createNewcomers({ help, messengers, accounts, guests, model, name }: NewcomersDeps): Newcomers {
  let meeting: Meeting | undefined;
  /** A second look beside the first would sign both out, and say that the server lets nobody in. */
  let beginning: Promise<void> | undefined;

  /** The account's own server, where it lets guests in: tried, since nothing else says it for sure. */
  async function ownServer(): Promise<Meeting | undefined> {
    const account = accounts.of(ACCOUNT_TRANSPORT);
    const state = messengers.stateOf(ACCOUNT_TRANSPORT);
    if (account === undefined || state.tag !== 'signedIn') return undefined;
    const { server, authority } = account;
    const domain = domainOf(state.address);
    const reached = server === undefined || server === '' ? {} : { server };
    const place = { host: `guest.${domain}`, domain, ...reached, ...(authority === undefined ? {} : { authority }) };
    try {
      await guests.signIn(place, name());
    } catch (error) {
      if (error instanceof MessengerError) return undefined;
      throw error;
    }
    await guests.signOut();
    return { to: state.address, place: reached, authority, byLinkOnly: false };
  }

  /** The server that the person has named: both are guests there. */
  async function namedServer(): Promise<Meeting> {
    const { guestServer: host } = model.facts.settings;
    if (host === '') throw new CommandError(accounts.of(ACCOUNT_TRANSPORT) === undefined ? 'NO_GUEST_SERVER' : 'NO_GUESTS', 'no guests');
    try {
      return { to: await guests.signIn({ host, domain: host }, name()), place: { host }, byLinkOnly: true };
    } catch (error) {
      if (!(error instanceof MessengerError)) throw error;
      throw new CommandError('NAMED_SERVER_CLOSED', `${host} lets no guest in: ${error.code}`);
    }
  }

  function show(): void {
    const { guestCode } = help;
    // Nobody needs this program to be a guest any longer.
    if (guestCode?.state === 'used' && meeting?.byLinkOnly === true && !isGuestHere()) return help.closeGuestCode();
    const newcomer = guestCode === undefined || meeting === undefined ? undefined : viewOf(guestCode, meeting);
    if (JSON.stringify(newcomer) !== JSON.stringify(model.facts.newcomer)) model.update({ newcomer });
    if (guestCode === undefined && meeting !== undefined && !isGuestHere()) leave();
  }

  function viewOf(code: NonNullable<NewcomersDeps['help']['guestCode']>, { to, place, authority, byLinkOnly }: Meeting): NewcomerView {
    const { helpPage } = model.facts.settings;
    const link = writeHelpLink({ to, name: name(), ...place, code: code.code }, helpPage === '' ? undefined : helpPage);
    const toType = byLinkOnly ? {} : { address: to, ...(place.server === undefined ? {} : { server: place.server }) };
    return { ...code, link, byPage: helpPage !== '', ...toType, ...(authority === undefined ? {} : { authority }) };
  }

  /** A guest waits, or is being helped, where this program is a guest itself. */
  const isGuestHere = (): boolean =>
    help.invitations.some(({ from }) => from.transport === GUEST_TRANSPORT) ||
    (help.status?.peer.transport === GUEST_TRANSPORT && help.status.phase.tag !== 'ended');

  function leave(): void {
    const last = meeting;
    meeting = undefined;
    if (last?.byLinkOnly === true) void guests.signOut();
  }

  async function begin(): Promise<void> {
    const { status } = help;
    if (status !== undefined && status.phase.tag !== 'ended') throw new CommandError('BUSY', 'a session is running');
    help.closeGuestCode();
    const found = (await ownServer()) ?? (await namedServer());
    // The code before it is put away first; that is the end of another meeting, and not of this one.
    help.openGuestCode();
    meeting = found;
    show();
  }

  help.onChange(show);
  return {
    begin() {
      beginning ??= begin().finally(() => {
        beginning = undefined;
      });
      return beginning;
    },
    end() {
      help.closeGuestCode();
      show();
    },
  };
}
