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

const perches = new Map<string, (carrier: Carrier) => void>();

/** The two sides have to speak before they meet: the novice asks for a perch, the expert names one, and the novice says when its parrot is there. */
const parrotWay: Way = {
  id: 'parrot',
  offeredBy: 'expert',
  step: 5,
  afterMs: 20,
  signals: true,
  prepare: async ({ offers, signals, found, exhausted, reach }) => {
    signals.onMessage((text) => {
      const [word, perch = ''] = text.split(' ');
      if (word === 'where?') {
        perches.set('oak', found);
        signals.send(`there! oak ${reach?.ownAddress}`);
      } else if (word === 'there!' && !offers) {
        const [here, there] = MemoryDuplex.pair();
        perches.get(perch)?.(pigeon(there, perch));
        found(pigeon(here, text));
        exhausted();
      }
    });
    return { adds: { addresses: [] }, reach: () => signals.send('where? 🦜'), close: async () => undefined };
  },
};

it('what a way has to say goes sealed over the messenger, in both directions, and it knows what the server offers', async () => {
  const reach = { ownAddress: 'me@server', iceServers: async () => [], relays: async () => [], activate: async () => undefined };
  const session = await loopback({
    ways: [parrotWay, ...WAYS.filter(({ id }) => id === 'forward')],
    reach,
  });
  const { novice, expert, viewer, close } = session;
  await until(() => shown(viewer), 'the picture');
  expect(novice.status?.connection).toEqual({ by: 'parrot', address: 'there! oak me@server' });
  expect(expert.status?.connection).toEqual({ by: 'parrot', address: 'oak' });
  await close();
  const { said } = session;
  expect(said.filter((line) => line.startsWith('!more '))).toHaveLength(2);
  // Neither is base64: what is sealed never looks so by chance.
  expect(said.join('\n')).not.toMatch(/where\?|there! oak/);
});
