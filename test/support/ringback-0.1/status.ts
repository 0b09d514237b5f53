/** What a session looks like to a person, as plain data: main makes it, the renderer shows it. */

export type Role = 'novice' | 'expert';

/** The seven steps of KB 306298. */
export type StepNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** `notNeeded`: step 7 after a reverse connect, and what an invitation file leaves out. After a forward connect step 5 has `failed`. `atMs` is Unix time. */
export interface StepStatus {
  readonly step: StepNumber;
  readonly state: 'pending' | 'active' | 'done' | 'failed' | 'notNeeded';
  readonly atMs?: number;
}

export type ConnectedBy = 'reverse' | 'forward';

export interface SessionConnection {
  readonly by: ConnectedBy;
  /** `host:port` of the other side as the socket sees it. */
  readonly address: string;
}

/** Why a session is over. The renderer has one sentence (and one next step) for each and for each role. */
export type EndReason =
  | 'declined'
  | 'cancelledByYou'
  | 'cancelledByPeer'
  | 'timedOut'
  | 'contactOffline'
  | 'appNotPresent'
  | 'messengerLost'
  | 'peerLeftMessenger'
  | 'ticketRefused'
  | 'noConnection'
  | 'pinMismatch'
  /** Invitation by file: what the novice's computer said about password and time. */
  | 'wrongPassword'
  | 'invitationExpired'
  | 'versionMismatch'
  | 'viewRefused'
  | 'consentTimedOut'
  | 'stoppedByNovice'
  | 'closedByExpert'
  | 'peerGone'
  | 'connectionLost'
  | 'desktopUnavailable'
  | 'protocolError'
  | 'internalError';

export type SessionPhase =
  /** Invitation sent (novice) or shown (expert); not yet answered. */
  | { readonly tag: 'inviting' }
  /** Accepted; tickets are on their way. */
  | { readonly tag: 'tickets' }
  /** Reverse connect is being tried; `forwardAtMs` (expert) is when forward connect starts. */
  | { readonly tag: 'reverseConnecting'; readonly forwardAtMs?: number }
  | { readonly tag: 'forwardConnecting' }
  /** Connected and authenticated; the novice is being asked. */
  | { readonly tag: 'awaitingConsent' }
  | { readonly tag: 'connected'; readonly sinceMs: number }
  /** `sinceMs`: when it was connected, if it ever was. */
  | { readonly tag: 'ended'; readonly reason: EndReason; readonly atMs: number; readonly sinceMs?: number; readonly detail?: string };

export type ControlState = 'no' | 'asked' | 'refused' | 'granted';

/** Totals in bytes on the RDP connection; frames a second over the last two seconds; round trip is the newest, undefined while unknown. */
export interface SessionTraffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly framesPerSecond: number;
  readonly roundTripMs?: number;
}

export interface SessionStatus {
  readonly id: string;
  readonly role: Role;
  readonly peer: { readonly address: string; readonly friendlyName: string };
  readonly startedAtMs: number;
  readonly phase: SessionPhase;
  /** Always seven, in order. */
  readonly steps: readonly StepStatus[];
  readonly connection?: SessionConnection;
  readonly viewing: boolean;
  readonly control: ControlState;
  readonly traffic?: SessionTraffic;
  /** Expert: size of the novice's desktop. */
  readonly desktop?: { readonly width: number; readonly height: number };
}
