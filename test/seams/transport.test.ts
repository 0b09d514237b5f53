/* A made-up transport: what one has to write, and that it passes the suite which every transport passes. */
import { expect, it } from 'vitest';
import * as z from 'zod';
import { systemClock as clock } from '../../src/main/clock.ts';
import { Emitter } from '../../src/main/emitter.ts';
import { MessengerError } from '../../src/main/messenger/contract.ts';
import type * as c from '../../src/main/messenger/contract.ts';
import { createMessengers } from '../../src/main/messenger/messengers.ts';
import { Rendezvous, type RendezvousAbout, type RendezvousMessage } from '../../src/main/messenger/rendezvous.ts';
import type { Transport } from '../../src/main/messenger/transport.ts';
import { createTransports, TRANSPORTS } from '../../src/main/messenger/transports.ts';
import { COMPLIANCE_APPLICATIONS, describeCompliance } from '../main/messenger/compliance.ts';

/* ---------- what other transports have a server for ---------- */

interface Keeper {
  readonly account: c.Account;
  readonly contacts: Set<string>;
  readonly driven: Set<string>;
  name: string;
  presence: Exclude<c.Presence, 'offline'>;
  cut: boolean;
  home?: Pigeons | undefined;
}

class Sky extends Map<string, Keeper> {
  peer(address: string): c.Peer {
    return { transport: 'pigeons', address, friendlyName: this.get(address)?.name ?? address };
  }
  /** Nothing arrives where nobody is at home. */
  fly(to: string, arrive: (home: Pigeons) => void): void {
    clock.after(0, () => [this.get(to)?.home ?? []].flat().forEach(arrive));
  }
}

/* ---------- the transport ---------- */

class Pigeons implements c.Messenger {
  state: c.MessengerState = { tag: 'signedOut' };
  readonly sessions = new Map<string, Rendezvous>();
  private readonly told = new Emitter<c.MessengerEvent>();
  readonly onEvent = this.told.on;
  private account: c.Account | undefined;
  private cancelAttempt = (): void => {};
  private readonly sky: Sky;
  private readonly applications: readonly string[];
  constructor(sky: Sky, { applications }: c.MessengerDependencies) {
    this.sky = sky;
    this.applications = applications;
  }

  get contacts(): readonly c.Contact[] {
    if (this.state.tag !== 'signedIn') return [];
    return Array.from(this.me().contacts, (address) => {
      const { home, presence } = this.sky.get(address) as Keeper;
      return { ...this.sky.peer(address), presence: home === undefined ? 'offline' : presence };
    });
  }
  signIn(account: c.Account): void {
    this.leave({ tag: 'connecting' });
    this.account = account;
    this.cancelAttempt = clock.after(0, () => this.attempt());
  }
  async signOut(): Promise<void> {
    this.leave({ tag: 'signedOut' });
  }
  async setPresence(presence: Keeper['presence']): Promise<void> {
    this.me().presence = presence;
    this.changed();
  }
  async setFriendlyName(friendlyName: string): Promise<void> {
    const me = this.me();
    me.name = friendlyName;
    this.become({ tag: 'signedIn', address: me.account.address, friendlyName });
    this.changed();
  }
  async addContact(address: string): Promise<void> {
    const [me, other] = [this.me(), this.sky.get(address.toLowerCase())];
    if (other === undefined) throw new MessengerError('NO_SUCH_USER', 'nobody keeps pigeons there');
    me.contacts.add(other.account.address);
    this.changed();
    if (other.contacts.has(me.account.address)) return;
    const peer = this.sky.peer(me.account.address);
    this.sky.fly(other.account.address, (home) => home.told.emit({ tag: 'listed', peer }));
  }
  async blockContact(address: string): Promise<void> {
    this.me().contacts.delete(address.toLowerCase());
    this.me().driven.add(address.toLowerCase());
    this.changed();
  }
  async declineListing(): Promise<void> {
    this.me();
  }
  async removeContact(address: string): Promise<void> {
    this.me().contacts.delete(address.toLowerCase());
  }
  invite(to: string, application: c.Application, details: c.InvitationDetails = {}): c.RendezvousSession {
    const { address } = this.me().account;
    const session = this.begin({ id: `${Math.random()}`, flag: 'INVITER', application, peer: this.sky.peer(to) }, details);
    const error = new MessengerError('CONTACT_OFFLINE', 'nobody is at home');
    if (this.sky.get(to)?.home === undefined) clock.after(0, () => session.end('TERMINATED', { tag: 'sendError', error }));
    const about = { id: session.id, flag: 'INVITEE', application, peer: this.sky.peer(address), invited: session.ownFeatures } as const;
    const context = details.contextData === undefined ? {} : { contextData: details.contextData };
    this.sky.fly(to, (home) => home.invited(about, context));
    return session;
  }
  async sendMessage(address: string, text: string): Promise<void> {
    this.me();
    if (text.trim() === '') throw new MessengerError('REFUSED', 'nothing to carry');
    if (Buffer.byteLength(text) > 1_400) throw new MessengerError('TOO_LARGE', 'too heavy');
    if (this.sky.get(address.toLowerCase())?.home === undefined) throw new MessengerError('CONTACT_OFFLINE', 'nobody is at home');
    this.say(address, { tag: 'text', text });
  }
  sendTyping(address: string): void {
    if (this.state.tag === 'signedIn') this.say(address, { tag: 'typing' });
  }
  private attempt(): void {
    const { address, friendlyName, whistle } = this.account as c.Account;
    const keeper = this.sky.get(address);
    if (keeper?.account['whistle'] !== whistle) return this.leave({ tag: 'signedOut', reason: 'WRONG_CREDENTIALS' });
    if (keeper === undefined || keeper.cut) return this.leave({ tag: 'waiting', reason: 'UNREACHABLE', retryAtMs: clock.now() + 50 });
    keeper.home?.leave({ tag: 'signedOut', reason: 'SIGNED_IN_ELSEWHERE' });
    Object.assign(keeper, { home: this, name: friendlyName });
    this.become({ tag: 'signedIn', address, friendlyName });
    this.changed();
  }
  /** Off, for good or until the next attempt. */
  leave(state: c.MessengerState): void {
    this.cancelAttempt();
    for (const [id, session] of Array.from(this.sessions)) {
      this.sky.fly(session.peer.address, ({ sessions }) => sessions.get(id)?.end('TERMINATED', { tag: 'terminated', reason: 'peerLeft' }));
      session.end('TERMINATED', { tag: 'terminated', reason: 'connectionLost' });
    }
    const keeper = this.sky.get(this.account?.address ?? '');
    if (keeper?.home === this) keeper.home = undefined;
    if (state.tag === 'waiting') this.cancelAttempt = clock.after(50, () => this.attempt());
    else this.account = undefined;
    this.become(state);
    this.changed();
  }
  private become(state: c.MessengerState): void {
    this.state = state;
    this.told.emit({ tag: 'state', state }, { tag: 'contacts', contacts: this.contacts });
  }
  private changed(): void {
    for (const to of this.sky.keys()) this.sky.fly(to, ({ told, contacts }) => told.emit({ tag: 'contacts', contacts }));
  }
  private say(address: string, content: c.ChatContent): void {
    const peer = this.sky.peer(this.me().account.address);
    this.sky.fly(address.toLowerCase(), (home) => {
      if (!home.me().driven.has(peer.address)) home.told.emit({ tag: 'chat', peer, content });
    });
  }
  private invited(about: RendezvousAbout, details: c.InvitationDetails): void {
    const { peer, application } = about;
    const session = this.begin(about, details);
    if (this.applications.includes(application.guid)) return this.told.emit({ tag: 'invitation', session });
    session.decline('REJECT_NOT_INSTALLED');
    this.told.emit({ tag: 'invitationRefused', peer, reason: 'notInstalled', what: application.name });
  }
  private begin(about: RendezvousAbout, details: c.InvitationDetails): Rendezvous {
    const send = (message: RendezvousMessage): void =>
      this.sky.fly(about.peer.address, ({ sessions }) => arrived(sessions.get(about.id), message));
    const session = new Rendezvous(about, details, { send, over: () => void this.sessions.delete(about.id) }, clock);
    this.sessions.set(about.id, session);
    return session;
  }
  private me(): Keeper {
    const keeper = this.sky.get(this.account?.address ?? '');
    if (keeper?.home !== this) throw new MessengerError('NOT_SIGNED_IN', `the pigeons are ${this.state.tag}`);
    return keeper;
  }
}

function arrived(session: Rendezvous | undefined, message: RendezvousMessage): void {
  if (message.tag === 'CANCEL') return session?.peerCancelled(message.code);
  if (message.tag === 'CONTEXT') return session?.contextArrived(message.data);
  const { ipAddress = '192.0.2.1', ...rest } = message.answer;
  session?.peerAccepted(ipAddress === '' ? rest : { ipAddress, ...rest }, message.features);
}

const text = z.string().min(1);
const account = z.strictObject({ transport: z.literal('pigeons'), address: text, friendlyName: text, whistle: text });
const pigeonsIn = (sky: Sky): Transport => ({
  name: 'pigeons',
  title: 'app.name',
  lead: 'account.whichLead',
  fields: [
    { name: 'address', kind: 'text', label: 'account.address', hint: 'account.addressHint', maxLength: 99 },
    { name: 'whistle', kind: 'secret', label: 'account.accessToken', hint: 'account.accessTokenHint', maxLength: 9 },
  ],
  secrets: ['whistle'],
  account,
  typed: account,
  create: (dependencies) => new Pigeons(sky, dependencies),
});

describeCompliance('pigeons, made up in a test', async () => {
  const sky = new Sky();
  const made: Pigeons[] = [];
  const keeper = (address: string): Keeper => sky.get(address) as Keeper;
  return {
    secret: 'whistle',
    async account(address, friendlyName) {
      const mine = { transport: 'pigeons', address, friendlyName, whistle: 'fiu' };
      sky.set(address, { account: mine, contacts: new Set(), driven: new Set(), name: friendlyName, presence: 'online', cut: false });
      return mine;
    },
    messenger() {
      const pigeons = new Pigeons(sky, { clock, random: Math.random, applications: COMPLIANCE_APPLICATIONS });
      made.push(pigeons);
      return pigeons;
    },
    cutOff(address) {
      keeper(address).cut = true;
      keeper(address).home?.leave({ tag: 'waiting', reason: 'CONNECTION_LOST', retryAtMs: clock.now() + 50 });
    },
    restore: (address) => void (keeper(address).cut = false),
    open: () => made.reduce((sum, { state, sessions }) => sum + sessions.size + (state.tag === 'signedOut' ? 0 : 1), 0),
    close: async () => {},
  };
});

it('is one line in the list of transports, beside those that are there', async () => {
  const sky = new Sky();
  const transports = [...TRANSPORTS, pigeonsIn(sky)];
  const messengers = createMessengers(createTransports({ clock, random: Math.random, applications: [] }, transports));
  expect(messengers.transports).toEqual(['msnp', 'xmpp', 'pigeons']);
  messengers.signIn({ transport: 'pigeons', address: 'anna@roof', friendlyName: 'Anna', whistle: 'fiu' });
  expect([messengers.stateOf('msnp').tag, messengers.stateOf('pigeons').tag]).toEqual(['signedOut', 'connecting']);
  await messengers.close();
});
