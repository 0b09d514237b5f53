/** Somebody whose key is known from sessions before. */
export interface MetContact {
  readonly transport: string;
  readonly address: string;
  readonly meetings: number;
}

/** Who this installation is to others, and whom it knows. */
export interface TrustView {
  /** Of this installation's public key, to be compared by voice: groups of digits. */
  readonly fingerprint: string;
  readonly met: readonly MetContact[];
}
