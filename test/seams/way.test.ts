/* A made-up way: what one has to write, and that a whole session runs over it. */
import { expect, it } from 'vitest';
import type { Carrier, Way } from '../../src/main/connection/ways/contract.ts';
import { WAYS } from '../../src/main/connection/ways/ways.ts';
import { loopback, shown } from '../support/loopback.ts';
import { MemoryDuplex } from '../support/memory-duplex.ts';
import { until } from '../support/programs.ts';

const pigeon = (duplex: MemoryDuplex, address: string): Carrier => ({ duplex, address, remote: address, traffic: duplex.traffic });
let landed: (carrier: Carrier) => void;

/** The expert has a loft, which its ticket names; the novice sends a pigeon there. */
const pigeonWay: Way = {
  id: 'pigeon',
  offeredBy: 'expert',
  step: 5,
  afterMs: 20,
  prepare: async ({ offers, found, exhausted }) => {
    if (offers) landed = found;
    return {
      adds: { addresses: offers ? [{ host: 'loft.example', port: 7 }] : [] },
      reach: ({ addresses: [loft] }) => {
        const [here, there] = MemoryDuplex.pair();
        landed(pigeon(there, 'window sill'));
        found(pigeon(here, loft?.host ?? 'nowhere'));
        exhausted();
      },
      close: async () => undefined,
    };
  },
};

it('pin, session id, picture and end go over a made-up way, and the history names it', async () => {
  const { novice, expert, viewer, history, close } = await loopback({ ways: [pigeonWay, ...WAYS.filter(({ id }) => id === 'forward')] });
  await until(() => shown(viewer), 'the picture');
  expect(expert.status?.connection).toEqual({ by: 'pigeon', address: 'window sill' });
  expect(expert.status?.traffic?.bytesReceived).toBeGreaterThan(1_000);
  await novice.endSession();
  await until(() => expert.status?.phase.tag === 'ended', 'the end');
  await close();
  const entries = history.map(({ role, connectedBy, address, reason }) => `${role}: ${connectedBy}, ${address}, ${reason}`);
  expect(entries.toSorted()).toEqual(['expert: pigeon, window sill, stoppedByNovice', 'novice: pigeon, loft.example, stoppedByNovice']);
});
