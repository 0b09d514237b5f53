/*
 * Who is not on the person's list cannot ring: what a stranger sends waits behind one quiet line, until the person looks at it. This stands
 * between the messengers and everybody who hears them. Knows no Electron.
 */
import { ASK_FOR_REMOTE_ASSISTANCE, GOING_ON, OFFER_REMOTE_ASSISTANCE } from '../../protocol/assistance/application.ts';
import { sameGuid } from '../../protocol/applications/guid.ts';
import { peerKey, samePeer } from '../../protocol/applications/peer.ts';
import type { StrangerView, StrangerWish } from '../../preload/contract.ts';
import { t } from '../../words/words.ts';
import { Emitter } from '../emitter.ts';
import type { Contact, Messengers, MessengersEvent, Peer, PeerAddress, RendezvousSession } from '../messenger/contract.ts';
import type { Interruptions } from '../interruptions.ts';
import { GUEST_FEATURE } from '../../protocol/assistance/guest-admission.ts';
import type { AppModel } from './app-model.ts';
import { claimedName, isTakenFor } from './claimed-name.ts';
import { CommandError } from './refusal.ts';
import { safeText } from './safe-text.ts';

/** Lines at once; what further strangers send is declined. */
export const STRANGER_LIMIT = 6;
/** Texts kept of one stranger, and invitations. */
export const TEXT_LIMIT = 3;
export const INVITATION_LIMIT = 2;
/** Strangers of this run who were told no. */
const DECLINED_LIMIT = 256;

export interface StrangersDeps {
  readonly messengers: Messengers;
  readonly model: Pick<AppModel, 'update'>;
  readonly interruptions: Pick<Interruptions, 'admit' | 'welcome'>;
  /** Somebody whom the person has accepted already, though they are not on the list yet: the host that a link names. */
  readonly isExpected: (peer: PeerAddress) => boolean;
}

export interface Strangers {
  /** The messengers as everybody else hears them. */
  readonly messengers: Messengers;
  /** Shows what a stranger wants: texts on the line, invitations as any other. Throws CommandError NO_STRANGER, as the two below. */
  look(peer: PeerAddress): void;
  /** No, and nothing more of them until the program is started again. */
  decline(peer: PeerAddress): Promise<void>;
  block(peer: PeerAddress): Promise<void>;
}

interface Stranger {
  readonly peer: Peer;
  readonly invitations: Map<string, RendezvousSession>;
  readonly texts: string[];
  listed: boolean;
  looked: boolean;
}

export function createStrangers({ messengers, model, interruptions, isExpected }: StrangersDeps): Strangers {
  const events = new Emitter<MessengersEvent>();
  const strangers = new Map<string, Stranger>();
  const declined = new Set<string>();

  const isKnown = (peer: PeerAddress): boolean => messengers.contacts.some((contact) => samePeer(contact, peer)) || isExpected(peer);

  function show(): void {
    model.update({ strangers: [...strangers.values()].map((stranger) => viewOf(stranger, messengers.contacts)) });
  }

  /** One more thing of theirs, as often as anybody whom nobody knows may come. */
  const mayCome = (peer: PeerAddress): boolean => interruptions.admit('firstContact', peerKey(peer)) !== 'none';

  /** The line of a stranger, a new one where there is room. */
  function lineOf(peer: Peer): Stranger | undefined {
    const key = peerKey(peer);
    const known = strangers.get(key);
    if (known !== undefined || declined.has(key) || strangers.size >= STRANGER_LIMIT) return known;
    const stranger: Stranger = { peer, invitations: new Map(), texts: [], listed: false, looked: false };
    strangers.set(key, stranger);
    return stranger;
  }

  function find(peer: PeerAddress): Stranger {
    const stranger = strangers.get(peerKey(peer));
    if (stranger === undefined) throw new CommandError('NO_STRANGER', 'nobody waits there');
    return stranger;
  }

  /** Nothing waits there any more: the line goes. */
  function tidy(stranger: Stranger): void {
    if (stranger.invitations.size === 0 && stranger.texts.length === 0 && !stranger.listed) strangers.delete(peerKey(stranger.peer));
    show();
  }

  function holdInvitation(session: RendezvousSession): void {
    const stranger = lineOf(session.peer);
    if (stranger === undefined || stranger.invitations.size >= INVITATION_LIMIT || !mayCome(session.peer)) {
      if (stranger !== undefined) tidy(stranger);
      return session.decline();
    }
    stranger.invitations.set(session.id, session);
    stranger.looked = false;
    session.onEvent(() => {
      if (session.state !== 'INVITATION' && stranger.invitations.delete(session.id)) tidy(stranger);
    });
    show();
  }

  function holdText(peer: Peer, text: string): void {
    const stranger = lineOf(peer);
    if (stranger === undefined || stranger.texts.length >= TEXT_LIMIT) return;
    if (!mayCome(peer)) return tidy(stranger);
    stranger.texts.push(text);
    stranger.looked = false;
    show();
  }

  function putAway(stranger: Stranger): void {
    declined.add(peerKey(stranger.peer));
    if (declined.size > DECLINED_LIMIT) declined.delete(declined.values().next().value as string);
    strangers.delete(peerKey(stranger.peer));
    for (const session of stranger.invitations.values()) session.decline();
    show();
  }

  /** Whoever has come onto the list is no stranger, and is heard. */
  function letIn(): void {
    for (const [key, { peer, invitations, texts }] of Array.from(strangers)) {
      if (!isKnown(peer)) continue;
      strangers.delete(key);
      for (const session of invitations.values()) events.emit({ tag: 'invitation', session });
      for (const text of texts) events.emit({ tag: 'chat', peer, content: { tag: 'text', text } });
    }
    show();
  }

  /** Another account, or none: what came for the one before is nobody's any more. */
  function forget(transport: string): void {
    for (const [key, { peer }] of Array.from(strangers)) if (peer.transport === transport) strangers.delete(key);
    show();
  }

  messengers.onEvent((event) => {
    switch (event.tag) {
      case 'invitation':
        // A conversation for a session that runs is taken by that session or by nobody: no person is asked, and nothing is shown.
        if (isKnown(event.session.peer) || sameGuid(event.session.application.guid, GOING_ON.guid)) break;
        // Whoever has a code has been expected, and nobody is asked before it has proved right; who has none is not heard at all.
        if (isGuests(event.session)) return events.emit({ tag: 'invitation', session: new StrangersSession(event.session) });
        // Let through for a code alone, where strangers are not heard.
        if (event.guest === true) return event.session.decline();
        return holdInvitation(event.session);
      case 'chat':
        if (isKnown(event.peer)) break;
        if (event.content.tag === 'text') holdText(event.peer, event.content.text);
        return;
      case 'missed':
      case 'saidElsewhere':
      case 'invitationRefused':
        if (!isKnown(event.peer)) return;
        break;
      case 'listed': {
        const stranger = isKnown(event.peer) ? undefined : lineOf(event.peer);
        if (stranger === undefined) return;
        stranger.listed ||= mayCome(event.peer);
        return tidy(stranger);
      }
      case 'state':
        if (event.state.tag === 'signedOut') forget(event.transport);
        break;
      case 'contacts':
        break;
    }
    events.emit(event);
    if (strangers.size > 0 && (event.tag === 'contacts' || event.tag === 'state')) letIn();
  });

  return {
    messengers: {
      get transports() {
        return messengers.transports;
      },
      get contacts() {
        return messengers.contacts;
      },
      stateOf: (transport) => messengers.stateOf(transport),
      reachOf: (transport) => messengers.reachOf(transport),
      lookAtServer: (transport) => messengers.lookAtServer(transport),
      check: () => messengers.check(),
      signIn: (account) => messengers.signIn(account),
      signOut: (transport) => messengers.signOut(transport),
      close: () => messengers.close(),
      setPresence: (presence) => messengers.setPresence(presence),
      setFriendlyName: (name) => messengers.setFriendlyName(name),
      addContact: (peer) => messengers.addContact(peer),
      removeContact: (peer) => messengers.removeContact(peer),
      blockContact: (peer) => messengers.blockContact(peer),
      declineListing: (peer) => messengers.declineListing(peer),
      invite: (peer, application, details) => messengers.invite(peer, application, details),
      sendMessage: (peer, text) => messengers.sendMessage(peer, text),
      sendTyping: (peer) => messengers.sendTyping(peer),
      onEvent: (listener) => events.on(listener),
    },
    look(peer) {
      const stranger = find(peer);
      const waiting = [...stranger.invitations.values()];
      stranger.invitations.clear();
      stranger.looked = true;
      interruptions.welcome('firstContact', peerKey(peer));
      tidy(stranger);
      for (const session of waiting) events.emit({ tag: 'invitation', session: new StrangersSession(session) });
    },
    async decline(peer) {
      const stranger = find(peer);
      putAway(stranger);
      if (stranger.listed) await messengers.declineListing(stranger.peer);
    },
    async block(peer) {
      const stranger = find(peer);
      await messengers.blockContact(stranger.peer);
      putAway(stranger);
    },
  };
}

/** What somebody says they are called, in quotation marks; their address where they give no name. */
function quoted({ address, friendlyName }: Peer): string {
  const { name } = claimedName(friendlyName);
  return name === '' ? safeText(address, 129) : t('person.claimed', { name });
}

function viewOf({ peer, invitations, texts, listed, looked }: Stranger, contacts: readonly Contact[]): StrangerView {
  const { name, mixed } = claimedName(peer.friendlyName === peer.address ? '' : peer.friendlyName);
  const like = contacts.find((contact) => isTakenFor(contact, peer));
  const wishes = new Set<StrangerWish>([
    ...[...invitations.values()].map(wishOf),
    ...(texts.length > 0 ? ['message' as const] : []),
    ...(listed ? ['list' as const] : []),
  ]);
  return {
    transport: peer.transport,
    address: peer.address,
    claim: name,
    mixed,
    ...(like === undefined ? {} : { like: safeText(like.friendlyName) }),
    wishes: [...wishes],
    texts: looked ? texts.map((text) => safeText(text, 600)) : [],
    looked,
  };
}

/** Asks for help, and begins with a code: nothing else that says so does. */
const isGuests = ({ application, peerFeatures }: RendezvousSession): boolean =>
  sameGuid(application.guid, ASK_FOR_REMOTE_ASSISTANCE.guid) && peerFeatures?.named.has(GUEST_FEATURE) === true;

function wishOf({ application }: RendezvousSession): StrangerWish {
  if (sameGuid(application.guid, ASK_FOR_REMOTE_ASSISTANCE.guid)) return 'help';
  return sameGuid(application.guid, OFFER_REMOTE_ASSISTANCE.guid) ? 'offer' : 'activity';
}

/** An invitation of somebody unknown, who goes by their claimed name in quotation marks wherever it is shown. */
class StrangersSession implements RendezvousSession {
  readonly peer: Peer;
  private readonly session: RendezvousSession;
  constructor(session: RendezvousSession) {
    this.session = session;
    this.peer = { ...session.peer, friendlyName: quoted(session.peer) };
  }
  get id(): string {
    return this.session.id;
  }
  get wireId(): RendezvousSession['wireId'] {
    return this.session.wireId;
  }
  get ownLine(): RendezvousSession['ownLine'] {
    return this.session.ownLine;
  }
  get peerLine(): RendezvousSession['peerLine'] {
    return this.session.peerLine;
  }
  get flag(): RendezvousSession['flag'] {
    return this.session.flag;
  }
  get application(): RendezvousSession['application'] {
    return this.session.application;
  }
  get state(): RendezvousSession['state'] {
    return this.session.state;
  }
  get contextData(): string | undefined {
    return this.session.contextData;
  }
  get peerFeatures(): RendezvousSession['peerFeatures'] {
    return this.session.peerFeatures;
  }
  get passedOver(): number {
    return this.session.passedOver;
  }
  get peerAnswer(): RendezvousSession['peerAnswer'] {
    return this.session.peerAnswer;
  }
  accept(...answer: Parameters<RendezvousSession['accept']>): void {
    this.session.accept(...answer);
  }
  decline(...code: Parameters<RendezvousSession['decline']>): void {
    this.session.decline(...code);
  }
  cancel(...code: Parameters<RendezvousSession['cancel']>): void {
    this.session.cancel(...code);
  }
  sendContextData(...data: Parameters<RendezvousSession['sendContextData']>): void {
    this.session.sendContextData(...data);
  }
  onEvent(...listener: Parameters<RendezvousSession['onEvent']>): () => void {
    return this.session.onEvent(...listener);
  }
}
