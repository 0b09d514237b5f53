/* An XMPP server without sockets, as far as our messenger can tell: roster, presence, blocking, carbons, priorities, offline storage, a break at any moment. */
import { randomBytes } from 'node:crypto';
import { MessengerError, type MessengerErrorCode } from '../../src/main/messenger/contract.ts';
import { PendingRequests } from '../../src/main/messenger/xmpp/pending-requests.ts';
import type {
  OpenXmppStream,
  StanzaListener,
  StreamEnd,
  StreamFeatures,
  XmppRequest,
  XmppStream,
} from '../../src/main/messenger/xmpp/stream-contract.ts';
import { Emitter } from '../../src/main/emitter.ts';
import { systemClock, type Clock } from '../../src/main/clock.ts';
import { bareOf, domainOf, foldedJid, resourceOf } from '../../src/protocol/xmpp/jid.ts';
import { NS } from '../../src/protocol/xmpp/namespaces.ts';
import { childOf, childrenOf, element, readStanza, type Stanza, textOf, writeStanza } from '../../src/protocol/xmpp/stanza.ts';
import { errorOf, resultOf } from '../../src/protocol/xmpp/stanza-error.ts';

const ROSTER = 'jabber:iq:roster';
const BLOCKING = 'urn:xmpp:blocking';
const CARBONS = 'urn:xmpp:carbons:2';
const HINTS = 'urn:xmpp:hints';
const DISCO_INFO = 'http://jabber.org/protocol/disco#info';

interface Item {
  name: string | undefined;
  to: boolean;
  from: boolean;
  asked: boolean;
}

interface User {
  readonly address: string;
  readonly password: string;
  readonly roster: Map<string, Item>;
  readonly blocked: Set<string>;
  /** Who has asked to see them and waits, with what they sent. */
  readonly waiting: Map<string, Stanza>;
  readonly stored: Stanza[];
  readonly streams: Set<MemoryStream>;
  cut: boolean;
}

/** A stanza on its way: what a test may do about it. */
export type Fate = 'deliver' | 'drop';

export class MemoryXmpp {
  readonly users = new Map<string, User>();
  /** Every stanza that a client has sent, oldest first, as written. */
  readonly sent: { readonly from: string; readonly stanza: Stanza }[] = [];
  /** Decides over what is delivered to a client. */
  fate: (to: string, stanza: Stanza) => Fate = () => 'deliver';
  /** As Prosody 0.12 does: keeps messages in spite of the hint. */
  keepsEverything = false;
  readonly clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.clock = clock;
  }

  register(address: string, password: string): void {
    const [roster, blocked, waiting, streams] = [
      new Map<string, Item>(),
      new Set<string>(),
      new Map<string, Stanza>(),
      new Set<MemoryStream>(),
    ];
    this.users.set(address, { address, password, roster, blocked, waiting, stored: [], streams, cut: false });
  }

  get open(): number {
    return [...this.users.values()].reduce((sum, { streams }) => sum + streams.size, 0);
  }

  readonly openStream: OpenXmppStream = async ({ identity, resource, clock, signal }) => {
    await Promise.resolve();
    if (signal?.aborted === true) throw new MessengerError('CONNECTION_LOST', 'aborted');
    if (identity.tag === 'guest') {
      const address = `${randomBytes(6).toString('hex')}@${identity.domain}`;
      this.register(address, '');
      return this.bind(this.userAt(address) as User, resource, clock);
    }
    const user = this.userAt(identity.address);
    if (user?.password !== identity.password) throw new MessengerError('WRONG_CREDENTIALS', 'not-authorized');
    if (user.cut) throw new MessengerError('UNREACHABLE', 'cut off');
    return this.bind(user, resource, clock);
  };

  cutOff(address: string): void {
    const user = this.userAt(address) as User;
    user.cut = true;
    for (const stream of Array.from(user.streams)) this.drop(stream, 'CONNECTION_LOST');
  }

  restore(address: string): void {
    (this.userAt(address) as User).cut = false;
  }

  /** The stream of one device breaks. */
  drop(stream: MemoryStream, code: MessengerErrorCode): void {
    this.gone(stream);
    stream.finish(code);
  }

  streamOf(jid: string): MemoryStream | undefined {
    return [...(this.userAt(bareOf(jid))?.streams ?? [])].find((stream) => foldedJid(stream.jid) === foldedJid(jid));
  }

  userAt(address: string): User | undefined {
    return this.users.get(address.toLowerCase());
  }

  /** What the client at `stream` sends. */
  take(stream: MemoryStream, written: string): void {
    const { user } = stream;
    if (!user.streams.has(stream)) return;
    const read = readStanza(written, new Map([['', NS.client]]));
    const stanza: Stanza = { ...read, attributes: { ...read.attributes, from: stream.jid } };
    this.sent.push({ from: stream.jid, stanza });
    const { to } = stanza.attributes;
    if (stanza.name === 'presence') return this.presence(stream, stanza, to);
    if (stanza.name === 'iq') return this.iq(stream, stanza, to);
    this.message(stream, stanza, to ?? user.address);
  }

  /** The session is over for the server: everybody who sees them, or was told of them, hears so. */
  gone(stream: MemoryStream): void {
    const { user } = stream;
    if (!user.streams.delete(stream)) return;
    const unavailable = element('presence', NS.client, { type: 'unavailable', from: stream.jid });
    if (stream.available !== undefined) this.broadcast(stream, unavailable);
    stream.available = undefined;
    for (const to of stream.directed) this.deliver(to, unavailable);
  }

  private bind(user: User, resource: string | undefined, clock: Clock): MemoryStream {
    const jid = `${user.address}/${resource ?? randomBytes(4).toString('hex')}`;
    const before = this.streamOf(jid);
    if (before !== undefined) this.drop(before, 'SIGNED_IN_ELSEWHERE');
    const stream = new MemoryStream(this, user, jid, clock);
    user.streams.add(stream);
    return stream;
  }

  private presence(stream: MemoryStream, stanza: Stanza, to: string | undefined): void {
    const { type } = stanza.attributes;
    if (to === undefined) {
      const first = stream.available === undefined;
      stream.available = type === 'unavailable' ? undefined : stanza;
      this.broadcast(stream, stanza);
      if (first && stream.available !== undefined) this.arrived(stream);
      return;
    }
    if (type === undefined || type === 'unavailable') {
      if (type === undefined) stream.directed.add(to);
      else stream.directed.delete(to);
      return this.deliver(to, stanza);
    }
    this.subscription(stream.user, bareOf(to), type, { ...stanza, attributes: { ...stanza.attributes, from: stream.user.address } });
  }

  /** The contacts' presence, waiting requests and kept messages, in this order. */
  private arrived(stream: MemoryStream): void {
    const { user } = stream;
    for (const [address, item] of user.roster)
      if (item.to)
        for (const other of this.userAt(address)?.streams ?? [])
          if (other.available !== undefined)
            stream.receive({ ...other.available, attributes: { ...other.available.attributes, to: stream.jid } });
    for (const other of user.streams) if (other !== stream && other.available !== undefined) stream.receive(other.available);
    for (const waiting of user.waiting.values()) stream.receive(waiting);
    for (const message of user.stored.splice(0)) stream.receive(message);
  }

  private broadcast(stream: MemoryStream, stanza: Stanza): void {
    const { user } = stream;
    for (const other of user.streams) if (other.available !== undefined) other.receive(stanza);
    for (const [address, item] of user.roster) {
      const contact = this.userAt(address);
      if (!item.from || contact === undefined || user.blocked.has(address) || contact.blocked.has(user.address)) continue;
      for (const other of contact.streams) if (other.available !== undefined) other.receive(stanza);
    }
  }

  private subscription(user: User, address: string, type: string, stanza: Stanza): void {
    const other = this.userAt(address);
    const mine = user.roster.get(address) ?? { name: undefined, to: false, from: false, asked: false };
    const theirs = other?.roster.get(user.address);
    const tell = (): void => {
      if (other !== undefined && !other.blocked.has(user.address))
        for (const one of other.streams) if (one.available !== undefined) one.receive(stanza);
    };
    switch (type) {
      case 'subscribe':
        this.change(user, address, { ...mine, asked: !mine.to });
        if (other === undefined || other.blocked.has(user.address)) return;
        if (theirs?.from !== true) other.waiting.set(user.address, stanza);
        return tell();
      case 'subscribed':
        if (!user.waiting.delete(address)) return;
        this.change(user, address, { ...mine, from: true });
        if (other === undefined) return;
        if (theirs !== undefined) this.change(other, user.address, { ...theirs, to: true, asked: false });
        tell();
        for (const one of user.streams)
          if (one.available !== undefined) for (const to of other.streams) if (to.available !== undefined) to.receive(one.available);
        return;
      case 'unsubscribed':
        user.waiting.delete(address);
        if (user.roster.has(address)) this.change(user, address, { ...mine, from: false });
        if (other !== undefined && theirs !== undefined) this.change(other, user.address, { ...theirs, to: false, asked: false });
        return tell();
      case 'unsubscribe':
        if (user.roster.has(address)) this.change(user, address, { ...mine, to: false, asked: false });
        if (other !== undefined && theirs !== undefined) this.change(other, user.address, { ...theirs, from: false });
        return tell();
    }
  }

  private change(user: User, address: string, item: Item): void {
    user.roster.set(address, item);
    this.push(user, ROSTER, itemOf(address, item));
  }

  private push(user: User, xmlns: string, item: Stanza): void {
    for (const stream of user.streams)
      if (stream.listed)
        stream.receive(element('iq', NS.client, { type: 'set', id: randomBytes(4).toString('hex') }, element('query', xmlns, {}, item)));
  }

  private iq(stream: MemoryStream, iq: Stanza, to: string | undefined): void {
    const { user } = stream;
    const own = to === undefined || to === user.address || to === domainOf(user.address);
    if (!own && resourceOf(to) !== undefined) {
      const target = this.streamOf(to);
      const other = this.userAt(bareOf(to));
      if (target !== undefined && other?.blocked.has(user.address) !== true) return target.receive(iq);
      if (iq.attributes['type'] === 'get' || iq.attributes['type'] === 'set') stream.receive(bounce(iq, to));
      return;
    }
    if (iq.attributes['type'] !== 'get' && iq.attributes['type'] !== 'set') return;
    if (!own) return stream.receive(bounce(iq, to));
    const [payload] = childrenOf(iq);
    const answer = (payload === undefined ? undefined : this.served(stream, iq, payload)) ?? errorOf(iq, 'cancel', 'service-unavailable');
    stream.receive({ ...answer, attributes: { ...answer.attributes, ...(to === undefined ? {} : { from: to }) } });
  }

  private served(stream: MemoryStream, iq: Stanza, payload: Stanza): Stanza | undefined {
    const { user } = stream;
    const item = childOf(payload, 'item');
    const address = item?.attributes['jid'] ?? '';
    switch (`${payload.xmlns} ${payload.name}`) {
      case `${ROSTER} query`:
        stream.listed = true;
        if (item === undefined) return resultOf(iq, element('query', ROSTER, {}, ...[...user.roster].map((one) => itemOf(...one))));
        if (item.attributes['subscription'] === 'remove') {
          if (!user.roster.has(address)) return errorOf(iq, 'cancel', 'item-not-found');
          const gone = element('presence', NS.client, { from: user.address, to: address, type: 'unsubscribed' });
          this.subscription(user, address, 'unsubscribed', gone);
          this.subscription(user, address, 'unsubscribe', { ...gone, attributes: { ...gone.attributes, type: 'unsubscribe' } });
          user.roster.delete(address);
          for (const one of user.streams) this.deliver(address, element('presence', NS.client, { type: 'unavailable', from: one.jid }));
          this.push(user, ROSTER, element('item', ROSTER, { jid: address, subscription: 'remove' }));
        } else {
          const before = user.roster.get(address) ?? { to: false, from: false, asked: false };
          this.change(user, address, { ...before, name: item.attributes['name'] });
        }
        return resultOf(iq);
      case `${BLOCKING} blocklist`:
        return resultOf(iq, element('blocklist', BLOCKING, {}, ...[...user.blocked].map((jid) => element('item', BLOCKING, { jid }))));
      case `${BLOCKING} block`:
        for (const one of user.streams) this.deliver(address, element('presence', NS.client, { type: 'unavailable', from: one.jid }));
        user.blocked.add(address);
        return resultOf(iq);
      case `${BLOCKING} unblock`:
        user.blocked.delete(address);
        return resultOf(iq);
      case `${CARBONS} enable`:
        stream.carbons = true;
        return resultOf(iq);
      case `${NS.ping} ping`:
        return resultOf(iq);
      case `${DISCO_INFO} query`:
        return resultOf(iq, element('query', DISCO_INFO, {}, element('feature', DISCO_INFO, { var: BLOCKING })));
      default:
        return undefined;
    }
  }

  private message(stream: MemoryStream, message: Stanza, to: string): void {
    const { user } = stream;
    const target = this.userAt(bareOf(to));
    if (user.blocked.has(bareOf(to))) return stream.receive(errorOf(message, 'cancel', 'not-acceptable'));
    const copied = message.attributes['type'] === 'chat' && childOf(message, 'private', CARBONS) === undefined;
    if (copied)
      for (const one of user.streams) if (one !== stream && one.carbons) one.receive(carbon('sent', user.address, one.jid, message));
    if (target === undefined || target.blocked.has(user.address)) return stream.receive(bounce(message, bareOf(to)));
    const there = [...target.streams].filter((one) => one.available !== undefined);
    const full = resourceOf(to) === undefined ? undefined : this.streamOf(to);
    const highest = Math.max(...there.map((one) => one.priority));
    const direct = full === undefined ? there.filter((one) => one.priority === highest) : [full];
    if (direct.length === 0) {
      if (!this.keepsEverything && childOf(message, 'no-store', HINTS) !== undefined) return stream.receive(bounce(message, bareOf(to)));
      if (message.attributes['type'] === 'error') return;
      const delay = element('delay', 'urn:xmpp:delay', { stamp: new Date(this.clock.now()).toISOString() });
      target.stored.push({ ...message, children: [...message.children, delay] });
      return;
    }
    for (const one of direct) one.receive(message);
    if (!copied) return;
    for (const one of target.streams)
      if (!direct.includes(one) && one.carbons) one.receive(carbon('received', target.address, one.jid, message));
  }

  private deliver(to: string, stanza: Stanza): void {
    const target = this.userAt(bareOf(to));
    for (const stream of target?.streams ?? [])
      if (resourceOf(to) === undefined ? stream.available !== undefined : foldedJid(stream.jid) === foldedJid(to)) stream.receive(stanza);
  }
}

/** One device's stream. What goes in and out is written and read again, so that nothing passes that would not on a line. */
export class MemoryStream implements XmppStream {
  readonly jid: string;
  readonly features: StreamFeatures;
  readonly user: User;
  readonly directed = new Set<string>();
  available: Stanza | undefined;
  carbons = false;
  listed = false;
  private readonly server: MemoryXmpp;
  private readonly listeners = new Set<StanzaListener>();
  private readonly ends = new Emitter<StreamEnd>();
  private readonly pending: PendingRequests;
  private over = false;

  constructor(server: MemoryXmpp, user: User, jid: string, clock: Clock) {
    this.server = server;
    this.user = user;
    this.jid = jid;
    this.pending = new PendingRequests(clock, jid, (stanza) => this.send(stanza));
    this.features = {
      endpoint: { host: 'memory', port: 5222 },
      certificate: { subject: 'memory', issuer: 'memory', validUntilMs: 0, sha256: '00' },
      mechanism: 'SCRAM-SHA-256',
      resumable: false,
      registration: false,
      offered: [],
    };
  }

  get priority(): number {
    return Number(textOf(this.available === undefined ? undefined : childOf(this.available, 'priority')) || 0);
  }

  send(stanza: Stanza): void {
    if (this.over) return;
    const written = writeStanza(stanza);
    queueMicrotask(() => this.server.take(this, written));
  }

  request(iq: XmppRequest, timeoutMs?: number): Promise<Stanza> {
    return this.pending.request(iq, timeoutMs);
  }

  readonly onStanza = (listener: StanzaListener): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly onEnd: XmppStream['onEnd'] = (listener) => this.ends.on(listener);

  readonly breaks = new Emitter();
  readonly resumptions = new Emitter();
  checks = 0;

  readonly onBroken: XmppStream['onBroken'] = (listener) => this.breaks.on(listener);

  readonly onResumed: XmppStream['onResumed'] = (listener) => this.resumptions.on(listener);

  check(): void {
    this.checks += 1;
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.server.gone(this);
    this.over = true;
    this.pending.fail(new MessengerError('CONNECTION_LOST', 'closed'));
  }

  finish(code: MessengerErrorCode): void {
    if (this.over) return;
    this.over = true;
    const error = new MessengerError(code, 'the stream is gone');
    this.pending.fail(error);
    this.ends.finish({ error, lost: [] });
  }

  receive(stanza: Stanza): void {
    if (this.server.fate(this.jid, stanza) === 'drop') return;
    const written = writeStanza(stanza);
    queueMicrotask(() => {
      if (this.over) return;
      const read = readStanza(written, new Map([['', NS.client]]));
      const { type } = read.attributes;
      if (read.name === 'iq' && (type === 'result' || type === 'error')) return this.pending.answer(read);
      const taken = [...this.listeners].map((listener) => listener(read)).includes(true);
      if (read.name === 'iq' && !taken) this.send(errorOf(read, 'cancel', 'service-unavailable'));
    });
  }
}

function itemOf(jid: string, { name, to, from, asked }: Item): Stanza {
  const subscription = to && from ? 'both' : to ? 'to' : from ? 'from' : 'none';
  return element('item', ROSTER, { jid, name, subscription, ask: asked ? 'subscribe' : undefined });
}

function carbon(direction: 'sent' | 'received', from: string, to: string, message: Stanza): Stanza {
  const forwarded = element('forwarded', 'urn:xmpp:forward:0', {}, message);
  return element('message', NS.client, { from, to, type: 'chat' }, element(direction, CARBONS, {}, forwarded));
}

function bounce(message: Stanza, from: string): Stanza {
  const error = errorOf({ ...message, attributes: { ...message.attributes } }, 'cancel', 'service-unavailable');
  return { ...error, attributes: { ...error.attributes, from, to: message.attributes['from'] ?? '' } };
}
