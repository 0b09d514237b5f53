import { utf8Encode } from '../bytes/text.ts';
import { lvCat } from './lv.ts';

const PROTOCOL = 'Ringback sealed session';
/** Of what is agreed here; a later one is another protocol. */
const VERSION = '1';

/** What both sides must have seen alike; whoever stands between and changes any of it ends up with another key. */
export interface Binding {
  readonly inviter: 'novice' | 'expert';
  /** As the messenger has them; case does not count. */
  readonly noviceAddress: string;
  readonly expertAddress: string;
  /** The features lines of INVITE and ACCEPT: whole, with keys and nonces. */
  readonly inviterLine: string;
  readonly inviteeLine: string;
  /** By which both know the invitation on the wire. */
  readonly invitation: string;
}

/** The same bytes on both sides, and for nothing else. */
export function bindingBytes(bound: Binding): Uint8Array {
  const words = [
    PROTOCOL,
    VERSION,
    bound.inviter,
    bound.noviceAddress.toLowerCase(),
    bound.expertAddress.toLowerCase(),
    bound.inviterLine.trim(),
    bound.inviteeLine.trim(),
    bound.invitation.toLowerCase(),
  ];
  return lvCat(...words.map(utf8Encode));
}
