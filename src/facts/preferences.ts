import type { HostingChoice } from './hosting.ts';

/** Which implementation of RDP the expert's side uses. */
export type EngineName = 'ringback' | 'classic';

/** What a person mostly does here, and so what Home shows first: asks for help, or gives it. */
export type HomeFor = 'need' | 'give';

/** For how many seconds a novice may choose to be left alone with mouse and keyboard. */
export const QUIET_CHOICES = [1, 3, 10] as const;

/** A server by which computers behind routers find each other; '' for what there is not. */
export interface RelayServerChoice {
  /** `stun:`, `turn:` or `turns:` with host and port. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** What a person can set. */
export interface Preferences {
  readonly engine: EngineName;
  readonly viewerScaling: 'fit' | 'actual';
  /** Accelerator of the global Stop shortcut. */
  readonly stopShortcut: string;
  readonly home: HomeFor;
  readonly playSound: boolean;
  readonly startHidden: boolean;
  /** Contacts may offer to help this person. */
  readonly allowOffers: boolean;
  /** On an invitation file, a program without `remdesk` may come in without the password. */
  readonly allowPlainExperts: boolean;
  /** Sessions may begin whose other side nobody vouches for: an older program, or somebody in between. */
  readonly allowUnverified: boolean;
  /** The other side of a session never learns this computer's address: everything goes through servers. */
  readonly relayOnly: boolean;
  /** The router may open a port while somebody is to reach this computer. */
  readonly openRouter: boolean;
  /** The port that is listened on where it is free, for a router that was set up by hand; 0 for any. */
  readonly ownPort: number;
  /** Where others reach that router, with a port or without; '' for nowhere. */
  readonly publicAddress: string;
  /** A STUN or TURN server that is used beside those of the messenger. */
  readonly relayServer: RelayServerChoice;
  /** Seconds after the novice's own mouse and keyboard until the expert may go on. */
  readonly quietSeconds: (typeof QUIET_CHOICES)[number];
  readonly hosting: HostingChoice;
  /** What this person is called where no account says it; '' where they have not said. */
  readonly ownName: string;
  /** A domain that lets people without an account in, for an expert whose own server does not; '' for none. */
  readonly guestServer: string;
  /** The https page that a link for somebody new leads to; '' where it opens the program by itself. */
  readonly helpPage: string;
}
