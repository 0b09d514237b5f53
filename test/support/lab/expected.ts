/* What is to come of a pairing of homes: which way wins, and the two sentences that people read. */
import type { SessionConnection } from '../../../src/protocol/assistance/status.ts';
import type { Home, HomeKind, NatLab } from './homes.ts';
import { SERVER_ADDRESS } from './homes.ts';

export const PAIRINGS: readonly { readonly novice: HomeKind; readonly expert: HomeKind }[] = (
  ['open', 'nat', 'symmetric', 'noUdp'] as const satisfies readonly HomeKind[]
).flatMap((novice, _, kinds) => kinds.map((expert) => ({ novice, expert })));

const OPENS_PORTS: readonly HomeKind[] = ['nat', 'symmetric'];

/** UDP on both sides, and not a translator that is new for every destination before another one that translates. */
export function punches(novice: HomeKind, expert: HomeKind): boolean {
  if (novice === 'noUdp' || expert === 'noUdp') return false;
  return novice === 'open' || expert === 'open' || (novice === 'nat' && expert === 'nat');
}

/** Who can be called, directly or through a door in the router; else both at once where ICE is tried; else the relay. `maps`: routers open ports. */
export function expectedWay(novice: HomeKind, expert: HomeKind, { maps, ice }: { readonly maps: boolean; readonly ice: boolean }) {
  const called = (kind: HomeKind): boolean => kind === 'open' || (maps && OPENS_PORTS.includes(kind));
  if (called(expert)) return { by: 'reverse', mapped: expert !== 'open' } as const;
  if (ice && punches(novice, expert)) return { by: 'ice', mapped: false } as const;
  if (called(novice)) return { by: 'forward', mapped: novice !== 'open' } as const;
  return { by: 'relay', mapped: false } as const;
}

/** Nora asks Erik. Ports are `PORT`, since nobody knows them before. */
export function expectedSentences(
  homes: NatLab,
  kinds: { readonly novice: HomeKind; readonly expert: HomeKind },
  { by, mapped = false, relayed = false }: Pick<SessionConnection, 'by'> & { readonly mapped?: boolean; readonly relayed?: boolean },
): { readonly novice: string; readonly expert: string } {
  const [nora, erik] = [homes.home('novice', kinds.novice), homes.home('expert', kinds.expert)].map(addressOf) as [string, string];
  const unread = 'because your two computers did not reach each other directly. It cannot read what it passes on.';
  if (by === 'relay') return both(`Through the server ${SERVER_ADDRESS}, ${unread}`);
  if (relayed) return both(`Through a server in between, ${unread}`);
  const direct = (address: string): string => `a direct connection (${address})`;
  if (by === 'ice')
    return {
      novice: `Both computers called each other at the same moment (ICE): ${direct(erik)}`,
      expert: `Both computers called each other at the same moment (ICE): ${direct(nora)}`,
    };
  if (by === 'reverse')
    return mapped
      ? {
          novice: `Erik’s router opened a door, and your computer called there: ${direct(erik)}`,
          expert: `Your router opened a door, and Nora’s computer called there: ${direct(nora)}`,
        }
      : { novice: `Your computer called ${erik} (reverse connect)`, expert: `${nora} called your computer (reverse connect)` };
  return mapped
    ? {
        novice: `Your computer did not get through to Erik’s, but your router opened a door, and Erik’s computer called there: ${direct(erik)}`,
        expert: `Nora’s computer did not get through to yours, but its router opened a door, and your computer called there: ${direct(nora)}`,
      }
    : {
        novice: `Your computer did not get through to Erik’s, so ${erik} called yours (forward connect)`,
        expert: `Nora’s computer did not get through to yours, so yours called ${nora} (forward connect)`,
      };
}

/** What people read, with `PORT` for every port. */
export function withoutPorts({ novice, expert }: { readonly novice: string; readonly expert: string }) {
  const without = (text: string): string => text.replaceAll(/(\d):\d+\b/g, '$1:PORT');
  return { novice: without(novice), expert: without(expert) };
}

const addressOf = ({ publicAddress }: Home): string => `${publicAddress}:PORT`;
const both = (sentence: string) => ({ novice: sentence, expert: sentence });
