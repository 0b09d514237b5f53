import { createAssistance } from '../../src/main/assistance/assistance.ts';
import type { Assistance } from '../../src/main/assistance/contract.ts';
import { systemClock } from '../../src/main/clock.ts';
import { type ConnectionRoomDeps, createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import { forkEngine } from './engine-process.ts';
import type { ReachServices } from '../../src/main/reach-services.ts';
import type { EngineName } from '../../src/facts/preferences.ts';
import type { HistoryEntry } from '../../src/protocol/assistance/status.ts';
import { GraphicsDecoder } from '../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { applied } from './applied.ts';
import { createInMemoryNetwork, inMemory, onlyMessenger } from './in-memory-messenger.ts';
import { EXPERT, FakeViewer, NOVICE } from './pair.ts';
import { picture, PictureDesktop, SIZE } from './picture-desktop.ts';
import { MemoryTrust } from './trust.ts';
import { until } from './programs.ts';
import { allOrNothing } from './shared-part.ts';

export interface LoopbackOptions {
  readonly engine?: EngineName;
  /** The novice's answer when asked whether the screen may be seen; yes when left out. */
  readonly answer?: () => Promise<boolean>;
  readonly ways?: ConnectionRoomDeps['ways'];
  /** Who keeps the own address private. */
  readonly relayOnly?: (address: string) => boolean;
  /** What the messenger's server offers; nothing when left out. */
  readonly reach?: ReachServices | ((address: string) => ReachServices | undefined);
}

const yes = (): Promise<boolean> => Promise.resolve(true);

/** Two whole rooms with real connections, TLS and RDP in this process, and one session between them: shown, or as far as it comes without a yes. */
export async function loopback({ engine = 'ringback', answer = yes, ways, reach, relayOnly = () => false }: LoopbackOptions = {}) {
  const messages = createInMemoryNetwork({ clock: systemClock });
  messages.reachOf = typeof reach === 'function' ? reach : () => reach;
  const desktop = new PictureDesktop();
  const viewer = new FakeViewer();
  const history: HistoryEntry[] = [];
  const log: string[] = [];
  const make = (address: string): { assistance: Assistance; signedIn: () => boolean } => {
    const messenger = messages.messenger();
    const trust = new MemoryTrust(address);
    trust.meet(address === NOVICE ? EXPERT : NOVICE);
    const assistance = createAssistance({
      messengers: onlyMessenger(messenger),
      trust,
      connection: createConnectionRoom({
        clock: systemClock,
        listenHost: '127.0.0.1',
        startEngine: () => forkEngine(),
        relayOnly: () => relayOnly(address),
        ...(ways === undefined ? {} : { ways }),
      }),
      desktop,
      consent: { allowView: async () => allOrNothing(await answer()), allowPart: yes, allowControl: yes, allowSound: yes },
      clock: systemClock,
      history: { add: (entry) => void history.push(entry) },
      engine: () => engine,
      userName: () => 'Edgar',
      allowPlainExperts: () => false,
      log: (event) => void log.push(event),
    });
    messenger.signIn(messages.account(address));
    return { assistance, signedIn: () => messenger.state.tag === 'signedIn' };
  };
  const [novice, expert] = [make(NOVICE), make(EXPERT)];
  await until(() => novice.signedIn() && expert.signedIn(), 'both to be signed in');
  await novice.assistance.askForHelp(inMemory(EXPERT));
  await until(() => expert.assistance.invitations.length > 0, 'the invitation');
  expert.assistance.acceptInvitation(expert.assistance.invitations[0]?.id ?? '');
  expert.assistance.attachViewer(viewer);
  await until(() => ['awaitingConsent', 'connected', 'ended'].includes(expert.assistance.status?.phase.tag ?? ''), 'the connection');
  if (answer === yes) await until(() => expert.assistance.status?.phase.tag === 'connected', 'the session');
  return {
    novice: novice.assistance,
    expert: expert.assistance,
    desktop,
    viewer,
    history,
    /** What both sides have noted, without its facts. */
    log,
    /** Every line of context data that was said. */
    get said(): readonly string[] {
      return messages.sent.flatMap((message) => (message.kind === 'CONTEXT' ? [message.data] : []));
    },
    close: async () => void (await Promise.all([novice.assistance.close(), expert.assistance.close()])),
  };
}

/** Whether the viewer has drawn the whole {@link picture}. */
export function shown(viewer: FakeViewer): boolean {
  const decoder = new GraphicsDecoder(SIZE);
  for (const message of viewer.messages) if (message.tag === 'graphics') applied(decoder.apply(message.graphics));
  const { pixels } = picture();
  return decoder.surface.words.every((abgr, n) => {
    const [blue = 0, green = 0, red = 0] = pixels.subarray(n * 4, n * 4 + 3);
    return (abgr & 0xff_ffff) === (red | (green << 8) | (blue << 16));
  });
}
