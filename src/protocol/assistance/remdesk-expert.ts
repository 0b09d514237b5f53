import { decodeRemdesk, encodeRemdesk, REMDESK_RESULT, type RemdeskMessage } from '../rdp/channels/remdesk.ts';
import { formatExpertBlob } from './expert-blob.ts';

export interface RemdeskExpertConfig {
  readonly userName: string;
  /** What the password gives (`passOf`); undefined where the invitation has nothing to prove it with. */
  readonly pass: Uint8Array | undefined;
  /** Connection String 1; version 1 cannot do without. */
  readonly rcTicket: string | undefined;
}

export type RemdeskRejection = 'wrongPassword' | 'declined' | 'expired' | 'badVersion' | 'refused';

export type RemdeskExpertOutput =
  | { readonly tag: 'send'; readonly data: Uint8Array }
  /** The password was right: the novice is being asked, or has said yes. */
  | { readonly tag: 'accepted' }
  | { readonly tag: 'rejected'; readonly why: RemdeskRejection; readonly code?: number }
  | { readonly tag: 'disconnected' };

const MAJOR = 1;
const REJECTIONS: Readonly<Record<number, RemdeskRejection>> = {
  [REMDESK_RESULT.invalidPassword]: 'wrongPassword',
  [REMDESK_RESULT.mismatch]: 'wrongPassword',
  [REMDESK_RESULT.declined]: 'declined',
  [REMDESK_RESULT.expired]: 'expired',
  [REMDESK_RESULT.badVersion]: 'badVersion',
};

/** The expert's (client's) end of `remdesk` ([MS-RA] 3.3): follows the version the novice names. */
export class RemdeskExpert {
  private readonly config: RemdeskExpertConfig;
  private state: 'waiting' | 'proving' | 'requesting' | 'accepted' | 'over' = 'waiting';
  private version: 1 | 2 = 2;

  constructor(config: RemdeskExpertConfig) {
    this.config = config;
  }

  /** One channel PDU. Throws ProtocolError as `decodeRemdesk` does. */
  receive(data: Uint8Array): RemdeskExpertOutput[] {
    const message = decodeRemdesk(data);
    if (message === undefined || this.state === 'over') return [];
    switch (message.tag) {
      case 'versionInfo':
        return this.state === 'waiting' ? this.prove(message.major, message.minor) : [];
      case 'result':
        return this.onResult(message.code);
      case 'disconnect':
        this.state = 'over';
        return [{ tag: 'disconnected' }];
      default:
        return [];
    }
  }

  private prove(major: number, minor: number): RemdeskExpertOutput[] {
    const { pass, rcTicket, userName } = this.config;
    if (major !== MAJOR || minor < 1) return this.reject('badVersion');
    if (pass === undefined) return this.reject('wrongPassword');
    this.state = 'proving';
    const expertBlob = formatExpertBlob({ name: userName, pass });
    if (minor >= 2) return [send({ tag: 'expertOnVista', pass }), send({ tag: 'verifyPassword', expertBlob })];
    if (rcTicket === undefined) return this.reject('badVersion');
    this.version = 1;
    return [send({ tag: 'versionInfo', major: MAJOR, minor: 1 }), send({ tag: 'authenticate', text: `${rcTicket}\0${expertBlob}` })];
  }

  private onResult(code: number): RemdeskExpertOutput[] {
    if (code !== REMDESK_RESULT.success) return this.reject(REJECTIONS[code] ?? 'refused', code);
    // Nothing has been proved yet that the result could be about.
    if (this.state === 'waiting') return [];
    if (this.state === 'proving' && this.version === 1) {
      this.state = 'requesting';
      return [send({ tag: 'remoteControlDesktop', connectionString: this.config.rcTicket ?? '' }), { tag: 'accepted' }];
    }
    const first = this.state === 'proving';
    this.state = 'accepted';
    return first ? [{ tag: 'accepted' }] : [];
  }

  private reject(why: RemdeskRejection, code?: number): RemdeskExpertOutput[] {
    this.state = 'over';
    return [{ tag: 'rejected', why, ...(code === undefined ? {} : { code }) }];
  }
}

function send(message: RemdeskMessage): RemdeskExpertOutput {
  return { tag: 'send', data: encodeRemdesk(message) };
}
