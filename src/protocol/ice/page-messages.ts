/*
 * What the main process and the hidden page that has the RTCPeerConnection say to each other over a message port. The page is told neither names nor
 * sessions; it sends bytes on two channels and says what became of them.
 */

/** Channel numbers (RFC 8832 does not run: both sides know them). */
export const DATA_CHANNEL = { data: 0, control: 1 } as const;

/** What one message on a channel carries at most. Larger ones are not faster over SCTP, and more than 64 KiB not every browser takes. */
export const MAX_CHUNK_BYTES = 16 * 1024;

/** A server for RTCPeerConnection: `stun:`, `turn:` or `turns:`. */
export interface IcePageServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

export type ToIcePage =
  /** First message. `offers`: this side begins. `relayOnly`: no packet goes anywhere but to a TURN server. */
  | { readonly tag: 'begin'; readonly offers: boolean; readonly relayOnly: boolean; readonly servers: readonly IcePageServer[] }
  /** The other side's description, as main has written it; once. */
  | { readonly tag: 'remote'; readonly sdp: string }
  /** A candidate of the other side; undefined: there are no more. After `remote`. */
  | { readonly tag: 'candidate'; readonly line: string | undefined }
  | { readonly tag: 'data'; readonly bytes: Uint8Array }
  | { readonly tag: 'control'; readonly bytes: Uint8Array }
  /** Last message. `flush`: what was posted is sent before the connection is closed; else the other side hears of it at once. */
  | { readonly tag: 'close'; readonly flush: boolean };

/** One end of the pair that is in use. */
export interface IcePairEnd {
  readonly kind: string;
  readonly address: string;
  readonly port: number;
}

export type FromIcePage =
  /** This side's own description, as the browser wrote it; once. */
  | { readonly tag: 'local'; readonly sdp: string }
  /** A candidate of this side; undefined: there are no more. */
  | { readonly tag: 'candidate'; readonly line: string | undefined }
  /** Both channels are open. */
  | { readonly tag: 'open' }
  /** The pair in use is this one now; the first time before `open`. */
  | { readonly tag: 'pair'; readonly local: IcePairEnd; readonly remote: IcePairEnd }
  | { readonly tag: 'data'; readonly bytes: Uint8Array }
  | { readonly tag: 'control'; readonly bytes: Uint8Array }
  /** So many bytes more of what was posted as `data` have gone to the browser. */
  | { readonly tag: 'sent'; readonly bytes: number }
  /** Last message: there is no connection, or not any more; the answer to `close` too. */
  | { readonly tag: 'failed'; readonly why: string };
