/** Who may reach the messenger of this computer: its own programs, or the network. */
export type Reach = 'loopback' | 'lan';

/** How the messenger of this computer is to run. Port 0: whichever is free. */
export interface HostingChoice {
  readonly enabled: boolean;
  readonly reach: Reach;
  readonly port: number;
  /** Programs that know no TLS may sign in from the network. */
  readonly plain?: boolean;
}

/** An account on this computer's messenger. */
export interface HostedAccount {
  readonly address: string;
  readonly friendlyName: string;
  readonly online: boolean;
}
