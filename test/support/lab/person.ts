/*
 * One person's Ringback without windows, in a process of its own, so that it can be in a network of its own: the real messenger, use cases,
 * ladder and ways. Commands come as lines, and what happens is told as lines of JSON.
 */
import { createInterface } from 'node:readline';
import { createAssistance } from '../../../src/main/assistance/assistance.ts';
import { systemClock as clock } from '../../../src/main/clock.ts';
import { createConnectionRoom } from '../../../src/main/connection/connection-room.ts';
import { defaultGateway } from '../../../src/main/connection/port-mapping/gateway.ts';
import { PortMapping } from '../../../src/main/connection/port-mapping/port-mapping.ts';
import type { Way } from '../../../src/main/connection/ways/contract.ts';
import { createMessengers } from '../../../src/main/messenger/messengers.ts';
import { xmppStreams } from '../../../src/main/messenger/xmpp/open-stream.ts';
import { XmppMessenger } from '../../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { APPLICATIONS } from '../../../src/protocol/applications/applications.ts';
import type { SessionConnection } from '../../../src/protocol/assistance/status.ts';
import { FakeDesktop } from '../fake-desktop.ts';
import { MemoryTrust } from '../trust.ts';
import { ALL } from '../shared-part.ts';

export interface LabPersonSetup {
  /** They have met the other one before. */
  readonly address: string;
  readonly password: string;
  readonly peer: string;
  /** `host:port` of the messenger's server. */
  readonly server: string;
  /** Path of the authority's certificate. */
  readonly authority: string;
  /** Asks the router for a door. */
  readonly maps: boolean;
  /** Only these ways; all there are when left out. */
  readonly ways?: readonly string[];
}

/** Milliseconds are of the computer's monotonic clock, which is the same in every network of it. */
export type LabPersonSays =
  | { readonly tag: 'signedIn' }
  | { readonly tag: 'contactOnline' }
  | {
      readonly tag: 'status';
      readonly atMs: number;
      readonly phase: string;
      readonly connection?: SessionConnection;
      readonly reason?: string;
      readonly failures: readonly string[];
    };

const say = (what: LabPersonSays): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

/** Lives until its input ends. */
export async function live(setup: LabPersonSetup, ways: readonly Way[]): Promise<void> {
  const messenger = new XmppMessenger(
    'xmpp',
    { clock, random: Math.random, applications: [APPLICATIONS.remoteAssistance.guid] },
    { open: xmppStreams() },
  );
  const mapping = new PortMapping({
    clock,
    gateway: defaultGateway,
    enabled: () => setup.maps,
    record: { kept: [], keep: () => undefined },
  });
  const trust = new MemoryTrust(setup.address);
  trust.meet(setup.peer);
  const assistance = createAssistance({
    messengers: createMessengers(new Map([['xmpp', messenger]])),
    trust,
    connection: createConnectionRoom({
      clock,
      addressSources: [mapping],
      ways: ways.filter(({ id }) => setup.ways?.includes(id) ?? true),
    }),
    desktop: new FakeDesktop(),
    consent: {
      allowView: () => Promise.resolve(ALL),
      allowPart: () => Promise.resolve(true),
      allowControl: () => Promise.resolve(true),
      allowSound: () => Promise.resolve(true),
    },
    clock,
    history: { add: () => undefined },
    engine: () => 'ringback',
    userName: () => setup.address,
    allowPlainExperts: () => false,
    log: (event, facts) => process.stderr.write(`${event} ${JSON.stringify(facts)}\n`),
  });

  let told = '';
  assistance.onChange(() => {
    for (const { id } of assistance.invitations) assistance.acceptInvitation(id);
    const status = assistance.status;
    if (status === undefined) return;
    const { phase } = status;
    const failures = status.steps.flatMap((step) => (step.failures ?? []).map(({ way, failure }) => `${way} ${failure}`));
    const now = {
      phase: phase.tag === 'connecting' ? `connecting ${phase.way}` : phase.tag,
      ...(status.connection === undefined ? {} : { connection: status.connection }),
      ...(phase.tag === 'ended' ? { reason: phase.reason } : {}),
      failures,
    };
    if (JSON.stringify(now) === told) return;
    told = JSON.stringify(now);
    say({ tag: 'status', atMs: performance.timeOrigin + performance.now(), ...now });
  });
  let [signedIn, online] = [false, false];
  messenger.onEvent(() => {
    if (messenger.state.tag === 'signedIn' && !signedIn) {
      signedIn = true;
      say({ tag: 'signedIn' });
    }
    const peer = messenger.contacts.find(({ address }) => address === setup.peer);
    if (peer !== undefined && peer.presence !== 'offline' && !online) {
      online = true;
      say({ tag: 'contactOnline' });
    }
  });
  messenger.signIn({
    transport: 'xmpp',
    address: setup.address,
    friendlyName: setup.address.split('@')[0] ?? '',
    password: setup.password,
    server: setup.server,
    authority: setup.authority,
  });

  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'ask')
      await assistance
        .askForHelp({ transport: 'xmpp', address: setup.peer })
        .catch((error: unknown) => void process.stderr.write(`${String(error)}\n`));
    if (line === 'end') await assistance.endSession().catch(() => undefined);
    if (line === 'dismiss') assistance.dismissSession();
  }
  await assistance.close();
  await messenger.signOut();
  await mapping.close();
}
