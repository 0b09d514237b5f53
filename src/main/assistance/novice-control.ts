import type { ControlNovice, ControlWish } from '../../protocol/assistance/control-novice.ts';
import type { NotesNovice } from '../../protocol/assistance/notes-novice.ts';
import type { ControlPause, ControlState, KeptAway } from '../../protocol/assistance/status.ts';
import { CONSENT_DEADLINE_MS, CONTROL_COOL_DOWN_MS } from '../../protocol/assistance/timing.ts';
import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { Clock } from '../clock.ts';
import type { Desktop, InjectorEvent, InputInjector } from '../desktop/contract.ts';
import { ExpertRequests, type Interruptions, type Volume } from '../interruptions.ts';
import type { ConsentPrompts, Peer } from './contract.ts';
import { OwnHands } from './own-hands.ts';
import { perTurn } from './per-turn.ts';
import { askPerson } from './prompt.ts';
import { interrupterOf } from './running-session.ts';

export interface NoviceControlParts {
  readonly channel: ControlNovice;
  readonly notes: NotesNovice;
  readonly desktop: Desktop;
  readonly consent: ConsentPrompts;
  readonly clock: Clock;
  readonly interruptions: Interruptions;
  readonly peer: Peer;
  readonly quietSeconds: () => number;
  /** The session's; aborts an injector that is still opening. */
  readonly signal: AbortSignal;
  readonly changed: () => void;
  readonly onError: (error: unknown) => void;
  /** Input cannot be injected. */
  readonly failed: (error: unknown) => void;
}

type Control =
  | { readonly tag: 'no' }
  | { readonly tag: 'refused' }
  /** `offered`: by the novice, without being asked. */
  | { readonly tag: 'asked' | 'offered'; readonly prompt: AbortController }
  | { readonly tag: 'granted'; readonly injector: InputInjector; readonly hands: OwnHands };

/** The hand that has just said yes may still be on the mouse: that alone begins no pause. */
const YES_SETTLES_MS = 1_000;
/** That something was kept from Ringback's own windows is told again after this long. */
const TELL_AGAIN_MS = 1_000;

/**
 * Control of mouse and keyboard: asks the novice, tells the expert over the control channel, and injects what comes while it is granted and the
 * novice does not use mouse and keyboard themselves.
 */
export class NoviceControl {
  private readonly parts: NoviceControlParts;
  private control: Control = { tag: 'no' };
  private wasControlled = false;
  /** What is shown, which is where input goes. */
  private part: SharedPart = { tag: 'all' };
  private readonly requests: ExpertRequests;
  private wishedFor = false;
  /** Nobody is there to watch: what the expert does waits for the novice. */
  private away = false;
  /** As the expert's locks were last, which are set when control comes back. */
  private locks: InputEvent | undefined;
  private readonly toldAtMs = new Map<KeptAway['what'], number>();
  private kept: KeptAway | undefined;
  /** To an expert that asks without end. */
  private readonly answerAgain: () => void;
  private readonly tellWish: () => void;

  constructor(parts: NoviceControlParts) {
    this.parts = parts;
    this.answerAgain = perTurn(parts.clock, () => {
      if (!parts.signal.aborted) parts.channel.announce(this.control.tag === 'granted' && !this.away);
    });
    this.tellWish = perTurn(parts.clock, parts.changed);
    this.requests = new ExpertRequests(parts.clock, CONTROL_COOL_DOWN_MS);
  }

  get state(): ControlState {
    return this.control.tag;
  }
  /** The expert asks, and no question is put about it. */
  get wished(): boolean {
    return this.wishedFor;
  }
  /** While it is granted, but the novice uses mouse or keyboard. */
  get pause(): ControlPause | undefined {
    const { control } = this;
    return control.tag === 'granted' && control.hands.busy ? { quietSeconds: this.parts.quietSeconds() } : undefined;
  }
  /** What was kept from this program's own windows last. */
  get keptAway(): KeptAway | undefined {
    return this.kept;
  }
  /** Control has been granted at least once. */
  get wasGranted(): boolean {
    return this.wasControlled;
  }

  /** The novice has said yes to being seen: from here on the expert is named and its wishes are heard. */
  begin(part: SharedPart): void {
    this.part = part;
    this.parts.channel.begin(this.parts.peer.friendlyName, (wish) => this.onWish(wish));
    void this.tellKeyboard();
  }

  /** The novice offers control without a request of the expert's, and is asked to confirm. */
  offer(): void {
    if (this.control.tag !== 'no' && this.control.tag !== 'refused') return;
    this.requests.offered();
    void this.ask('offered');
  }

  /** Something else is shown: input goes there, and what is held is released. */
  aim(part: SharedPart): void {
    this.part = part;
    if (this.control.tag !== 'granted') return;
    try {
      this.control.injector.aim(part);
    } catch (error) {
      this.parts.failed(error);
    }
  }

  /** At once: keys are released before anything else happens. */
  takeBack(): void {
    if (this.control.tag === 'granted') this.requests.takenBack();
    this.become({ tag: 'no' });
  }

  /** Control pauses while the novice is away; what was granted is granted again when they are back. */
  setAway(away: boolean): void {
    if (this.away === away) return;
    this.away = away;
    if (this.control.tag !== 'granted') return;
    if (away) this.release();
    this.parts.channel.announce(!away);
  }

  /** Nothing happens while it is not granted, or pauses. */
  inject(events: readonly InputEvent[]): void {
    if (this.control.tag !== 'granted') return;
    this.locks = events.findLast(({ tag }) => tag === 'locks') ?? this.locks;
    if (this.control.hands.busy || this.away) return;
    try {
      this.control.injector.inject(events);
    } catch (error) {
      this.parts.failed(error);
    }
  }

  /** Releases every key and button that the expert holds; control stays as it is. */
  release(): void {
    if (this.control.tag !== 'granted') return;
    try {
      this.control.injector.releaseAll();
    } catch (error) {
      this.parts.onError(error);
    }
  }

  /** Releases every key and says nothing more. */
  end(): void {
    this.letGo();
    this.control = { tag: 'no' };
  }

  private onWish(wish: ControlWish): void {
    if (this.parts.signal.aborted) return;
    if (wish === 'requested') this.onRequest();
    else if (this.control.tag === 'granted') this.become({ tag: 'no' });
    else if (this.control.tag === 'asked') {
      // An expert that asks and takes it back again and again must not make questions flicker under the novice's hand.
      this.requests.refused();
      this.become({ tag: 'no' });
    } else if (this.wishedFor) {
      this.wishedFor = false;
      this.tellWish();
    }
  }

  private onRequest(): void {
    const { control } = this;
    if (control.tag === 'asked' || control.tag === 'offered') return;
    const volume = control.tag === 'granted' ? 'none' : this.volume();
    if (volume === 'loud') {
      void this.ask('asked');
      return;
    }
    // The answer is given again, the person is not bothered again.
    this.answerAgain();
    if (volume === 'quiet' && !this.wishedFor) {
      this.wishedFor = true;
      this.tellWish();
    }
  }

  /** Within this session, and of all that this expert asks for: a new session is no new patience. */
  private volume(): Volume {
    const { volume } = this.requests;
    if (volume !== 'loud') return volume;
    return this.parts.interruptions.admit('control', interrupterOf(this.parts.peer));
  }

  private async ask(tag: 'asked' | 'offered'): Promise<void> {
    const prompt = new AbortController();
    const asked: Control = { tag, prompt };
    this.become(asked);
    // Whatever ends this state aborts the prompt, and so comes to `cancelDeadline`.
    const cancelDeadline = this.parts.clock.after(CONSENT_DEADLINE_MS, () => prompt.abort());
    const allowed = await askPerson(async (signal) => {
      // Where nothing can be injected (Wayland) there is nothing to ask; the session goes on without control.
      const { input } = await this.parts.desktop.support();
      return input && !signal.aborted && (await this.parts.consent.allowControl(this.parts.peer, signal, tag === 'offered'));
    }, prompt.signal);
    cancelDeadline();
    if (this.control !== asked) return;
    if (!allowed) {
      if (tag === 'asked') this.requests.refused();
      this.become({ tag: 'refused' });
      return;
    }
    try {
      const { part } = this;
      const injector = await this.parts.desktop.openInput(this.parts.signal, part);
      if (part !== this.part) injector.aim(this.part);
      if (this.control === asked && !this.parts.signal.aborted) this.grant(injector);
      else await injector.close();
    } catch (error) {
      if (this.control === asked) this.parts.failed(error);
    }
  }

  private grant(injector: InputInjector): void {
    const { clock, quietSeconds } = this.parts;
    const hands = new OwnHands({ clock, quietSeconds, changed: (busy) => this.onHands(busy) });
    const granted: Control = { tag: 'granted', injector, hands };
    const settledAtMs = clock.monotonicMs() + YES_SETTLES_MS;
    injector.onEvent((event) => {
      if (event.tag === 'ownInput' && clock.monotonicMs() < settledAtMs) return;
      if (this.control === granted) this.onInjector(event, hands);
    });
    this.locks = undefined;
    this.become(granted);
    void this.tellKeyboard();
  }

  private onInjector(event: InjectorEvent, hands: OwnHands): void {
    if (event.tag === 'ownInput') return hands.used(event.holding);
    const nowMs = this.parts.clock.monotonicMs();
    if (nowMs - (this.toldAtMs.get(event.what) ?? Number.NEGATIVE_INFINITY) < TELL_AGAIN_MS) return;
    this.toldAtMs.set(event.what, nowMs);
    this.kept = { what: event.what, count: (this.kept?.count ?? 0) + 1 };
    this.parts.notes.tell({ tag: 'keptAway', what: event.what });
    this.parts.changed();
  }

  /** The novice's hands come first: what the expert holds is let go of at once. */
  private onHands(busy: boolean): void {
    if (busy) this.release();
    this.parts.notes.tell({ tag: 'pause', paused: busy, quietSeconds: this.parts.quietSeconds() });
    if (!busy && this.locks !== undefined) this.inject([this.locks]);
    this.parts.changed();
  }

  private async tellKeyboard(): Promise<void> {
    const { desktop, notes, onError } = this.parts;
    try {
      const layout = await desktop.keyboardLayout();
      notes.tell({ tag: 'keyboard', text: desktop.typesText === true, code: layout?.code ?? '', name: layout?.name ?? '' });
    } catch (error) {
      onError(error);
    }
  }

  private become(next: Control): void {
    this.letGo();
    this.control = next;
    if (next.tag === 'granted') this.wasControlled = true;
    if (next.tag !== 'no' && next.tag !== 'refused') this.wishedFor = false;
    // Nothing is said while the novice thinks; every answer is told.
    if (next.tag !== 'asked' && next.tag !== 'offered') this.parts.channel.announce(next.tag === 'granted');
    this.parts.changed();
  }

  /** Releases and closes what the present state holds. */
  private letGo(): void {
    const { control } = this;
    if (control.tag === 'asked' || control.tag === 'offered') control.prompt.abort();
    if (control.tag !== 'granted') return;
    const paused = control.hands.busy;
    control.hands.end();
    if (paused) this.parts.notes.tell({ tag: 'pause', paused: false, quietSeconds: this.parts.quietSeconds() });
    this.release();
    control.injector.close().catch(this.parts.onError);
  }
}
