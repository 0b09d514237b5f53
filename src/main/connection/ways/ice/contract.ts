import type { ToIcePage } from '../../../../protocol/ice/page-messages.ts';

/** A hidden page that runs `src/renderer/ice`: the only place with an RTCPeerConnection. What it says is a stranger's word. */
export interface IcePage {
  /** Not after `close`, nor once it is gone. */
  post(message: ToIcePage): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Once, when its process has ended by itself. */
  onGone(listener: (why: string) => void): void;
  /** Ends it at once, whatever it is doing. Idempotent. */
  close(): void;
}

export interface IcePageOptions {
  /** Nothing but connections to TURN servers over TCP may leave this computer. */
  readonly relayOnly: boolean;
  /** Certificates (PEM) that vouch for TURN servers over TLS beside those that the system trusts: host by certificate. */
  readonly trusted: readonly TrustedHost[];
}

/** One host may be vouched for by a certificate that the system does not trust. */
export interface TrustedHost {
  readonly host: string;
  /** PEM. */
  readonly ca: string;
}

/** Rejects when the page does not load. */
export type OpenIcePage = (options: IcePageOptions) => Promise<IcePage>;
