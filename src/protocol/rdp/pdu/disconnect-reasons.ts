import { DISCONNECT_REASON } from './mcs-domain.ts';
import { ERRINFO } from './set-error-info.ts';

/**
 * Why a side ends a connection. `userRequested`: a person stopped it. `denied`: the novice said no. `desktopUnavailable`: the desktop cannot be
 * served any more. `sessionLimit`: the session has lasted as long as one may.
 */
export type DisconnectReason = 'userRequested' | 'denied' | 'timeout' | 'protocolError' | 'desktopUnavailable' | 'sessionLimit';

/**
 * How Ringback's server tells Ringback's client why a connection ends: Set Error Info once the session is active
 * ([MS-RDPBCGR] 2.2.5.1), and always the reason of MCS Disconnect Provider Ultimatum (2.2.2.3). Before the session is active
 * there is no share to send Set Error Info on, so there the MCS reasons carry the meaning, one each; all five are taken by then, so
 * `desktopUnavailable` is told as `protocolError` there. `sessionLimit` is told in an active session only, with the code of Windows servers whose
 * active session limit has run out, which clients that do not tell it apart take as `timeout`.
 * `active` means: has been active at least once; a resize in between changes nothing.
 * FreeRDP and mstsc take rn-user-requested as "the user disconnected"; they show the error info if there is one.
 */
const ERROR_INFO: Record<DisconnectReason, number> = {
  denied: ERRINFO.serverDeniedConnection,
  userRequested: ERRINFO.rpcInitiatedDisconnectByUser,
  timeout: ERRINFO.idleTimeout,
  protocolError: ERRINFO.unknownPduType2,
  desktopUnavailable: ERRINFO.graphicsSubsystemFailed,
  sessionLimit: ERRINFO.logonTimeout,
};

const EARLY_REASON: Record<Exclude<DisconnectReason, 'desktopUnavailable' | 'sessionLimit'>, number> = {
  denied: DISCONNECT_REASON.userRequested,
  timeout: DISCONNECT_REASON.providerInitiated,
  userRequested: DISCONNECT_REASON.domainDisconnected,
  protocolError: DISCONNECT_REASON.channelPurged,
};

/** Set Error Info's errorInfo for `meaning`. */
export function errorInfoOf(meaning: DisconnectReason): number {
  return ERROR_INFO[meaning];
}

/** MCS reason for `meaning`. In an active session the error info says it, and the ultimatum is what Windows servers send. */
export function ultimatumReasonOf(meaning: DisconnectReason, active: boolean): number {
  if (!active) return EARLY_REASON[meaning === 'desktopUnavailable' ? 'protocolError' : meaning === 'sessionLimit' ? 'timeout' : meaning];
  return meaning === 'userRequested' ? DISCONNECT_REASON.userRequested : DISCONNECT_REASON.providerInitiated;
}

/** The meaning of an errorInfo, including the codes of Windows and FreeRDP servers; undefined for a code that is not about an end. */
export function meaningOfErrorInfo(errorInfo: number): DisconnectReason | undefined {
  switch (errorInfo) {
    case ERRINFO.none:
      return undefined;
    case ERRINFO.serverDeniedConnection:
      return 'denied';
    case ERRINFO.idleTimeout:
      return 'timeout';
    case ERRINFO.logonTimeout:
      return 'sessionLimit';
    case ERRINFO.rpcInitiatedDisconnect:
    case ERRINFO.rpcInitiatedLogoff:
    case ERRINFO.rpcInitiatedDisconnectByUser:
    case ERRINFO.logoffByUser:
      return 'userRequested';
    case ERRINFO.graphicsSubsystemFailed:
      return 'desktopUnavailable';
    default:
      return errorInfo >= 0x10c9 ? 'protocolError' : undefined;
  }
}

/** The meaning of an MCS reason that no error info preceded; undefined when it only says that the other side left. */
export function meaningOfUltimatum(reason: number, active: boolean): DisconnectReason | undefined {
  if (active) return reason === DISCONNECT_REASON.userRequested ? 'userRequested' : undefined;
  for (const meaning of Object.keys(EARLY_REASON) as (keyof typeof EARLY_REASON)[]) if (EARLY_REASON[meaning] === reason) return meaning;
  return undefined;
}
