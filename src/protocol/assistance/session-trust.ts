import { sha256 } from '@noble/hashes/sha2.js';
import { ProtocolError } from '../bytes/errors.ts';
import { hexEncode } from '../bytes/text.ts';
import { type Features, SIGNALS_FEATURE, takesParts } from '../rendezvous/features.ts';
import { AnsweringAgreement, type AgreementParts, BeginningAgreement, type Heard } from '../trust/agreement.ts';
import { type Binding, bindingBytes } from '../trust/binding.ts';
import { CODE_TRIES, makeCode } from '../trust/code.ts';
import { type Further, FurtherMessages } from '../trust/further.ts';
import { type DeviceKey, type Hello, helloFeatures, helloOf, type Identity } from '../trust/hello.ts';
import { type Introduction, readIntroduction, writeIntroduction } from '../trust/introduction.ts';
import { agree } from '../trust/noise.ts';
import type { RandomBytes } from '../trust/random.ts';
import { sameBytes } from './assistance-crypto.ts';
import { readSealedLine, sealedLine } from './sealed-data.ts';
import type { CodeDialogue, EndReason, Role, SessionPeer, Verification } from './status.ts';
import { CODE_LIFE_MS, SILENCE_MARGIN_MS } from './timing.ts';

/** The expert's opening of an offer where it knows the novice and the novice says the same: the novice may begin without a code. */
const KNOWN = 'known';

/** What is known of a contact from sessions that came up. */
export interface KnownContact {
  readonly devices: readonly DeviceKey[];
  /** How many sessions there have been whose other side was sure. */
  readonly meetings: number;
}

/** Where the six digits come from on this side. */
export type CodeSource =
  | { readonly tag: 'made' }
  | { readonly tag: 'typed' }
  /** Known before the invitation, from a link or a sheet of paper. */
  | { readonly tag: 'given'; readonly code: string };

/** What there is to begin with, as plain data. */
export interface TrustFacts {
  readonly identity: Identity;
  readonly known: KnownContact;
  /** This person lets sessions begin whose other side nobody vouches for. */
  readonly allowUnverified: boolean;
  readonly random: RandomBytes;
  readonly ownAddress: string;
  readonly peerAddress: string;
  /** This side has sent the invitation. */
  readonly inviter: boolean;
  /** Fresh, as base64. */
  readonly nonce: string;
  /** The novice's is made and the expert's typed, where nothing is said. */
  readonly code?: CodeSource;
}

/** What has been said and heard once both sides have said yes. */
export interface Meeting {
  readonly features?: Features;
  /** The features lines, this side's and the other's. */
  readonly said?: string;
  readonly heard?: string;
  /** By which both know the invitation on the wire. */
  readonly invitation?: string;
  /** Context data of the inviter's ACCEPT. */
  readonly opening?: string;
}

/** What became of a message of the other side. */
export type Opened =
  | { readonly tag: 'introduced'; readonly ticket: string }
  /** It was the novice's first word. */
  | { readonly tag: 'begun' }
  /** The code was wrong; the novice's next run is to be said. */
  | { readonly tag: 'wrong'; readonly next?: string }
  | { readonly tag: 'refused'; readonly error: ProtocolError }
  | { readonly tag: 'over'; readonly reason: EndReason; readonly error?: ProtocolError };

/** What a session knows of who the other side is, and the agreement that makes it sure. Without I/O; times are Unix ms. */
export class SessionTrust {
  private readonly role: Role;
  private readonly facts: TrustFacts;
  private readonly source: CodeSource;
  private state: 'undecided' | 'unverified' | 'sealed' | 'sure' = 'undecided';
  private hello: Hello | undefined;
  private beginning: BeginningAgreement | undefined;
  private answering: AnsweringAgreement | undefined;
  private ownCode: string | undefined;
  private byCode = false;
  private said = false;
  private triesLeft = CODE_TRIES;
  private untilMs = 0;
  private sure: DeviceKey | undefined;
  /** The digest of its key, as hexadecimal digits: the contact is asked for with everything that changes. */
  private sureDigest: string | undefined;
  private readonly further = new FurtherMessages();
  private admitted = false;
  private theirs: Features | undefined;

  constructor(role: Role, facts: TrustFacts) {
    this.role = role;
    this.facts = facts;
    this.source = facts.code ?? { tag: role === 'novice' ? 'made' : 'typed' };
  }

  /** What this side says of itself in INVITE or ACCEPT; `theirs` where it answers. */
  features(theirs?: Features): ReadonlyMap<string, string> {
    const { identity, nonce } = this.facts;
    const hello = helloFeatures(identity, nonce, this.knownKey(helloOf(theirs?.named)) !== undefined);
    return new Map([...hello, [SIGNALS_FEATURE, '']]);
  }

  /** Why not, where the other program cannot do this and must not be let in all the same. */
  refusal(theirs: Features | undefined): 'notVerifiable' | 'protectionRemoved' | undefined {
    if (helloOf(theirs?.named) !== undefined && takesParts(theirs)) return undefined;
    if (this.facts.known.devices.length > 0) return 'protectionRemoved';
    return this.facts.allowUnverified ? undefined : 'notVerifiable';
  }

  /** The other program can do this too, or has not been heard yet. */
  sealsWith(theirs: Features | undefined): boolean {
    return helloOf(theirs?.named) !== undefined && takesParts(theirs);
  }

  /** Both sides have said yes. Why it cannot go on, undefined where it can. */
  meet(meeting: Meeting, nowMs: number): EndReason | undefined {
    if (this.state !== 'undecided') return undefined;
    const { features, said = '', heard = '', invitation = '' } = meeting;
    const refusal = this.refusal(features);
    if (refusal !== undefined) return refusal;
    this.theirs = features;
    const hello = helloOf(features?.named);
    if (hello === undefined) {
      this.state = 'unverified';
      return undefined;
    }
    const { inviter, ownAddress, peerAddress, identity, random } = this.facts;
    const ofKeys = ofKeysOf(identity, hello.key);
    if (ofKeys === undefined) return 'tampered';
    this.state = 'sealed';
    this.hello = hello;
    const novice = this.role === 'novice';
    const binding: Binding = {
      inviter: inviter === novice ? 'novice' : 'expert',
      noviceAddress: novice ? ownAddress : peerAddress,
      expertAddress: novice ? peerAddress : ownAddress,
      inviterLine: inviter ? said : heard,
      inviteeLine: inviter ? heard : said,
      invitation,
    };
    const theirKey = this.knownKey(hello);
    const parts: AgreementParts = { binding: bindingBytes(binding), random, identity, theirKey, ofKeys, code: this.givenCode };
    if (novice) return this.beginAs(parts, meeting, nowMs);
    this.answering = new AnsweringAgreement(parts);
    this.untilMs = nowMs + CODE_LIFE_MS + SILENCE_MARGIN_MS;
    const opening = readSealedLine(meeting.opening);
    return opening === undefined || opening === KNOWN ? undefined : this.hearBeginning(opening);
  }

  /** Nothing makes sure who the other side is: tickets go as they are. */
  get isUnverified(): boolean {
    return this.state === 'unverified';
  }
  /** Nothing better than a ticket that anybody could have written has been agreed on, so far. */
  get takesPlainTickets(): boolean {
    return this.state === 'undecided' || this.state === 'unverified';
  }
  /** The two run, or have run, a code. */
  get isByCode(): boolean {
    return this.byCode && !this.admitted;
  }
  /** A code was proved before any person was asked: tickets go under the key that is there. */
  get isAdmitted(): boolean {
    return this.admitted;
  }
  /** What the other program said of itself when the two met. */
  get theirFeatures(): Features | undefined {
    return this.theirs;
  }
  /** Both sides have said their confirmation, and what comes next are tickets. */
  admit(): void {
    if (this.state !== 'sure') throw new Error('not sure yet');
    this.admitted = true;
  }
  /** While a code is good, Unix ms. */
  get codeUntilMs(): number {
    return this.untilMs;
  }
  /** The other side's person has the code to type: its first word takes as long as that. */
  get awaitsTypedCode(): boolean {
    return this.state === 'sealed' && this.source.tag === 'given' && this.answering?.begun === false;
  }
  /** The next word of this side waits for nothing of it but its ticket. */
  get canAnswer(): boolean {
    const { answering } = this;
    return this.admitted || this.state === 'unverified' || (answering !== undefined && answering.begun && !answering.needsCode);
  }
  get codeUsedUp(): boolean {
    return this.byCode && this.triesLeft <= 0;
  }

  /** What the inviter's ACCEPT carries: the novice's first word, or what the expert knows. Undefined where there is nothing to say yet. */
  opening(theirs: Features | undefined): string | undefined {
    if (this.role === 'expert') {
      const hello = helloOf(theirs?.named);
      return this.facts.inviter && hello?.met === true && this.knownKey(hello) !== undefined ? sealedLine(KNOWN) : undefined;
    }
    const first = this.firstWord();
    return first === undefined ? undefined : sealedLine(first);
  }

  /** The novice's first word, where it has not been said yet and can be. */
  firstWord(): string | undefined {
    if (this.said || this.beginning === undefined || this.beginning.needsCode) return undefined;
    this.said = true;
    return this.beginning.begin();
  }

  /** This side's person has typed the six digits. */
  enterCode(code: string): void {
    this.beginning?.enterCode(code);
    this.answering?.enterCode(code);
  }

  /** What came sealed, or should have. */
  hear(text: string): Opened {
    const { answering } = this;
    if (this.admitted) return this.openTicket(text);
    if (answering !== undefined && !answering.begun) {
      const reason = this.hearBeginning(text);
      return reason === undefined ? { tag: 'begun' } : { tag: 'over', reason };
    }
    const agreement = this.beginning ?? answering;
    if (agreement === undefined || this.state === 'unverified')
      return { tag: 'refused', error: new ProtocolError('ILLEGAL_TRANSITION', 'Sealed', 'no sealed message now', 'one') };
    return this.outcome(agreement.hear(text));
  }

  /** This side's ticket, sealed with who it is to be known as from now on. */
  seal(ticket: string): string {
    if (this.admitted) return this.sealMore(ticket);
    const { identity } = this.facts;
    const payload = writeIntroduction({ key: identity.publicKey, device: identity.device, ticket });
    if (this.beginning !== undefined) return this.beginning.seal(payload);
    if (this.answering === undefined) throw new Error('nobody to seal for');
    this.triesLeft -= this.byCode ? 1 : 0;
    return this.answering.answer(payload);
  }

  /** Both sides are sure of each other and have sealed their tickets: more can be said under the same keys. */
  get sealsMore(): boolean {
    this.beginFurther();
    return this.further.begun;
  }

  /** One more message of this side, with {@link sealsMore}. Throws ProtocolError TOO_LARGE. */
  sealMore(text: string): string {
    this.beginFurther();
    return this.further.seal(text);
  }

  /** One more message of the other side, and those that have waited for it; without one, what had come before it could be opened. */
  openMore(line?: string): Further {
    this.beginFurther();
    return this.further.open(line);
  }

  /** Both sides have it, and it has never been sent. */
  get sessionId(): Uint8Array {
    const agreement = this.beginning ?? this.answering;
    if (agreement === undefined) throw new Error('no agreement');
    return agreement.sessionId;
  }

  /** Once the other side is sure: whom to know from now on, if the session comes up. */
  get sureDevice(): DeviceKey | undefined {
    // A guest has another address the next time, and nobody to be known as.
    return this.admitted ? undefined : this.sure;
  }

  get verification(): Verification | undefined {
    if (this.state === 'unverified') return { tag: 'unverified' };
    if (this.state !== 'sure') return undefined;
    return this.byCode ? { tag: 'code' } : { tag: 'met', meetings: this.facts.known.meetings };
  }

  /** The contact as the session knows them by now. */
  about<Peer extends SessionPeer>(peer: Peer): Peer {
    const { verification, sureDigest: digest } = this;
    if (verification === undefined) return peer;
    return { ...peer, verification, ...(digest === undefined ? {} : { key: digest }) };
  }

  /** Of a contact that is known: this device of theirs is not, or has another key. */
  get device(): 'further' | 'replaced' | undefined {
    const { hello } = this;
    const { devices } = this.facts.known;
    if (hello === undefined || devices.length === 0 || this.knownKey(hello) !== undefined) return undefined;
    return devices.some(({ device }) => device === hello.device) ? 'replaced' : 'further';
  }

  get dialogue(): CodeDialogue | undefined {
    const { triesLeft, untilMs } = this;
    if (this.state !== 'sealed' || !this.byCode) return undefined;
    if (this.ownCode !== undefined) return { tag: 'tell', code: this.ownCode, triesLeft, untilMs };
    if ((this.beginning ?? this.answering)?.needsCode === true) return { tag: 'enter', triesLeft, untilMs };
    return this.source.tag === 'typed' ? { tag: 'checking' } : undefined;
  }

  private get givenCode(): string | undefined {
    return this.source.tag === 'given' ? this.source.code : undefined;
  }

  /** What is said under the key that is there begins with the ticket, and a guest's messenger keeps the order. */
  private openTicket(text: string): Opened {
    const { texts, error } = this.openMore(text);
    const [ticket] = texts;
    if (ticket !== undefined) return { tag: 'introduced', ticket };
    return { tag: 'refused', error: error ?? new ProtocolError('UNEXPECTED', 'Sealed', 'the ticket', 'a later message') };
  }

  private beginAs(parts: AgreementParts, { opening }: Meeting, nowMs: number): undefined {
    const { inviter, random } = this.facts;
    const bothKnow = inviter ? this.hello?.met === true : readSealedLine(opening) === KNOWN;
    const theirKey = bothKnow ? parts.theirKey : undefined;
    this.byCode = theirKey === undefined;
    if (this.byCode && this.source.tag === 'made') this.ownCode = makeCode(random);
    this.beginning = new BeginningAgreement({ ...parts, theirKey, code: this.ownCode ?? parts.code });
    this.untilMs = nowMs + CODE_LIFE_MS;
  }

  private hearBeginning(text: string): EndReason | undefined {
    const wrong = this.answering?.hearBeginning(text);
    this.byCode = text.startsWith('code ');
    return wrong?.tag === 'broken' ? 'tampered' : undefined;
  }

  private outcome(heard: Heard): Opened {
    switch (heard.tag) {
      case 'opened':
        return this.introduced(heard.payload);
      case 'wrong':
        this.triesLeft = heard.triesLeft;
        return { tag: 'wrong', next: heard.next };
      case 'again':
        this.triesLeft = heard.triesLeft;
        return { tag: 'wrong' };
      case 'burnt':
        this.triesLeft = 0;
        return { tag: 'over', reason: 'codeBurnt' };
      case 'passedOver':
        return { tag: 'refused', error: heard.error };
      case 'broken':
        return { tag: 'over', reason: 'tampered', error: heard.error };
    }
  }

  private introduced(payload: Uint8Array): Opened {
    let introduction: Introduction;
    try {
      introduction = readIntroduction(payload);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { tag: 'over', reason: 'protocolError', error };
    }
    const { key, device, ticket } = introduction;
    const { hello } = this;
    // The line that said so is bound into the key: a program that seals something else contradicts itself.
    if (hello?.device !== device || !sameBytes(key, hello.key))
      return {
        tag: 'over',
        reason: 'protocolError',
        error: new ProtocolError('UNEXPECTED', 'Introduction.key', 'the announced one', 'another'),
      };
    this.sure = { key, device };
    this.sureDigest = hexEncode(sha256(key));
    this.state = 'sure';
    return { tag: 'introduced', ticket };
  }

  private beginFurther(): void {
    const keys = this.state === 'sure' ? (this.beginning ?? this.answering)?.keys : undefined;
    if (keys !== undefined) this.further.begin(keys);
  }

  /** Their key, where it is known under this name of a device. */
  private knownKey(hello: Hello | undefined): Uint8Array | undefined {
    return this.facts.known.devices.find(({ device, key }) => device === hello?.device && sameBytes(key, hello.key))?.key;
  }
}

/** Undefined where what is announced is nobody's key. */
function ofKeysOf(own: Identity, announced: Uint8Array): Uint8Array | undefined {
  try {
    return agree(own, announced);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
