import { expect } from 'vitest';
import type { Assistance, ConsentPrompts, Peer, PictureChoices, ViewerSink } from '../../src/main/assistance/contract.ts';
import { createAssistance } from '../../src/main/assistance/assistance.ts';
import { ASK_FOR_REMOTE_ASSISTANCE, GOING_ON } from '../../src/protocol/assistance/application.ts';
import { GraphicsDecoder } from '../../src/protocol/rdp/graphics/graphics-decoder.ts';
import type { FromViewer, ToViewer } from '../../src/protocol/rdp/graphics/viewer-messages.ts';
import type { Messenger } from '../../src/main/messenger/contract.ts';
import type { EndReason, HistoryEntry, SessionStatus } from '../../src/protocol/assistance/status.ts';
import { applied } from './applied.ts';
import { FakeDesktop } from './fake-desktop.ts';
import { createInMemoryInternet } from './in-memory-connection.ts';
import { createInMemoryNetwork, inMemory, onlyMessenger } from './in-memory-messenger.ts';
import { MemoryTrust } from './trust.ts';
import { VirtualClock } from './virtual-clock.ts';
import { Emitter } from '../../src/main/emitter.ts';
import type { SharedPart } from '../../src/protocol/rdp/shared-part.ts';
import { ALL } from './shared-part.ts';

/** The person in front of the main process's questions. `wait` leaves the prompt open. */
type Answer = 'yes' | 'no' | 'wait' | 'error';

export class FakePrompts implements ConsentPrompts {
  view: Answer = 'yes';
  control: Answer = 'yes';
  sound: Answer = 'yes';
  /** Whether another part may be shown. */
  another: Answer = 'wait';
  /** What a yes is to. */
  part: SharedPart = ALL;
  readonly asked: ('view' | 'control' | 'part' | 'sound')[] = [];
  open = 0;
  private readonly waiting: ((answer: boolean) => void)[] = [];

  async allowView(_peer: Peer, signal: AbortSignal): Promise<SharedPart | undefined> {
    this.asked.push('view');
    return (await this.ask(this.view, signal)) ? this.part : undefined;
  }
  allowPart(_peer: Peer, _part: SharedPart, signal: AbortSignal): Promise<boolean> {
    this.asked.push('part');
    return this.ask(this.another, signal);
  }
  allowControl(_peer: Peer, signal: AbortSignal): Promise<boolean> {
    this.asked.push('control');
    return this.ask(this.control, signal);
  }
  allowSound(_peer: Peer, signal: AbortSignal): Promise<boolean> {
    this.asked.push('sound');
    return this.ask(this.sound, signal);
  }
  answer(answer: boolean): void {
    this.waiting.shift()?.(answer);
  }
  private async ask(answer: Answer, signal: AbortSignal): Promise<boolean> {
    if (answer === 'error') throw new Error('no window to ask in');
    if (answer !== 'wait') return answer === 'yes';
    this.open += 1;
    return new Promise((resolve) => {
      const done = (value: boolean): void => {
        this.open -= 1;
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      };
      const onAbort = (): void => done(false);
      signal.addEventListener('abort', onAbort);
      this.waiting.push(done);
    });
  }
}

/** Takes what it is sent at once, unless it is `slow`: then when it is told to. */
export class FakeViewer implements ViewerSink {
  readonly pace: ViewerSink['pace'];
  slow = false;
  readonly messages: ToViewer[] = [];
  private readonly events = new Emitter<FromViewer>();
  private readonly decoder = new GraphicsDecoder({ width: 1, height: 1 });
  constructor(pace: ViewerSink['pace'] = 'sets') {
    this.pace = pace;
  }
  get listenerCount(): number {
    return this.events.size;
  }
  get control(): boolean | undefined {
    return this.messages.findLast((message) => message.tag === 'control')?.granted;
  }
  get graphics(): number {
    return this.messages.filter((message) => message.tag === 'graphics').length;
  }
  send(message: ToViewer): void {
    this.messages.push(message);
    if (message.tag === 'size') this.decoder.resize(message.size);
    if (message.tag === 'graphics' && message.graphics.tag === 'channel') {
      const { layout } = applied(this.decoder.apply(message.graphics));
      if (layout !== undefined) this.act({ tag: 'resized', size: { width: layout.width, height: layout.height } });
    }
    if (!this.slow && (message.tag === 'size' || message.tag === 'layout' || message.tag === 'graphics'))
      this.act({ tag: 'taken', count: 1 });
  }
  onEvent(listener: (event: FromViewer) => void): () => void {
    return this.events.on(listener);
  }
  act(event: FromViewer): void {
    this.events.emit(event);
  }
}

export interface Side {
  readonly assistance: Assistance;
  readonly messenger: Messenger;
  readonly desktop: FakeDesktop;
  readonly prompts: FakePrompts;
  readonly history: HistoryEntry[];
  readonly log: string[];
  readonly trust: MemoryTrust;
  /** Of the novice's settings. */
  quietSeconds: number;
}

export const NOVICE = 'nora@example.test';
export const EXPERT = 'edgar@example.test';

/** Two whole Assistance rooms, a messenger and a network between them, all in virtual time. */
export async function createPair(
  options: {
    readonly expertApplications?: readonly string[];
    readonly latencyMs?: number;
    readonly noviceApplications?: readonly string[];
    readonly allowOffers?: boolean;
    readonly pictureChoices?: PictureChoices;
    /** They know each other from one session before, unless it says no. */
    readonly met?: boolean;
    /** Both let sessions begin that nobody vouches for, and neither hears that the other's program could do better. */
    readonly unverified?: boolean;
  } = {},
) {
  const clock = new VirtualClock();
  const messages = createInMemoryNetwork({ clock, latencyMs: options.latencyMs ?? 10 });
  if (options.unverified === true) messages.rewrite = (message) => ('features' in message ? { ...message, features: '1;parts' } : message);
  const internet = createInMemoryInternet(clock);
  let seed = 1;
  const side = (address: string, host: string, applications?: readonly string[]): Side => {
    const account = messages.account(address, address.split('@')[0]);
    const messenger = messages.messenger({ applications: applications ?? [ASK_FOR_REMOTE_ASSISTANCE.guid, GOING_ON.guid] });
    const desktop = new FakeDesktop();
    const prompts = new FakePrompts();
    const history: HistoryEntry[] = [];
    const log: string[] = [];
    const trust = new MemoryTrust(address);
    trust.unverified = options.unverified === true;
    if (options.met !== false && !trust.unverified) trust.meet(address === NOVICE ? EXPERT : NOVICE);
    const assistance = createAssistance({
      messengers: onlyMessenger(messenger),
      trust,
      connection: internet.room(host),
      desktop,
      consent: prompts,
      clock,
      history: { add: (entry) => void history.push(entry) },
      engine: () => 'ringback',
      userName: () => address,
      ...(options.allowOffers === undefined ? {} : { allowOffers: () => options.allowOffers === true }),
      ...(options.pictureChoices === undefined ? {} : { pictureChoices: options.pictureChoices }),
      allowPlainExperts: () => false,
      quietSeconds: () => made.quietSeconds,
      random: (bytes) => {
        seed += 1;
        return Uint8Array.from({ length: bytes }, (_, at) => ((seed * 2_654_435_761 + at * 97) >>> 9) & 0xff);
      },
      log: (event, facts) => void log.push(`${event} ${JSON.stringify(facts)}`),
    });
    messenger.signIn(account);
    const made: Side = { assistance, messenger, desktop, prompts, history, log, trust, quietSeconds: 3 };
    return made;
  };
  const novice = side(NOVICE, '192.168.1.10', options.noviceApplications);
  const expert = side(EXPERT, '192.168.1.20', options.expertApplications);
  await clock.advance(50);
  const world = {
    clock,
    messages,
    internet,
    novice,
    expert,
    /** Step 1, seen by the expert. */
    async invite(): Promise<string> {
      await novice.assistance.askForHelp(inMemory(EXPERT));
      await clock.advance(50);
      return expert.assistance.invitations[0]?.id ?? '';
    },
    /** Steps 1 to 6 (or 7), consent as the prompts say. */
    async connect(ms = 1_000): Promise<void> {
      expert.assistance.acceptInvitation(await world.invite());
      await clock.advance(ms);
    },
    reasons(): readonly [EndReason | undefined, EndReason | undefined] {
      return [reasonOf(novice.assistance.status), reasonOf(expert.assistance.status)];
    },
    /** Nothing is open on either side, no timer is left, and nothing more happens however long one waits. */
    async expectNothingLeft(): Promise<void> {
      await clock.settle();
      for (const each of [novice, expert]) {
        expect(each.desktop.openCaptures, 'captures').toBe(0);
        expect(each.desktop.openInjectors, 'injectors').toBe(0);
        expect(each.desktop.held, 'keys held').toBe(0);
        expect(each.desktop.late, 'input after the close').toBe(0);
        expect(each.prompts.open, 'prompts').toBe(0);
        for (const capture of each.desktop.captures) expect(capture.listenerCount, 'capture listeners').toBe(0);
      }
      expect(internet.listeners, 'listeners').toBe(0);
      expect(internet.sockets, 'sockets').toBe(0);
      expect(expert.assistance.invitations, 'invitations').toEqual([]);
      await Promise.all([novice.messenger.signOut(), expert.messenger.signOut()]);
      await clock.advance(100);
      expect(messages.open, 'rendezvous sessions').toBe(0);
      expect(clock.pendingTimers, 'timers').toBe(0);
      const before = world.reasons();
      await clock.advance(600_000);
      expect(world.reasons(), 'reasons stay').toEqual(before);
    },
  };
  return world;
}

function reasonOf(status: SessionStatus | undefined): EndReason | undefined {
  return status?.phase.tag === 'ended' ? status.phase.reason : undefined;
}

/** `1 done, 2 done, …` without the times. */
export function stepStates(status: SessionStatus | undefined): string {
  return (status?.steps ?? []).map((step) => step.state).join(' ');
}
