import { beforeEach, describe, expect, it } from 'vitest';
import { ACTIVITY_GUIDS, createActivities } from '../../../src/main/activities/activities.ts';
import type { Activities, ActivityNews, LaunchTarget } from '../../../src/main/activities/contract.ts';
import { ACTIVITY_KINDS, type ActivityKind } from '../../../src/protocol/applications/applications.ts';
import { base64Encode } from '../../../src/protocol/bytes/text.ts';
import { createInMemoryNetwork, type InMemoryNetwork, inMemory, onlyMessenger } from '../../support/in-memory-messenger.ts';
import { identityOf, MemoryTrust } from '../../support/trust.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ANNA = 'anna@home.example';
const PETER = 'peter@home.example';

interface Side {
  readonly activities: Activities;
  readonly trust: MemoryTrust;
  readonly started: LaunchTarget[];
  readonly news: ActivityNews[];
}

describe('addresses of activities', () => {
  let clock: VirtualClock;
  let network: InMemoryNetwork;
  let anna: Side;
  let peter: Side;

  const side = (address: string, ownAddress: string): Side => {
    const messenger = network.messenger({ applications: [...ACTIVITY_GUIDS] });
    const trust = new MemoryTrust(address);
    const started: LaunchTarget[] = [];
    const news: ActivityNews[] = [];
    const activities = createActivities({
      messengers: onlyMessenger(messenger),
      trust,
      clock,
      programs: () => Object.fromEntries(ACTIVITY_KINDS.map((kind) => [kind, { use: 'own', line: `run ${kind} {address}` }])),
      ownAddress: () => ownAddress,
      log: () => undefined,
      launcher: {
        start: async (target) => {
          started.push(target);
          return { exited: undefined };
        },
        knows: async () => true,
        freePort: async () => 50_123,
      },
    });
    activities.onNews((each) => void news.push(each));
    messenger.signIn(network.account(address));
    return { activities, trust, started, news };
  };
  const play = async (kind: ActivityKind) => {
    await anna.activities.start(inMemory(PETER), kind);
    await clock.advance(50);
    await peter.activities.accept(peter.activities.list[0]?.id ?? '');
    await clock.advance(100);
  };
  const addressesStarted = () =>
    [anna, peter].map(({ started }) => started.map((target) => (target.tag === 'program' ? target.args[1] : '')));
  const ADDRESS = /192\.0\.2\.[12]/;

  beforeEach(async () => {
    clock = new VirtualClock();
    network = createInMemoryNetwork({ clock, latencyMs: 10 });
    anna = side(ANNA, '192.0.2.1');
    peter = side(PETER, '192.0.2.2');
    await clock.advance(50);
  });

  it.each(ACTIVITY_KINDS)('%s between two who know each other: on both sides the other’s, and nowhere on the wire', async (kind) => {
    anna.trust.meet(PETER);
    peter.trust.meet(ANNA);
    await play(kind);
    expect(addressesStarted()).toEqual([['192.0.2.2'], ['192.0.2.1']]);
    expect(JSON.stringify(network.sent)).not.toMatch(ADDRESS);
  });

  it.each([
    ['nobody knows the other', [], []],
    ['only who invites does', [PETER], []],
    ['only who is invited does', [], [ANNA]],
  ] as const)('%s: as they are', async (_name, annas, peters) => {
    for (const address of annas) anna.trust.meet(address);
    for (const address of peters) peter.trust.meet(address);
    await play('whiteboard');
    expect(addressesStarted()).toEqual([['192.0.2.2'], ['192.0.2.1']]);
    expect(JSON.stringify(network.sent)).toMatch(ADDRESS);
  });

  it('what somebody else has sealed, or sealed for another invitation, starts nothing', async () => {
    anna.trust.meet(PETER);
    peter.trust.meet(ANNA);
    const mallory = base64Encode(identityOf('mallory').publicKey);
    network.rewrite = (message) =>
      message.kind === 'ACCEPT' ? { ...message, features: (message.features ?? '').replace(/seal=[^;]+/, `seal=${mallory}`) } : message;
    await play('whiteboard');
    expect(anna.started).toEqual([]);
    expect(anna.news).toMatchObject([{ tag: 'failedHere', code: 'BAD_ADDRESS' }]);
  });
});
