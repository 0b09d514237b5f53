import type { Presence } from '../../../facts/contacts.ts';
import type { PresenceCode } from '../../../protocol/msnp/presence.ts';

export const PRESENCE_CODES: Readonly<Record<Exclude<Presence, 'offline'>, PresenceCode>> = { online: 'NLN', busy: 'BSY', away: 'AWY' };

/** MSNP tells more ways of being busy or away than the contract; hidden (HDN) is offline. */
export function presenceOf(code: PresenceCode): Presence {
  switch (code) {
    case 'NLN':
      return 'online';
    case 'BSY':
    case 'PHN':
      return 'busy';
    case 'AWY':
    case 'IDL':
    case 'BRB':
    case 'LUN':
      return 'away';
    default:
      return 'offline';
  }
}
