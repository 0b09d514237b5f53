import { ProtocolError } from '../bytes/errors.ts';
import type { Framed } from './framer.ts';
import { readJid } from './jid.ts';
import { NS } from './namespaces.ts';
import { Sasl, type SaslParts, type SaslStep } from './sasl.ts';
import type { ChannelBinding, Derivation } from './scram.ts';
import { childOf, childrenOf, element, type Stanza, textOf, writeStanza } from './stanza.ts';
import { SignInError } from './stream-error.ts';
import { XmppStanzaError } from './stanza-error.ts';
import { spoken, StreamOpening, streamHeader } from './stream-opening.ts';
import type { Resumption } from './stream-management.ts';

export interface SignInParts extends Pick<SaslParts, 'credentials' | 'nonce'> {
  readonly domain: string;
  /** The server chooses one where it is left out. */
  readonly resource?: string | undefined;
  /** Takes up an earlier stream instead of beginning one. */
  readonly resume?: { readonly id: string; readonly handled: number } | undefined;
}

/** How acknowledgements are kept (XEP-0198), as the server agreed. */
export interface Management {
  /** Undefined where the stream cannot be taken up again. */
  readonly resumption: Resumption | undefined;
}

/** What whoever has the socket does for a machine. */
export type StreamStep =
  | { readonly tag: 'send'; readonly text: string }
  /** A stream begins anew: what comes is read by a new framer. */
  | { readonly tag: 'open'; readonly text: string }
  | { readonly tag: 'secure' }
  | { readonly tag: 'derive'; readonly derivation: Derivation };

export type SignInOutcome =
  | {
      readonly tag: 'bound';
      readonly jid: string;
      readonly mechanism: string;
      readonly management: Management | undefined;
      /** What the server has, said before and after signing in. */
      readonly features: readonly Stanza[];
      /** What came before the last answer. */
      readonly early: readonly Stanza[];
    }
  /** The earlier stream goes on: the server has had so many of our stanzas. */
  | { readonly tag: 'resumed'; readonly handled: number }
  /** It does not; the server may say how many it has had. */
  | { readonly tag: 'notResumed'; readonly handled: number | undefined };

export type SignInOutput = StreamStep | SignInOutcome;

type State =
  | { readonly tag: 'opening'; readonly opening: StreamOpening; readonly isSignedIn: boolean }
  | { readonly tag: 'sasl'; readonly sasl: Sasl }
  | { readonly tag: 'resume' }
  | { readonly tag: 'bind'; readonly features: readonly Stanza[] }
  | { readonly tag: 'enable'; readonly features: readonly Stanza[]; readonly jid: string }
  | { readonly tag: 'done' };

const BIND_ID = 'bind';

/**
 * A client's way into a stream (RFC 6120 sections 4 to 7, XEP-0198): opening, STARTTLS, SASL, then either an earlier stream is taken up or a
 * resource is bound. `start` once connected, `secured` once TLS is there (at once where TLS came first). Throws ProtocolError,
 * XmppStreamError, XmppStanzaError, SignInError; it is over then.
 */
export class SignIn {
  private readonly parts: SignInParts;
  private state: State = { tag: 'opening', opening: new StreamOpening(false), isSignedIn: false };
  private bindings: readonly ChannelBinding[] = [];
  private offered: readonly Stanza[] = [];
  private mechanism = '';
  private readonly early: Stanza[] = [];

  constructor(parts: SignInParts) {
    this.parts = parts;
  }

  start(): readonly SignInOutput[] {
    return [this.open(new StreamOpening(false), false)];
  }

  /** @param bindings of this TLS connection, best first */
  secured(bindings: readonly ChannelBinding[]): readonly SignInOutput[] {
    this.bindings = bindings;
    return [this.open(new StreamOpening(true), false)];
  }

  derived(key: Uint8Array): readonly SignInOutput[] {
    if (this.state.tag !== 'sasl') throw new ProtocolError('ILLEGAL_TRANSITION', 'SignIn', 'sasl', this.state.tag);
    return this.sasl(this.state.sasl.derived(key));
  }

  receive(framed: Framed): readonly SignInOutput[] {
    const { state } = this;
    switch (state.tag) {
      case 'opening':
        return this.opening(state, framed);
      case 'sasl':
        return this.sasl(state.sasl.receive(spoken(framed)));
      case 'resume':
        return this.resume(spoken(framed));
      case 'bind':
        return this.bind(spoken(framed), state.features);
      case 'enable':
        return this.enable(spoken(framed), state);
      case 'done':
        throw new ProtocolError('ILLEGAL_TRANSITION', 'SignIn', 'nothing', framed.tag);
    }
  }

  private open(opening: StreamOpening, isSignedIn: boolean): SignInOutput {
    this.state = { tag: 'opening', opening, isSignedIn };
    return { tag: 'open', text: streamHeader(this.parts.domain) };
  }

  private opening({ opening, isSignedIn }: State & { tag: 'opening' }, framed: Framed): readonly SignInOutput[] {
    const step = opening.receive(framed);
    switch (step.tag) {
      case 'wait':
        return [];
      case 'send':
      case 'secure':
        return [step];
      case 'features':
        return isSignedIn ? this.signedIn(step.features) : this.authenticate(step.features);
    }
  }

  private authenticate(features: Stanza): readonly SignInOutput[] {
    this.offered = childrenOf(features);
    const sasl = new Sasl({ ...this.parts, bindings: this.bindings }, features);
    this.mechanism = sasl.mechanism;
    this.state = { tag: 'sasl', sasl };
    return this.sasl(sasl.begin());
  }

  private sasl(step: SaslStep): readonly SignInOutput[] {
    switch (step.tag) {
      case 'send':
        return [sent(step.stanza)];
      case 'derive':
        return [step];
      case 'done':
        return [this.open(new StreamOpening(true), true)];
    }
  }

  private signedIn(stanza: Stanza): readonly SignInOutput[] {
    const features = childrenOf(stanza);
    const { resource, resume } = this.parts;
    if (resume !== undefined) {
      if (!manages(features)) return this.notResumed(undefined);
      this.state = { tag: 'resume' };
      return [sent(element('resume', NS.management, { h: String(resume.handled), previd: resume.id }))];
    }
    this.state = { tag: 'bind', features };
    const wanted = resource === undefined ? [] : [element('resource', NS.bind, {}, resource)];
    return [sent(element('iq', NS.client, { type: 'set', id: BIND_ID }, element('bind', NS.bind, {}, ...wanted)))];
  }

  private resume(stanza: Stanza): readonly SignInOutput[] {
    const { name, xmlns, attributes } = stanza;
    if (xmlns !== NS.management) throw new ProtocolError('ILLEGAL_TRANSITION', 'SignIn', 'resumed or failed', name.slice(0, 32));
    const said = attributes['h'];
    const handled = said === undefined ? undefined : countOf(said);
    if (name !== 'resumed') return this.notResumed(handled);
    if (handled === undefined) throw new ProtocolError('MALFORMED', 'Resumed.h', 'a count', 'nothing');
    this.state = { tag: 'done' };
    return [{ tag: 'resumed', handled }];
  }

  private notResumed(handled: number | undefined): readonly SignInOutput[] {
    this.state = { tag: 'done' };
    return [{ tag: 'notResumed', handled }];
  }

  private bind(stanza: Stanza, features: readonly Stanza[]): readonly SignInOutput[] {
    if (stanza.name !== 'iq' || stanza.attributes['id'] !== BIND_ID) return this.keep(stanza);
    if (stanza.attributes['type'] !== 'result') throw new SignInError('refused', `bind ${new XmppStanzaError(stanza).message}`);
    const bound = childOf(stanza, 'bind', NS.bind);
    const jid = textOf(bound && childOf(bound, 'jid', NS.bind)).trim();
    if (readJid(jid)?.resource === undefined)
      throw new ProtocolError('MALFORMED', 'Bind.jid', 'an address with a resource', jid.slice(0, 32));
    if (!manages(features)) return this.bound(jid, features, undefined);
    this.state = { tag: 'enable', features, jid };
    // A guest comes back as somebody else, so its stream cannot be taken up again.
    const resume = this.parts.credentials.tag === 'account' ? 'true' : undefined;
    return [sent(element('enable', NS.management, { resume }))];
  }

  private enable(stanza: Stanza, { features, jid }: State & { tag: 'enable' }): readonly SignInOutput[] {
    if (stanza.xmlns !== NS.management) return this.keep(stanza);
    if (stanza.name !== 'enabled') return this.bound(jid, features, undefined);
    const { id, resume = '', max } = stanza.attributes;
    const seconds = max !== undefined && /^\d{1,6}$/.test(max) ? Number(max) : undefined;
    const resumption = id !== undefined && /^(?:true|1)$/.test(resume) ? { id, seconds } : undefined;
    return this.bound(jid, features, { resumption });
  }

  private keep(stanza: Stanza): readonly SignInOutput[] {
    this.early.push(stanza);
    if (this.early.length > 16) throw new ProtocolError('TOO_LARGE', 'SignIn', 'an answer', 'other stanzas');
    return [];
  }

  private bound(jid: string, features: readonly Stanza[], management: Management | undefined): readonly SignInOutput[] {
    this.state = { tag: 'done' };
    const { mechanism, early } = this;
    return [{ tag: 'bound', jid, mechanism, management, features: [...this.offered, ...features], early }];
  }
}

const sent = (stanza: Stanza): SignInOutput => ({ tag: 'send', text: writeStanza(stanza) });

const manages = (features: readonly Stanza[]): boolean => features.some(({ name, xmlns }) => name === 'sm' && xmlns === NS.management);

/** A counter of XEP-0198, modulo 2^32. Throws ProtocolError MALFORMED. */
export function countOf(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffff_ffff)
    throw new ProtocolError('MALFORMED', 'StreamManagement.h', 'a count', text.slice(0, 12));
  return Number(text);
}
