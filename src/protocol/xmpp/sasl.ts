import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode, utf8Decode, utf8Encode } from '../bytes/text.ts';
import { NS } from './namespaces.ts';
import { type ChannelBinding, type Derivation, ScramClient, type ScramHash } from './scram.ts';
import { childOf, childrenOf, element, type Stanza, textOf } from './stanza.ts';
import { SignInError } from './stream-error.ts';

/** Best first (XEP-0438): what binds the channel, then the longest hash. PLAIN is none of them: it would hand over the password. */
const HASHES: readonly ScramHash[] = ['SHA-512', 'SHA-256', 'SHA-1'];

/** Conditions that say no to this name with this password (RFC 6120 section 6.5). */
const WRONG = new Set(['not-authorized', 'account-disabled', 'credentials-expired', 'invalid-authzid']);

export type Credentials =
  | { readonly tag: 'account'; readonly user: string; readonly password: string }
  /** ANONYMOUS (RFC 4505). */
  | { readonly tag: 'guest' };

export interface SaslParts {
  readonly credentials: Credentials;
  /** 18 random bytes or more. */
  readonly nonce: Uint8Array;
  /** What this TLS connection can be bound by, best first. */
  readonly bindings: readonly ChannelBinding[];
}

export type SaslStep =
  | { readonly tag: 'send'; readonly stanza: Stanza }
  | { readonly tag: 'derive'; readonly derivation: Derivation }
  | { readonly tag: 'done' };

/** One sign-in by SASL (RFC 6120 section 6): `begin`, then `receive` and `derived` until it is done. Throws SignInError, ProtocolError. */
export class Sasl {
  readonly mechanism: string;
  private readonly scram: ScramClient | undefined;
  private state: 'challenge' | 'deriving' | 'final' | 'verified' | 'success' = 'success';

  /** @param features the stream's */
  constructor({ credentials, nonce, bindings }: SaslParts, features: Stanza) {
    const list = childOf(features, 'mechanisms', NS.sasl);
    const offered = new Set(list === undefined ? [] : childrenOf(list, 'mechanism', NS.sasl).map(textOf));
    if (credentials.tag === 'guest') {
      if (!offered.has('ANONYMOUS')) throw new SignInError('noMechanism', 'no ANONYMOUS');
      this.mechanism = 'ANONYMOUS';
      return;
    }
    const binding = offeredBinding(features, bindings);
    const plus = binding && HASHES.find((hash) => offered.has(`SCRAM-${hash}-PLUS`));
    const hash = plus ?? HASHES.find((candidate) => offered.has(`SCRAM-${candidate}`));
    if (hash === undefined) throw new SignInError('noMechanism', 'no SCRAM');
    const couldBind = bindings.length > 0 && !HASHES.some((candidate) => offered.has(`SCRAM-${candidate}-PLUS`));
    this.mechanism = `SCRAM-${hash}${plus === undefined ? '' : '-PLUS'}`;
    this.scram = new ScramClient({ hash, ...credentials, nonce, couldBind, binding: plus === undefined ? undefined : binding });
    this.state = 'challenge';
  }

  begin(): SaslStep {
    // "=" is an initial response of no bytes; RFC 4505 lets a guest leave a trace, and we leave none.
    const first = this.scram === undefined ? '=' : base64Encode(utf8Encode(this.scram.first));
    return { tag: 'send', stanza: element('auth', NS.sasl, { mechanism: this.mechanism }, first) };
  }

  receive(stanza: Stanza): SaslStep {
    if (stanza.xmlns !== NS.sasl) throw new ProtocolError('ILLEGAL_TRANSITION', 'SASL', this.state, stanza.name.slice(0, 32));
    switch (stanza.name) {
      case 'challenge':
        return this.challenge(dataOf(stanza));
      case 'success':
        return this.success(textOf(stanza) === '' ? '' : dataOf(stanza));
      case 'failure':
        throw this.failure(stanza);
      default:
        throw new ProtocolError('UNEXPECTED', 'SASL', 'challenge, success or failure', stanza.name.slice(0, 32));
    }
  }

  /** With what `derive` asked for. */
  derived(key: Uint8Array): SaslStep {
    if (this.state !== 'deriving' || this.scram === undefined)
      throw new ProtocolError('ILLEGAL_TRANSITION', 'SASL', 'a key that was asked for', this.state);
    this.state = 'final';
    return { tag: 'send', stanza: element('response', NS.sasl, {}, base64Encode(utf8Encode(this.scram.derived(key)))) };
  }

  private challenge(data: string): SaslStep {
    if (this.scram !== undefined && this.state === 'challenge') {
      this.state = 'deriving';
      return { tag: 'derive', derivation: this.scram.challenged(data) };
    }
    if (this.state !== 'final') throw new ProtocolError('ILLEGAL_TRANSITION', 'SASL', this.state, 'challenge');
    this.verify(data);
    this.state = 'verified';
    return { tag: 'send', stanza: element('response', NS.sasl) };
  }

  /** A server that has not shown that it knows the password's keys has not let us in. */
  private success(data: string): SaslStep {
    if (this.state === 'final') this.verify(data);
    else if (this.state !== 'verified' && this.state !== 'success')
      throw new ProtocolError('ILLEGAL_TRANSITION', 'SASL', this.state, 'success');
    return { tag: 'done' };
  }

  private verify(data: string): void {
    try {
      this.scram?.verify(data);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new SignInError('otherServer', error.message);
    }
  }

  private failure(stanza: Stanza): SignInError {
    const condition = childrenOf(stanza, undefined, NS.sasl).find(({ name }) => name !== 'text')?.name ?? 'no condition';
    const isWrong = this.scram !== undefined && WRONG.has(condition);
    return new SignInError(isWrong ? 'wrongCredentials' : 'refused', `${this.mechanism}: ${condition}`);
  }
}

/** The best of ours that the server says it has (XEP-0440). One that does not say has bindings that we cannot guess. */
function offeredBinding(features: Stanza, bindings: readonly ChannelBinding[]): ChannelBinding | undefined {
  const list = childOf(features, 'sasl-channel-binding', NS.channelBindings);
  if (list === undefined) return undefined;
  const types = childrenOf(list, 'channel-binding', NS.channelBindings).map(({ attributes }) => attributes['type']);
  return bindings.find(({ type }) => types.includes(type));
}

function dataOf(stanza: Stanza): string {
  return utf8Decode(base64Decode(textOf(stanza).trim(), `SASL.${stanza.name}`));
}
