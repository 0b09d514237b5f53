import type { ControlPause, ControlState, KeptAway } from '../../protocol/assistance/status.ts';
import type { SoundState } from '../../protocol/rdp/sound-state.ts';
import { typedIn } from './typed-input.ts';
import { isSamePart, type SharedPart, type SharedState, type Sharing } from '../../protocol/rdp/shared-part.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { DesktopLayout } from '../../protocol/rdp/desktop-layout.ts';
import type { DisconnectReason } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import type { Clock } from '../clock.ts';
import type { NoviceLink, NoviceLinkEvent } from '../connection/contract.ts';
import type { Desktop } from '../desktop/contract.ts';
import type { Interruptions } from '../interruptions.ts';
import type { ConsentPrompts, Peer } from './contract.ts';
import type { NoviceAttendance } from './attendance.ts';
import { errorText } from './error-text.ts';
import { NoviceControl } from './novice-control.ts';
import { NovicePicture } from './novice-picture.ts';
import { NovicePointer } from './novice-pointer.ts';
import { NoviceSharing } from './novice-sharing.ts';
import { NoviceSound } from './novice-sound.ts';
import { perTurn } from './per-turn.ts';
import { Scope } from './scope.ts';
import type { NoviceChannels } from './session-channels.ts';

/** The clock in the novice's own window goes on each second: that is no picture that moves. */
const AT_REST_FRAMES_PER_SECOND = 2;

export interface NoviceSessionParts {
  readonly link: NoviceLink;
  /** The link's channels: passed with {@link NoviceSession.admit}, or already, where the link was admitted before the session began. */
  readonly channels: NoviceChannels;
  readonly desktop: Desktop;
  readonly consent: ConsentPrompts;
  readonly clock: Clock;
  readonly interruptions: Interruptions;
  readonly peer: Peer;
  readonly quietSeconds: () => number;
  readonly onError: (error: unknown) => void;
  /** The novice has said yes to another part. */
  readonly granted: (part: SharedPart) => void;
  /** Control, size, or whether anybody looks has changed. */
  readonly changed: () => void;
  readonly desktopFailed: (detail: string) => void;
  readonly failed: (detail: string) => void;
  /** The novice has chosen in this session that the expert hears what this computer plays. */
  readonly soundWished: boolean;
  /** The sound has ended by itself. */
  readonly soundEnded: () => void;
  /** Of the session, however many connections it has. */
  readonly watch: NoviceAttendance;
}

/**
 * The novice's side of one RDP connection, from consent to the end: the real desktop goes out, input comes in while control is granted.
 * `close` is the only way out and leaves no key pressed and nothing open.
 */
export class NoviceSession {
  private readonly parts: NoviceSessionParts;
  private readonly scope: Scope;
  private readonly lifetime = new AbortController();
  private readonly pointer: NovicePointer;
  private readonly picture: NovicePicture;
  private readonly control: NoviceControl;
  private readonly sharing: NoviceSharing;
  private readonly sounds: NoviceSound;
  private newestRoundTripMs: number | undefined;
  /** Presses and releases of keys that have come on this connection. */
  typed = 0;
  private silentSince: number | undefined;
  /** Chosen before anything was shown on this connection. */
  private instead: SharedPart | undefined;
  private readonly tellWanted: () => void;

  constructor(parts: NoviceSessionParts) {
    this.parts = parts;
    this.tellWanted = perTurn(parts.clock, parts.changed);
    const { link, desktop, consent, clock, interruptions, peer, onError, changed } = parts;
    this.scope = new Scope(onError);
    const desktopFailed = (error: unknown): void => this.desktopFailed(error);
    const failed = (error: unknown): void => parts.failed(errorText(error));
    this.pointer = new NovicePointer({ link, clock, failed });
    const { signal } = this.lifetime;
    const { control: channel, notes } = parts.channels;
    const { granted } = parts;
    this.sharing = new NoviceSharing({ desktop, notes, consent, clock, interruptions, peer, signal, granted, changed, onError });
    const stateChanged = (state: SharedState): void => this.sharing.become(state);
    this.picture = new NovicePicture({
      link,
      stateChanged,
      screensChanged: () => this.sharing.screensChanged(),
      titled: (title) => this.sharing.titled(title),
      desktop,
      clock,
      pointer: this.pointer,
      notes,
      aside: () => this.sounds.bytesPerSecond,
      scope: this.scope,
      desktopFailed,
      failed,
    });
    notes.listen({ quality: (quality) => this.picture.choose(quality), part: (part) => this.sharing.wished(part) });
    this.sounds = new NoviceSound(
      {
        channel: parts.channels.sound,
        notes,
        source: desktop.sound,
        openEncoder: desktop.openSoundEncoder,
        link,
        clock,
        atRest: () => this.picture.framesPerSecond <= AT_REST_FRAMES_PER_SECOND,
        changed,
        ended: parts.soundEnded,
        onError,
      },
      parts.soundWished,
    );
    const { quietSeconds } = parts;
    this.control = new NoviceControl({
      channel,
      notes,
      desktop,
      consent,
      clock,
      interruptions,
      peer,
      quietSeconds,
      signal,
      changed,
      onError,
      failed: desktopFailed,
    });
    this.attendanceChanged();
  }

  get controlState(): ControlState {
    return this.control.state;
  }
  /** The expert would like control, and no question is put about it any more. */
  get controlWished(): boolean {
    return this.control.wished;
  }
  /** While the novice uses mouse or keyboard, and shortly after. */
  get controlPause(): ControlPause | undefined {
    return this.control.pause;
  }
  get keptAway(): KeptAway | undefined {
    return this.control.keptAway;
  }
  /** Control has been granted at least once. */
  get controlled(): boolean {
    return this.control.wasGranted;
  }
  get framesPerSecond(): number {
    return this.picture.framesPerSecond;
  }
  get pictureAgeMs(): number | undefined {
    return this.picture.ageMs;
  }
  get viewing(): boolean {
    return this.picture.wanted;
  }
  /** What of this computer is shown, once something is. */
  get shared(): Sharing | undefined {
    return this.sharing.now;
  }
  /** The expert would like to see this instead. */
  get wishedPart(): SharedPart | undefined {
    return this.sharing.wish;
  }
  get sound(): SoundState {
    return this.sounds.state;
  }
  get roundTripMs(): number | undefined {
    return this.newestRoundTripMs;
  }
  /** Since when nothing has been heard of the expert, as Unix time; undefined while the line is not silent. */
  get silentSinceMs(): number | undefined {
    return this.silentSince;
  }

  /** The novice has said yes: opens the capture and lets the expert in. Failure is reported as `desktopFailed`. */
  async admit(part: SharedPart): Promise<void> {
    await this.withDesktop(part, (size) => this.parts.link.admit(size, this.parts.channels.list));
  }

  /** The same where the expert has been let in before, to a blank desktop: the picture comes in its own size. */
  async show(active: Extract<NoviceLinkEvent, { tag: 'active' }>, part: SharedPart): Promise<void> {
    await this.withDesktop(part, () => this.onActive(active));
  }

  /** Everything the link says, but its end. */
  onLink(event: Exclude<NoviceLinkEvent, { tag: 'ended' }>): void {
    if (this.scope.closed) return;
    switch (event.tag) {
      case 'active':
        this.onActive(event);
        return;
      case 'input':
        this.onInput(event.events);
        return;
      case 'roundTrip':
        this.newestRoundTripMs = event.ms;
        return;
      case 'line':
        this.silentSince = event.silent ? this.parts.clock.now() : undefined;
        if (event.silent) this.control.release();
        this.parts.changed();
        return;
      case 'display': {
        const before = this.picture.wanted;
        this.picture.onLink(event);
        if (this.picture.wanted !== before) this.tellWanted();
        return;
      }
      default:
        this.picture.onLink(event);
    }
  }

  /** The novice offers control, the expert need not have asked; the same question is put. Nothing happens before the session is active. */
  offerControl(): void {
    this.parts.watch.sign();
    if (this.picture.wasActive) this.control.offer();
  }

  /** At once: keys are released before anything else happens. */
  takeBackControl(): void {
    this.control.takeBack();
    this.parts.watch.sign();
  }

  /** The novice shows this from now on, and nothing else: what the expert holds is let go of, and its input goes there. */
  share(part: SharedPart): void {
    this.parts.watch.sign();
    if (this.scope.closed) return;
    if (this.sharing.now === undefined) {
      this.instead = part;
      return;
    }
    this.control.aim(part);
    this.sharing.share(part);
    this.picture.share(part, this.lifetime.signal).catch((error: unknown) => this.desktopFailed(error));
  }

  /** What the novice wants; nothing is recorded before the session is active. */
  setSound(on: boolean): void {
    this.sounds.set(on);
  }

  /** Whether the novice is still there has changed. */
  attendanceChanged(): void {
    this.control.setAway(this.parts.watch.now === 'away');
  }

  /** The connection is gone, and the other side is looked for: nothing is held and nothing is shown. */
  lost(): void {
    this.silentSince ??= this.parts.clock.now();
    void this.close('userRequested');
  }

  /** Releases every key first, then says goodbye with the reason and closes what was opened. Idempotent. */
  async close(reason: DisconnectReason): Promise<void> {
    this.control.end();
    this.sounds.stop();
    this.lifetime.abort();
    this.picture.stop();
    const closed = this.scope.close();
    await Promise.allSettled([this.parts.link.close(reason), closed]);
  }

  private async withDesktop(part: SharedPart, begin: (size: DesktopLayout) => void): Promise<void> {
    try {
      const opened = await this.opened(part);
      if (opened === undefined) return;
      const { shown, size } = opened;
      this.sharing.share(shown);
      this.parts.channels.begin();
      this.control.begin(shown);
      this.parts.watch.begin();
      void this.sounds.begin();
      begin(size);
    } catch (error) {
      this.desktopFailed(error);
    }
  }

  /** What the novice chooses while it is being opened takes its place, and the first is never shown. */
  private async opened(part: SharedPart): Promise<{ readonly shown: SharedPart; readonly size: DesktopLayout } | undefined> {
    for (let shown = part; ; ) {
      let size: DesktopLayout | undefined;
      try {
        size = await this.picture.open(shown, this.lifetime.signal);
      } catch (error) {
        if (this.instead === undefined || isSamePart(this.instead, shown)) throw error;
      }
      const { instead } = this;
      this.instead = undefined;
      if (instead === undefined || isSamePart(instead, shown)) return size === undefined ? undefined : { shown, size };
      if (this.scope.closed) return undefined;
      shown = instead;
    }
  }

  private onActive(active: Extract<NoviceLinkEvent, { tag: 'active' }>): void {
    if (this.picture.start(active)) this.parts.changed();
  }

  private onInput(events: readonly InputEvent[]): void {
    this.typed += typedIn(events);
    // What was aimed at another part of the desktop arrives nowhere.
    if (this.control.state !== 'granted' || !this.picture.isSeen) return;
    if (this.control.pause === undefined) this.pointer.steeredBy(events);
    this.control.inject(events);
  }

  private desktopFailed(error: unknown): void {
    if (!this.scope.closed) this.parts.desktopFailed(errorText(error));
  }
}
