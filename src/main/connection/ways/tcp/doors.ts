import type { HostPort } from '../../../../protocol/host-port.ts';
import { addressText } from './tcp-carrier.ts';

/* Which of a ticket's addresses are a router's: the side that listens tells the other, so that both can say how they are connected. */

const WORD = 'doors';
/** As many addresses as a ticket has. */
const MAX_DOORS = 8;

export function writeDoors(doors: readonly HostPort[]): string {
  return [WORD, ...doors.slice(0, MAX_DOORS).map(addressText)].join(' ');
}

/** As they are written in a ticket; they are only compared. What makes no sense names none. */
export function readDoors(text: string): ReadonlySet<string> {
  const [word, ...doors] = text.split(' ');
  return new Set(word === WORD ? doors.slice(0, MAX_DOORS) : []);
}
