import { ProtocolError } from '../bytes/errors.ts';
import { decodeRemdesk, encodeRemdesk, REMDESK_RESULT, type RemdeskMessage } from '../rdp/channels/remdesk.ts';
import { sameBytes } from './assistance-crypto.ts';
import { afterConnectionString } from './connection-string.ts';
import { parseExpertBlob } from './expert-blob.ts';
import type { InvitationFileType } from './invitation-file.ts';

/** 2 from Windows Vista on, 1 is Windows XP's; the file that went out decides. */
export interface RemdeskNoviceConfig {
  readonly version: InvitationFileType;
  /** What the right password gives (`passOf`). */
  readonly pass: Uint8Array;
  /** Connection String 1 of the file; version 1 repeats it. */
  readonly rcTicket: string;
  /** The invitation counts: neither used nor past its time. Asked at the moment of the password. */
  readonly usable: () => boolean;
}

export type RemdeskRefusal = 'wrongPassword' | 'expired' | 'badVersion' | 'outOfOrder';

export type RemdeskNoviceOutput =
  | { readonly tag: 'send'; readonly data: Uint8Array }
  /** The expert knows the password and wants to see the desktop: ask the novice, then `answer`. */
  | { readonly tag: 'verified'; readonly expertName: string }
  /** Nothing more comes: close the connection (FreeRDP goes on whatever the result says). */
  | { readonly tag: 'refused'; readonly why: RemdeskRefusal }
  | { readonly tag: 'disconnected' };

type State =
  | { readonly tag: 'authenticating'; readonly passSeen: boolean }
  /** Version 1, after AUTHENTICATE. */
  | { readonly tag: 'authenticated'; readonly expertName: string }
  | { readonly tag: 'asking' }
  | { readonly tag: 'answered' }
  | { readonly tag: 'over' };

const MAJOR = 1;

/** The novice's (server's) end of `remdesk` ([MS-RA] 3.1, 3.2): version 2 or 1, one password, one answer. */
export class RemdeskNovice {
  private readonly config: RemdeskNoviceConfig;
  private state: State = { tag: 'authenticating', passSeen: false };

  constructor(config: RemdeskNoviceConfig) {
    this.config = config;
  }

  /** What the novice sends first, once the channel is open. */
  start(): RemdeskNoviceOutput[] {
    return [send({ tag: 'serverAnnounce' }), send({ tag: 'versionInfo', major: MAJOR, minor: this.config.version })];
  }

  /** One channel PDU. Throws ProtocolError as `decodeRemdesk` does: close the connection then. */
  receive(data: Uint8Array): RemdeskNoviceOutput[] {
    const message = decodeRemdesk(data);
    if (message === undefined || this.state.tag === 'over') return [];
    switch (message.tag) {
      case 'versionInfo':
        // A version 2 expert may leave it out, a version 1 expert answers with 1.1. A higher minor version is fine: the lower of the two is spoken.
        return message.major === MAJOR && message.minor >= this.config.version ? [] : this.refuse('badVersion', REMDESK_RESULT.badVersion);
      case 'expertOnVista':
        return this.onExpertOnVista(message.pass);
      case 'verifyPassword':
        return this.onVerifyPassword(message.expertBlob);
      case 'authenticate':
        return this.onAuthenticate(message.text);
      case 'remoteControlDesktop':
        return this.onRemoteControlDesktop();
      case 'disconnect':
        this.state = { tag: 'over' };
        return [{ tag: 'disconnected' }];
      default:
        return [];
    }
  }

  /** The novice's yes or no. */
  answer(allowed: boolean): RemdeskNoviceOutput[] {
    if (this.state.tag !== 'asking') return [];
    this.state = { tag: allowed ? 'answered' : 'over' };
    if (!allowed) return [send({ tag: 'result', code: REMDESK_RESULT.declined })];
    // In version 2 RESULT 0 has been said for the password already.
    return this.config.version === 1 ? [send({ tag: 'result', code: REMDESK_RESULT.success })] : [];
  }

  /** The invitation is no longer good while this expert is still at the door. */
  expire(): RemdeskNoviceOutput[] {
    if (this.state.tag !== 'authenticating' && this.state.tag !== 'authenticated') return [];
    return this.refuse('expired', REMDESK_RESULT.expired);
  }

  private onExpertOnVista(pass: Uint8Array): RemdeskNoviceOutput[] {
    if (this.config.version !== 2 || this.state.tag !== 'authenticating' || this.state.passSeen) return this.outOfOrder();
    if (!this.config.usable()) return this.expire();
    if (!sameBytes(pass, this.config.pass)) return this.refuse('wrongPassword', REMDESK_RESULT.mismatch);
    this.state = { tag: 'authenticating', passSeen: true };
    return [];
  }

  private onVerifyPassword(expertBlob: string): RemdeskNoviceOutput[] {
    if (this.config.version !== 2 || this.state.tag !== 'authenticating') return this.outOfOrder();
    if (!this.config.usable()) return this.expire();
    const expertName = this.nameIfRight(expertBlob);
    if (expertName === undefined) return this.refuse('wrongPassword', REMDESK_RESULT.mismatch);
    this.state = { tag: 'asking' };
    return [send({ tag: 'result', code: REMDESK_RESULT.success }), { tag: 'verified', expertName }];
  }

  private onAuthenticate(text: string): RemdeskNoviceOutput[] {
    if (this.config.version !== 1 || this.state.tag !== 'authenticating') return this.outOfOrder();
    if (!this.config.usable()) return this.expire();
    const { rcTicket } = this.config;
    const rest = afterConnectionString(text, rcTicket);
    const expertName = rest === undefined ? undefined : this.nameIfRight(rest.startsWith('\0') ? rest.slice(1) : rest);
    if (expertName === undefined) return this.refuse('wrongPassword', REMDESK_RESULT.invalidPassword);
    this.state = { tag: 'authenticated', expertName };
    return [send({ tag: 'result', code: REMDESK_RESULT.success })];
  }

  private onRemoteControlDesktop(): RemdeskNoviceOutput[] {
    const { state } = this;
    if (state.tag !== 'authenticated') return this.outOfOrder();
    this.state = { tag: 'asking' };
    return [{ tag: 'verified', expertName: state.expertName }];
  }

  /** A blob that cannot be read knows no password. */
  private nameIfRight(expertBlob: string): string | undefined {
    try {
      const { name, pass } = parseExpertBlob(expertBlob);
      return sameBytes(pass, this.config.pass) ? name : undefined;
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  private outOfOrder(): RemdeskNoviceOutput[] {
    return this.refuse('outOfOrder', this.config.version === 1 ? REMDESK_RESULT.invalidPassword : REMDESK_RESULT.mismatch);
  }

  private refuse(why: RemdeskRefusal, code: number): RemdeskNoviceOutput[] {
    this.state = { tag: 'over' };
    return [send({ tag: 'result', code }), { tag: 'refused', why }];
  }
}

function send(message: RemdeskMessage): RemdeskNoviceOutput {
  return { tag: 'send', data: encodeRemdesk(message) };
}
