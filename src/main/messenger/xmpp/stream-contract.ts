/* A signed-in stream: everything of XMPP above it works with any of these, so it is tested without a server as well. */
import type { ServerCertificate } from '../../../facts/server.ts';
import type { HostPort } from '../../../protocol/host-port.ts';
import type { Stanza } from '../../../protocol/xmpp/stanza.ts';
import type { Clock } from '../../clock.ts';
import type { MessengerError } from '../contract.ts';

/** What was found while signing in. */
export interface StreamFeatures {
  /** What was dialled, of what the domain names. */
  readonly endpoint: HostPort;
  readonly certificate: ServerCertificate;
  /** SASL, as it was signed in with (`SCRAM-SHA-256-PLUS`, `ANONYMOUS`). */
  readonly mechanism: string;
  /** It can be taken up again over another connection (XEP-0198). */
  readonly resumable: boolean;
  /** The server lets anybody make an account (XEP-0077), as far as it says so. */
  readonly registration: boolean;
  /** Everything the server said once we were signed in: `ver` for rosters, `c` for its own capabilities … */
  readonly offered: readonly Stanza[];
}

export interface StreamEnd {
  readonly error: MessengerError;
  /** What was sent and may not have arrived. */
  readonly lost: readonly Stanza[];
}

/** Signed in, bound to a resource, and taken up again by itself when the connection breaks, where the server can. */
export interface XmppStream {
  /** Ours in full, with the resource. */
  readonly jid: string;
  readonly features: StreamFeatures;
  /** Kept until it can go while the stream is being taken up again; nothing after the end. */
  send(stanza: Stanza): void;
  /**
   * Sends an `iq` and gives the answer (the whole `iq`). Rejects with XmppStanzaError, or MessengerError TIMEOUT (30 s by default),
   * CONNECTION_LOST.
   */
  request(iq: XmppRequest, timeoutMs?: number): Promise<Stanza>;
  /**
   * What others and the server send by themselves: `message`, `presence`, `iq` get and set, in order. An `iq` that no listener has taken
   * (returned true) is answered `service-unavailable`; a ping of the server is answered before.
   */
  onStanza(listener: StanzaListener): () => void;
  /** Once: broken and not taken up again, replaced, or closed by the server. Not after `close`. */
  onEnd(listener: (end: StreamEnd) => void): () => void;
  /** The connection broke; another one is being looked for. `onResumed` or `onEnd` follows. */
  onBroken(listener: () => void): () => void;
  /** The connection broke and another one carries the stream now (XEP-0198); nothing was lost. */
  onResumed(listener: () => void): () => void;
  /** Asks the server now whether it is still there (after sleep, or a change of network); a dead connection is found within 5 s, else in a minute. */
  check(): void;
  /** Says goodbye; resolves when the socket has closed. */
  close(): Promise<void>;
}

/** @returns true where an `iq` get or set has been, or will be, answered */
export type StanzaListener = (stanza: Stanza) => boolean | void;

export interface XmppRequest {
  readonly type: 'get' | 'set';
  /** The own account where it is left out. */
  readonly to?: string;
  readonly payload: Stanza;
}

/** Who signs in: somebody with an account, or a guest of a domain that lets guests in (SASL ANONYMOUS). */
export type XmppIdentity =
  | { readonly tag: 'account'; readonly address: string; readonly password: string }
  | { readonly tag: 'guest'; readonly domain: string };

/** Instead of what the domain names by itself. */
export interface XmppServer extends HostPort {
  /** Whether TLS begins with the first byte or by STARTTLS. */
  readonly tls: 'direct' | 'starttls';
}

export interface StreamOptions {
  readonly identity: XmppIdentity;
  /** The server chooses one where it is left out. */
  readonly resource?: string;
  readonly server?: XmppServer;
  /** PEM, beside the authorities that are trusted anyway: only ever by the person's own choice. */
  readonly ca?: string;
  readonly clock: Clock;
  /** Ends the attempt (CONNECTION_LOST); a stream that is open is ended by `close`. */
  readonly signal?: AbortSignal;
}

/**
 * Rejects with MessengerError: UNREACHABLE, NOT_PROTECTED (no TLS there), WRONG_KEY (the certificate is not the domain's, or the server does
 * not know the password's keys), WRONG_CREDENTIALS, REFUSED (no guests, no way of signing in that we have), TIMEOUT, PROTOCOL, CONNECTION_LOST.
 */
export type OpenXmppStream = (options: StreamOptions) => Promise<XmppStream>;
