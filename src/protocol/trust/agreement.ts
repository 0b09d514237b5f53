import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { ProtocolError } from '../bytes/errors.ts';
import { utf8Encode } from '../bytes/text.ts';
import { type AgreementMessage, readAgreement, writeAgreement } from './agreement-message.ts';
import { CODE_TRIES } from './code.ts';
import { CPACE_MESSAGE_BYTES, type CpaceInput, cpaceKey, cpaceShared, type CpaceSide, cpaceSide } from './cpace.ts';
import type { KeyPair } from './noise.ts';
import { NoiseKK } from './noise.ts';
import { concat, lvCat } from './lv.ts';
import type { RandomBytes } from './random.ts';
import type { AgreedKeys } from './further.ts';
import { derived, FrameOpener, FrameSealer } from './sealed.ts';

/** 32 bytes, as an RASessionID is. */
const SESSION_ID = 'RASessionID';
const NOTHING = new Uint8Array();

export interface AgreementParts {
  /** What both sides must have seen alike (`bindingBytes`). */
  readonly binding: Uint8Array;
  readonly random: RandomBytes;
  readonly identity: KeyPair;
  /** Undefined where this side does not know it: then a code is needed. */
  readonly theirKey: Uint8Array | undefined;
  /** Of both identity keys (`agree`), theirs as they announce it: digits do not prove that it is theirs, opening what is sealed under this does. */
  readonly ofKeys: Uint8Array;
  /** Known here from the start, whichever side it came from; else it is typed here, or it is not needed. */
  readonly code?: string | undefined;
}

/** What the other's message was. */
export type Heard =
  /** What they sealed; from here on both have the same key and nobody else has. */
  | { readonly tag: 'opened'; readonly payload: Uint8Array }
  /** Another guess is another run. `next` goes out: it is the begun one. */
  | { readonly tag: 'wrong'; readonly triesLeft: number; readonly next: string }
  /** Who answers hears that its code was wrong. */
  | { readonly tag: 'again'; readonly triesLeft: number }
  /** The last try was wrong. */
  | { readonly tag: 'burnt' }
  /** It belongs nowhere: repeated, late, or somebody else's. Nothing has changed. */
  | { readonly tag: 'passedOver'; readonly error: ProtocolError }
  /** It stands where the other's word should and is not theirs. */
  | { readonly tag: 'broken'; readonly error: ProtocolError };

interface Channel extends AgreedKeys {
  readonly sessionId: Uint8Array;
}

const passedOver = (expected: string, got: string): Heard => ({
  tag: 'passedOver',
  error: new ProtocolError('ILLEGAL_TRANSITION', 'Agreement', expected, got),
});

/** Runs `hear` on what a message says; what makes no sense, or opens with no key of ours, is broken. */
function heard(text: string, hear: (message: AgreementMessage) => Heard): Heard {
  try {
    return hear(readAgreement(text));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { tag: 'broken', error };
  }
}

function inputOf({ binding }: AgreementParts, code: string, run: number): CpaceInput {
  return { password: utf8Encode(code), channel: binding, session: lvCat(sha512(binding), Uint8Array.of(run)) };
}

interface RunSecrets extends Pick<AgreementParts, 'ofKeys'> {
  /** K of CPace. */
  readonly shared: Uint8Array;
}

/** The keys of one run, once both messages are there. */
class RunKeys {
  readonly channel: (begins: boolean) => Channel;
  private readonly isk: Uint8Array;
  private readonly salt: Uint8Array;
  private readonly messages: readonly [Uint8Array, Uint8Array];

  constructor({ session, channel }: CpaceInput, { shared, ofKeys }: RunSecrets, began: Uint8Array, answered: Uint8Array) {
    this.messages = [began, answered];
    this.isk = cpaceKey({
      session,
      shared,
      began: { message: began, associated: NOTHING },
      answered: { message: answered, associated: NOTHING },
    });
    this.salt = sha512(lvCat(channel, session, began, answered));
    const key = (purpose: string): Uint8Array => derived(concat(this.isk, ofKeys), this.salt, purpose);
    this.channel = (begins) => {
      const [send, receive] = begins ? ['from who began', 'from who answered'] : ['from who answered', 'from who began'];
      return { send: new FrameSealer(key(send)), receive: new FrameOpener(key(receive)), sessionId: key(SESSION_ID) };
    };
  }

  /** Key confirmation: a MAC over that side's own message, under a key of that side. */
  confirmation(begins: boolean): Uint8Array {
    const key = derived(this.isk, this.salt, begins ? 'confirmed by who began' : 'confirmed by who answered', 64);
    return hmac(sha512, key, lvCat(this.messages[begins ? 0 : 1], NOTHING)).slice(0, 32);
  }
}

/** In time that does not depend on where they differ. */
function same(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < right.length; index += 1) difference |= (left[index] ?? 0) ^ (right[index] as number);
  return difference === 0;
}

/** The side that speaks first (the novice). Without I/O and time. */
export class BeginningAgreement {
  private readonly parts: AgreementParts;
  private readonly noise: NoiseKK | undefined;
  private code: string | undefined;
  private run = 1;
  private triesLeft = CODE_TRIES;
  private side: CpaceSide | undefined;
  private channel: Channel | undefined;
  private confirmation: Uint8Array | undefined;
  private sealed = false;
  private over = false;

  constructor(parts: AgreementParts) {
    this.parts = parts;
    this.code = parts.code;
    const { identity, theirKey, binding, random } = parts;
    if (theirKey !== undefined) this.noise = new NoiseKK(true, identity, theirKey, binding, random);
  }

  /** There can be no word before it is typed. */
  get needsCode(): boolean {
    return this.noise === undefined && this.code === undefined;
  }

  enterCode(code: string): void {
    this.code ??= code;
  }

  /** The first word. Asked for once. */
  begin(): string {
    if (this.noise !== undefined) return writeAgreement({ tag: 'met', bytes: this.noise.write(NOTHING) });
    return this.beginRun('code');
  }

  /** Good once the other's word has been opened. */
  get sessionId(): Uint8Array {
    return this.agreed.sessionId;
  }

  hear(text: string): Heard {
    if (this.over || this.channel !== undefined) return passedOver('nothing more', 'a message');
    const answer = heard(text, (message) => this.onMessage(message));
    if (answer.tag === 'burnt' || answer.tag === 'broken') this.over = true;
    return answer;
  }

  /** This side's answer: its confirmation, and what it seals. */
  seal(payload: Uint8Array): string {
    const frame = this.agreed.send.seal(payload);
    this.sealed = true;
    const { confirmation, run } = this;
    if (confirmation === undefined) return writeAgreement({ tag: 'met', bytes: frame });
    return writeAgreement({ tag: 'code', run, parts: [confirmation, frame] });
  }

  /** Once both sides have confirmed them and {@link seal} has been called. */
  get keys(): AgreedKeys | undefined {
    return this.sealed ? this.channel : undefined;
  }

  private get agreed(): Channel {
    if (this.channel === undefined) throw new Error('not agreed yet');
    return this.channel;
  }

  private onMessage(message: AgreementMessage): Heard {
    if (this.noise !== undefined) {
      if (message.tag !== 'met') throw new ProtocolError('UNEXPECTED', 'Agreement', 'met', message.tag);
      const payload = this.noise.read(message.bytes);
      const { send, receive, secret } = this.noise.finish();
      this.channel = { send, receive, sessionId: derived(secret, this.noise.hash, SESSION_ID) };
      return { tag: 'opened', payload };
    }
    if (message.tag !== 'code') throw new ProtocolError('UNEXPECTED', 'Agreement', 'code', message.tag);
    if (message.run !== this.run) return passedOver(`run ${this.run}`, `run ${message.run}`);
    return this.onAnswer(message.parts);
  }

  private onAnswer([theirs = NOTHING, confirmation = NOTHING, frame = NOTHING]: readonly Uint8Array[]): Heard {
    const { side, code } = this;
    if (side === undefined || code === undefined) return passedOver('nothing yet', 'an answer');
    const input = inputOf(this.parts, code, this.run);
    const { ofKeys } = this.parts;
    const keys = new RunKeys(input, { shared: cpaceShared(side.scalar, theirs), ofKeys }, side.message, theirs);
    if (!same(confirmation, keys.confirmation(false))) return this.onWrong();
    const channel = keys.channel(true);
    const payload = channel.receive.open(frame);
    this.channel = channel;
    this.confirmation = keys.confirmation(true);
    return { tag: 'opened', payload };
  }

  private onWrong(): Heard {
    this.triesLeft -= 1;
    if (this.triesLeft === 0) return { tag: 'burnt' };
    this.run += 1;
    return { tag: 'wrong', triesLeft: this.triesLeft, next: this.beginRun('again') };
  }

  private beginRun(tag: 'code' | 'again'): string {
    if (this.code === undefined) throw new Error('no code yet');
    this.side = cpaceSide(inputOf(this.parts, this.code, this.run), this.parts.random);
    return writeAgreement({ tag, run: this.run, parts: [this.side.message] });
  }
}

/** The side that answers (the expert). Without I/O and time. */
export class AnsweringAgreement {
  private readonly parts: AgreementParts;
  private noise: NoiseKK | undefined;
  private run: { readonly number: number; readonly theirs: Uint8Array } | undefined;
  private code: string | undefined;
  private answered: { readonly channel: Channel; readonly confirmation?: Uint8Array } | undefined;
  private opened = false;
  private tries = 0;
  private over = false;

  constructor(parts: AgreementParts) {
    this.parts = parts;
    this.code = parts.code;
  }

  /** The other has begun. */
  get begun(): boolean {
    return this.noise !== undefined || this.run !== undefined;
  }
  /** The other has begun with a run that this side has no code for. */
  get needsCode(): boolean {
    return this.run !== undefined && this.code === undefined;
  }
  get triesLeft(): number {
    return CODE_TRIES - this.tries;
  }
  get sessionId(): Uint8Array {
    if (this.answered === undefined) throw new Error('not answered yet');
    return this.answered.channel.sessionId;
  }

  /** Once both sides have confirmed them. */
  get keys(): AgreedKeys | undefined {
    return this.opened ? this.answered?.channel : undefined;
  }

  enterCode(code: string): void {
    this.code ??= code;
  }

  /** Undefined when the other may go on from it; what makes no sense is broken. */
  hearBeginning(text: string): Extract<Heard, { tag: 'broken' | 'passedOver' }> | undefined {
    if (this.begun) return { tag: 'passedOver', error: new ProtocolError('ILLEGAL_TRANSITION', 'Agreement', 'one beginning', 'another') };
    try {
      this.onBeginning(readAgreement(text));
      return undefined;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { tag: 'broken', error };
    }
  }

  /** This side's word, its confirmation, and what it seals. With {@link begun} and without {@link needsCode}. */
  answer(payload: Uint8Array): string {
    const { noise, run, code } = this;
    if (noise !== undefined) {
      const bytes = noise.write(payload);
      const { send, receive, secret } = noise.finish();
      this.answered = { channel: { send, receive, sessionId: derived(secret, noise.hash, SESSION_ID) } };
      return writeAgreement({ tag: 'met', bytes });
    }
    if (run === undefined || code === undefined) throw new Error('nothing to answer yet');
    const input = inputOf(this.parts, code, run.number);
    const side = cpaceSide(input, this.parts.random);
    const { ofKeys } = this.parts;
    const keys = new RunKeys(input, { shared: cpaceShared(side.scalar, run.theirs), ofKeys }, run.theirs, side.message);
    const channel = keys.channel(false);
    this.answered = { channel, confirmation: keys.confirmation(true) };
    this.tries += 1;
    return writeAgreement({ tag: 'code', run: run.number, parts: [side.message, keys.confirmation(false), channel.send.seal(payload)] });
  }

  hear(text: string): Heard {
    if (this.over || this.opened || this.answered === undefined) return passedOver('nothing now', 'a message');
    const { answered } = this;
    const answer = heard(text, (message) => this.onMessage(message, answered));
    if (answer.tag === 'burnt' || answer.tag === 'broken') this.over = true;
    return answer;
  }

  private onBeginning(message: AgreementMessage): void {
    const { identity, theirKey, binding, random } = this.parts;
    if (message.tag === 'met') {
      if (theirKey === undefined) throw new ProtocolError('UNEXPECTED', 'Agreement', 'code', 'met');
      const noise = new NoiseKK(false, identity, theirKey, binding, random);
      noise.read(message.bytes);
      this.noise = noise;
      return;
    }
    if (message.tag !== 'code' || message.run !== 1)
      throw new ProtocolError('UNEXPECTED', 'Agreement', 'run 1', `${message.tag} ${message.run}`);
    this.setRun(message.run, message.parts);
  }

  private setRun(number: number, [theirs = NOTHING]: readonly Uint8Array[]): void {
    if (theirs.length !== CPACE_MESSAGE_BYTES)
      throw new ProtocolError('OUT_OF_RANGE', 'Agreement.Y', `${CPACE_MESSAGE_BYTES} bytes`, theirs.length);
    cpaceShared(1n, theirs);
    this.run = { number, theirs };
  }

  private onMessage(message: AgreementMessage, { channel, confirmation }: Exclude<AnsweringAgreement['answered'], undefined>): Heard {
    if (confirmation === undefined) {
      if (message.tag !== 'met') throw new ProtocolError('UNEXPECTED', 'Agreement', 'met', message.tag);
      return this.open(channel, message.bytes);
    }
    if (message.tag === 'met') throw new ProtocolError('UNEXPECTED', 'Agreement', 'code', 'met');
    const number = this.run?.number ?? 0;
    if (message.tag === 'again') {
      if (message.run !== number + 1) return passedOver(`run ${number + 1}`, `run ${message.run}`);
      if (this.triesLeft <= 0) return { tag: 'burnt' };
      this.setRun(message.run, message.parts);
      this.answered = undefined;
      this.code = undefined;
      return { tag: 'again', triesLeft: this.triesLeft };
    }
    if (message.run !== number) return passedOver(`run ${number}`, `run ${message.run}`);
    const [theirs = NOTHING, frame = NOTHING] = message.parts;
    // The beginning of this run, delivered once more.
    if (message.parts.length === 1 && same(theirs, this.run?.theirs ?? NOTHING)) return passedOver('an answer', 'the beginning again');
    if (!same(theirs, confirmation)) throw new ProtocolError('REFUSED', 'Agreement.confirmation', 'that of this key', 'another one');
    return this.open(channel, frame);
  }

  private open(channel: Channel, frame: Uint8Array): Heard {
    const payload = channel.receive.open(frame);
    this.opened = true;
    return { tag: 'opened', payload };
  }
}
