import type { ControlState } from '../../protocol/assistance/status.ts';
import { CONSENT_DEADLINE_MS, CONTROL_COOL_DOWN_MS } from '../../protocol/assistance/timing.ts';
import { ENCOMSP_CHANNEL, decodeEncomsp, encodeEncomsp } from '../../protocol/rdp/channels/encomsp.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { GraphicsSettings, PointerShape } from '../../protocol/rdp/graphics/contract.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { RdpDisconnectReason } from '../../protocol/rdp/server/contract.ts';
import type { Clock } from '../clock.ts';
import type { NoviceLink, NoviceLinkEvent } from '../connection/contract.ts';
import type { CaptureEvent, Desktop, InputInjector, ScreenCapture } from '../desktop/contract.ts';
import type { ConsentPrompts, Peer } from './contract.ts';
import { errorText } from './error-text.ts';
import { FramePump } from './frame-pump.ts';
import { askPerson } from './prompt.ts';
import { Scope } from './scope.ts';

/** After the expert's mouse has moved ours, its own movement is not told back to it for this long: it would pull at its hand. */
const POINTER_ECHO_MS = 500;

/** The one participant beside the novice; the number FreeRDP's own examples use. */
const EXPERT_PARTICIPANT_ID = 7;
const MAX_NAME_CHARACTERS = 64;

export interface NoviceSessionParts {
  readonly link: NoviceLink;
  readonly desktop: Desktop;
  readonly consent: ConsentPrompts;
  readonly clock: Clock;
  readonly peer: Peer;
  readonly onError: (error: unknown) => void;
  /** Control, traffic or size has changed. */
  readonly changed: () => void;
  readonly desktopFailed: (detail: string) => void;
  readonly failed: (detail: string) => void;
}

type Control =
  | { readonly tag: 'no' }
  | { readonly tag: 'refused' }
  | { readonly tag: 'asked'; readonly prompt: AbortController }
  | { readonly tag: 'granted'; readonly injector: InputInjector };

/**
 * The novice's side of one RDP connection, from consent to the end: the real desktop goes out, input comes in while control is granted.
 * `close` is the only way out and leaves no key pressed and nothing open.
 */
export class NoviceSession {
  private readonly parts: NoviceSessionParts;
  private readonly scope: Scope;
  private readonly lifetime = new AbortController();
  private readonly pump: FramePump;
  private capture: ScreenCapture | undefined;
  private control: Control = { tag: 'no' };
  private channels: readonly string[] = [];
  private active = false;
  private announced = false;
  private wasControlled = false;
  private pointerShape: { readonly shape: PointerShape | null } | undefined;
  /** Where the expert's mouse has last put ours. */
  private steered = { atMs: Number.NEGATIVE_INFINITY, x: 0, y: 0 };
  private cancelPointer: () => void = () => {};
  private askAgainAtMs = Number.NEGATIVE_INFINITY;
  private newestRoundTripMs: number | undefined;

  constructor(parts: NoviceSessionParts) {
    this.parts = parts;
    this.scope = new Scope(parts.onError);
    this.scope.add(() => this.cancelPointer());
    this.pump = new FramePump({
      link: parts.link,
      clock: parts.clock,
      failed: (error) => this.fail(error),
    });
  }

  get controlState(): ControlState {
    return this.control.tag;
  }
  /** Control has been granted at least once. */
  get controlled(): boolean {
    return this.wasControlled;
  }
  get framesPerSecond(): number {
    return this.pump.framesPerSecond;
  }
  get roundTripMs(): number | undefined {
    return this.newestRoundTripMs;
  }

  /** The novice has said yes: opens the capture and lets the expert in. Failure is reported as `desktopFailed`. */
  async admit(): Promise<void> {
    await this.withCapture((capture) => this.parts.link.admit(capture.size));
  }

  /** The same where the expert has been let in before, to a blank desktop: the picture comes in its own size. */
  async show({ graphics, desktop, channels }: Extract<NoviceLinkEvent, { tag: 'active' }>): Promise<void> {
    await this.withCapture(() => this.onActive(graphics, desktop, channels));
  }

  private async withCapture(begin: (capture: ScreenCapture) => void): Promise<void> {
    try {
      const capture = await this.parts.desktop.openCapture(this.lifetime.signal);
      this.scope.add(() => capture.close());
      if (this.scope.closed) return;
      this.capture = capture;
      this.scope.add(capture.onEvent((event) => this.onCapture(event)));
      begin(capture);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Everything the link says, but its end. */
  onLink(event: Exclude<NoviceLinkEvent, { tag: 'ended' }>): void {
    if (this.scope.closed) return;
    switch (event.tag) {
      case 'active':
        this.onActive(event.graphics, event.desktop, event.channels);
        return;
      case 'input':
        this.inject(event.events);
        return;
      case 'refresh':
        this.capture?.refresh(event.areas);
        this.pump.forgetUnacknowledged();
        return;
      case 'display':
        this.pump.setWanted(event.wanted);
        return;
      case 'frameAcknowledged':
        this.pump.acknowledged(event.frameId);
        return;
      case 'roundTrip':
        this.newestRoundTripMs = event.ms;
        return;
      case 'channel':
        this.onChannel(event.name, event.data);
    }
  }

  /** The novice offers control, the expert need not have asked; the same question is put. Nothing happens before the session is active. */
  offerControl(): void {
    if (this.active && (this.control.tag === 'no' || this.control.tag === 'refused')) void this.askControl();
  }

  /** At once: keys are released before anything else happens. */
  takeBackControl(): void {
    this.setControl({ tag: 'no' });
  }

  /** Releases every key first, then says goodbye with the reason and closes what was opened. Idempotent. */
  async close(reason: RdpDisconnectReason): Promise<void> {
    this.endControl();
    this.control = { tag: 'no' };
    this.lifetime.abort();
    this.pump.stop();
    this.active = false;
    const closed = this.scope.close();
    await Promise.allSettled([this.parts.link.close(reason), closed]);
  }

  private onActive(graphics: GraphicsSettings, desktop: Size, channels: readonly string[]): void {
    const capture = this.capture;
    if (capture === undefined) return;
    this.channels = channels;
    if (capture.size.width !== desktop.width || capture.size.height !== desktop.height) {
      // The screen changed while the connection was being set up: no picture until both agree.
      this.parts.link.resize(capture.size);
      return;
    }
    this.active = true;
    this.pump.start(capture, graphics);
    if (this.pointerShape !== undefined) this.parts.link.sendPointerShape(this.pointerShape.shape);
    if (!this.announced) this.announceParticipant();
    this.parts.changed();
  }

  private onCapture(event: CaptureEvent): void {
    if (this.scope.closed) return;
    try {
      switch (event.tag) {
        case 'resized':
          if (!this.active) return;
          this.active = false;
          this.pump.pause();
          this.parts.link.resize(event.size);
          return;
        case 'pointerShape':
          this.pointerShape = { shape: event.shape };
          if (this.active) this.parts.link.sendPointerShape(event.shape);
          return;
        case 'pointerMoved':
          this.onPointerMoved(event);
          return;
        case 'failed':
          this.parts.desktopFailed(event.error.message);
      }
    } catch (error) {
      this.parts.failed(errorText(error));
    }
  }

  /** What the novice or a program did to the pointer right after the expert is told when the expert's hand has come to rest. */
  private onPointerMoved(event: Extract<CaptureEvent, { tag: 'pointerMoved' }>): void {
    this.cancelPointer();
    if (!this.active) return;
    const { atMs, x, y } = this.steered;
    const waitMs = atMs + POINTER_ECHO_MS - this.parts.clock.now();
    if (waitMs <= 0) this.parts.link.sendPointerPosition(event.x, event.y);
    else if (event.x !== x || event.y !== y) this.cancelPointer = this.parts.clock.after(waitMs, () => this.onCapture(event));
  }

  private inject(events: readonly InputEvent[]): void {
    if (this.control.tag !== 'granted') return;
    const steering = events.findLast((event) => event.tag === 'pointerMove' || event.tag === 'pointerButton' || event.tag === 'wheel');
    if (steering !== undefined) {
      this.steered = { atMs: this.parts.clock.now(), x: steering.x, y: steering.y };
      this.cancelPointer();
    }
    try {
      this.control.injector.inject(events);
    } catch (error) {
      this.fail(error);
    }
  }

  private onChannel(name: string, data: Uint8Array): void {
    if (name !== ENCOMSP_CHANNEL) return;
    for (const message of decodeEncomsp(data)) {
      if (message.tag !== 'controlChange') continue;
      if (message.interact) this.onControlRequest();
      else if (this.control.tag === 'granted') this.setControl({ tag: 'no' });
      else if (this.control.tag === 'asked') {
        // Who asks and takes it back all the time must not make questions flicker under the novice's hand.
        this.coolDown();
        this.setControl({ tag: 'no' });
      }
    }
  }

  private onControlRequest(): void {
    const control = this.control;
    if (control.tag === 'asked') return;
    // The answer is given again, the person is not bothered again.
    if (control.tag === 'granted' || this.parts.clock.now() < this.askAgainAtMs) this.announceParticipant();
    else void this.askControl();
  }

  private coolDown(): void {
    this.askAgainAtMs = this.parts.clock.now() + CONTROL_COOL_DOWN_MS;
  }

  private async askControl(): Promise<void> {
    const prompt = new AbortController();
    const asked: Control = { tag: 'asked', prompt };
    this.setControl(asked);
    // Whatever ends the state `asked` aborts the prompt, and so comes to `cancelDeadline`.
    const cancelDeadline = this.parts.clock.after(CONSENT_DEADLINE_MS, () => prompt.abort());
    const allowed = await askPerson(async (signal) => {
      // Where nothing can be injected (Wayland) there is nothing to ask; the session goes on without control.
      const { input } = await this.parts.desktop.support();
      return input && !signal.aborted && (await this.parts.consent.allowControl(this.parts.peer, signal));
    }, prompt.signal);
    cancelDeadline();
    if (this.control !== asked) return;
    if (!allowed) {
      this.coolDown();
      this.setControl({ tag: 'refused' });
      return;
    }
    try {
      const injector = await this.parts.desktop.openInput(this.lifetime.signal);
      if (this.control === asked && !this.scope.closed) this.setControl({ tag: 'granted', injector });
      else await injector.close();
    } catch (error) {
      if (this.control === asked) this.fail(error);
    }
  }

  private setControl(next: Control): void {
    this.endControl();
    this.control = next;
    if (next.tag === 'granted') this.wasControlled = true;
    // Nothing is said while the novice thinks; every answer is told.
    if (next.tag !== 'asked') this.announceParticipant();
    this.parts.changed();
  }

  /** Releases and closes what the present control state holds. */
  private endControl(): void {
    const control = this.control;
    if (control.tag === 'asked') control.prompt.abort();
    if (control.tag !== 'granted') return;
    try {
      control.injector.releaseAll();
    } catch (error) {
      this.parts.onError(error);
    }
    control.injector.close().catch(this.parts.onError);
  }

  /** Who may do what, as it is now; while the connection is not active (a change of resolution) it waits until it is. */
  private announceParticipant(): void {
    this.announced = this.active;
    if (!this.active || !this.channels.includes(ENCOMSP_CHANNEL)) return;
    const mayInteract = this.control.tag === 'granted';
    const name = this.parts.peer.friendlyName.slice(0, MAX_NAME_CHARACTERS);
    try {
      this.parts.link.sendChannel(
        ENCOMSP_CHANNEL,
        encodeEncomsp({ tag: 'participantCreated', participantId: EXPERT_PARTICIPANT_ID, mayView: true, mayInteract, you: true, name }),
      );
    } catch (error) {
      this.parts.onError(error);
    }
  }

  private fail(error: unknown): void {
    if (!this.scope.closed) this.parts.desktopFailed(errorText(error));
  }
}
