/* What the messenger's server of an account is, as far as it can be looked at while signed in. Nothing secret is in it. */

/** The certificate that it has shown, and that was believed. */
export interface ServerCertificate {
  /** The common name, or the first name where it has none. */
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly validUntilMs: number;
  /** Hexadecimal pairs with colons. */
  readonly sha256: string;
}

/** `unknown` where it did not say. */
export type Offered = 'yes' | 'no' | 'unknown';

export interface ServerFacts {
  readonly certificate: ServerCertificate;
  /** Carries what two people send each other: a relay of the messenger's own (XEP-0065), or TURN. */
  readonly relay: Offered;
  /** Tells a computer the address that its router has outside: STUN, or TURN, which does it too. */
  readonly ownAddress: Offered;
  /** Lets in people without an account. */
  readonly guests: Offered;
}
