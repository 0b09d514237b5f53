import type { ControlExpert } from '../../protocol/assistance/control-expert.ts';
import type { NotesExpert } from '../../protocol/assistance/notes-expert.ts';
import type { Sharing } from '../../protocol/rdp/shared-part.ts';
import type { FilmMaker } from '../../protocol/rdp/film-maker.ts';
import type { PictureQuality } from '../../protocol/rdp/picture-quality.ts';
import type { ControlPause, ControlState, KeptAway } from '../../protocol/assistance/status.ts';
import { TypedInput } from './typed-input.ts';
import type { SoundState } from '../../protocol/rdp/sound-state.ts';
import { viewerSound } from '../../protocol/rdp/channels/sound/sound-formats.ts';
import type { ReceivedSound } from '../../protocol/rdp/channels/sound/sound-client.ts';
import { type DesktopLayout, desktopLayout } from '../../protocol/rdp/desktop-layout.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { Clock } from '../clock.ts';
import type { ExpertLink, ExpertLinkEvent } from '../connection/contract.ts';
import type { ToViewer } from '../../protocol/rdp/graphics/viewer-messages.ts';
import type { ViewerSink } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { ExpertPictureRate } from './expert-picture-rate.ts';
import { ExpertPointer } from './expert-pointer.ts';
import { Viewers, type ViewedSession } from './viewers.ts';

export interface ExpertSessionParts {
  readonly link: ExpertLink;
  /** Among the channels that the link has been opened with; what changes there is told to {@link ExpertSession.controlChanged}. */
  readonly control: ControlExpert;
  /** The same for what the novice's side notes. */
  readonly notes: NotesExpert;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** Control, size, or whether the window is to be seen has changed. */
  readonly changed: () => void;
  /** The picture is wanted before there is a viewer: where nothing else tells that the novice has said yes. */
  readonly wantsPicture?: boolean;
}

/** The expert's side of one RDP connection: the picture goes to the viewers, undecoded and unbuffered; their input goes out while control is granted. */
export class ExpertSession {
  private readonly parts: ExpertSessionParts;
  private readonly rate = new ExpertPictureRate();
  private readonly pointer = new ExpertPointer();
  private readonly viewers: Viewers;
  /** What has been typed on this connection. */
  readonly typed = new TypedInput();
  private size: DesktopLayout | undefined;
  private newestRoundTripMs: number | undefined;
  private silentSince: number | undefined;
  /** What is to be typed once more. */
  private owed: readonly InputEvent[] = [];
  private closed = false;

  constructor(parts: ExpertSessionParts) {
    this.parts = parts;
    this.viewers = new Viewers(this.viewed());
  }

  get controlState(): ControlState {
    return this.closed ? 'no' : this.parts.control.state;
  }
  get controlled(): boolean {
    return this.parts.control.wasGranted;
  }
  /** While the novice uses mouse or keyboard themselves. */
  get controlPause(): ControlPause | undefined {
    const { pause } = this.parts.notes;
    return this.controlState === 'granted' && pause?.paused === true ? { quietSeconds: pause.quietSeconds } : undefined;
  }
  get keptAway(): KeptAway | undefined {
    return this.parts.notes.keptAway;
  }
  /** Size of the novice's desktop, once known. */
  get desktop(): Size | undefined {
    return this.size;
  }
  /** Painted frames where the novice marks frames, else updates that came at different moments. */
  get framesPerSecond(): number {
    return this.rate.perSecond(this.parts.clock.monotonicMs());
  }
  /** As the novice's side measures it. */
  get pictureAgeMs(): number | undefined {
    return this.parts.notes.picture?.ageMs;
  }
  /** What the novice's side makes the picture for; undefined where there is nothing to choose. */
  get quality(): PictureQuality | undefined {
    return this.parts.notes.picture?.quality;
  }
  /** What of the novice's computer is shown, as the novice's side says. */
  get shared(): Sharing | undefined {
    const { sharing } = this.parts.notes;
    if (sharing === undefined) return undefined;
    const { tag: _note, ...said } = sharing;
    return said;
  }
  /** What makes the film of the picture there; undefined where its program does not say. */
  get filmBy(): FilmMaker | undefined {
    return this.parts.notes.picture?.filmBy;
  }
  /** What has come of this person's wish for another part. */
  get partWish(): 'asked' | 'refused' | undefined {
    return this.parts.notes.partWish;
  }
  /** What the novice's side says of its sound. */
  get sound(): SoundState | undefined {
    const { sound } = this.parts.notes;
    return sound === undefined ? undefined : { state: sound.state, ...(sound.why === undefined ? {} : { why: sound.why }) };
  }
  get viewing(): boolean {
    return this.viewers.wanted;
  }
  get roundTripMs(): number | undefined {
    return this.newestRoundTripMs;
  }
  /** Since when nothing has been heard of the novice, as Unix time; undefined while the line is not silent. */
  get silentSinceMs(): number | undefined {
    return this.silentSince;
  }

  /** Everything the link says, but its end. */
  onLink(event: Exclude<ExpertLinkEvent, { tag: 'ended' }>): void {
    if (this.closed) return;
    switch (event.tag) {
      case 'presented':
        return;
      case 'active':
        this.size = event.desktop;
        this.pointer.forgetPosition();
        this.viewers.introduce();
        if (!this.viewers.wanted && this.parts.wantsPicture !== true) this.parts.link.setDisplayWanted(false);
        this.parts.changed();
        return;
      case 'monitors':
        if (this.size === undefined) return;
        this.size = desktopLayout(this.size, event.monitors);
        this.viewers.show({ tag: 'layout', layout: this.size });
        return;
      case 'graphics':
        this.rate.countArrived(this.parts.clock.monotonicMs());
        this.viewers.show(event);
        return;
      case 'pointerShape':
      case 'pointerPosition':
        this.pointer.heard(event);
        this.viewers.show(event);
        return;
      case 'roundTrip':
        this.newestRoundTripMs = event.ms;
        return;
      case 'line':
        this.silentSince = event.silent ? this.parts.clock.now() : undefined;
        this.controlChanged();
    }
  }

  /**
   * From now on the picture goes here too. Without a viewer, or while no window of theirs can be seen (not `wanted`), the novice is told that
   * none is wanted; a new one gets a whole picture.
   */
  attach(sink: ViewerSink, wanted: boolean): () => void {
    return this.viewers.attach(sink, wanted);
  }

  /** Throws AssistanceError NO_CHANNEL where control cannot be negotiated. */
  requestControl(): void {
    if (!this.negotiable) throw new AssistanceError('NO_CHANNEL', 'this connection has no channel to ask for control on');
    this.parts.control.request();
  }

  releaseControl(): void {
    this.parts.control.release();
  }

  /** The control channel's state is another. */
  controlChanged(): void {
    if (this.closed) return;
    this.viewers.show({ tag: 'control', granted: this.mayInput });
    this.parts.changed();
  }

  /** A block of the novice's sound, to whoever shows the picture; undefined: it pauses. */
  heard(sound: ReceivedSound | undefined): void {
    if (!this.closed) this.viewers.show(sound === undefined ? { tag: 'soundPaused' } : { tag: 'sound', sound: viewerSound(sound) });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.viewers.close();
    this.closed = true;
    await this.parts.link.close();
  }

  /**
   * What never came of what was typed on the connection before, now that there is control again: after so long, and before anything that is pressed
   * meanwhile, which would stand in front of it or lead it elsewhere. The returned function takes it back.
   */
  typeAgain(events: readonly InputEvent[], afterMs: number): () => void {
    this.owed = events;
    return this.parts.clock.after(afterMs, () => this.typeOwed());
  }

  /** The connection is gone, and the other side is looked for: the last picture stays, and nothing is sent. */
  lost(): void {
    this.silentSince ??= this.parts.clock.now();
    this.controlChanged();
  }

  private get negotiable(): boolean {
    return !this.closed && this.parts.control.negotiable;
  }

  /** Where control cannot be negotiated, input is sent and the novice's side alone decides whether it counts. */
  private get steers(): boolean {
    return this.size !== undefined && (this.controlState === 'granted' || !this.negotiable);
  }

  /** What is typed while the line is silent would come all at once, into a picture that nobody has seen. */
  private get mayInput(): boolean {
    return this.steers && this.silentSince === undefined && this.controlPause === undefined;
  }

  /** On a silent line, and while control pauses, only what ends a hold. */
  private sendInput(events: readonly InputEvent[]): void {
    const sent =
      this.silentSince === undefined && this.controlPause === undefined ? events : events.filter((event) => 'down' in event && !event.down);
    if (!this.steers || sent.length === 0) return;
    if (sent.some((event) => 'down' in event && event.down)) this.typeOwed();
    this.type(sent);
  }

  private typeOwed(): void {
    const { owed } = this;
    this.owed = [];
    if (!this.closed && this.mayInput && owed.length > 0) this.type(owed);
  }

  private type(events: readonly InputEvent[]): void {
    this.typed.sent(events);
    this.parts.link.sendInput(events);
  }

  private viewed(): ViewedSession {
    const { link, clock, onError, changed } = this.parts;
    return {
      clock,
      onError,
      introduction: () => this.introduction(),
      setDisplayWanted: (wanted) => {
        link.setDisplayWanted(wanted);
        changed();
      },
      refresh: () => {
        if (this.size !== undefined) link.refresh([{ x: 0, y: 0, width: this.size.width, height: this.size.height }]);
      },
      setReading: (reading) => link.setReading(reading),
      heard: (event) => {
        if (event.tag === 'painted') {
          this.rate.countPainted(clock.monotonicMs());
          link.acknowledgeFrame(event.frameId);
        } else if (event.tag === 'resized') this.resized(event.size);
        else this.sendInput(event.events);
      },
    };
  }

  /** What the novice's desktop has become without the connection being told. */
  private resized(size: Size): void {
    if (this.size === undefined || (this.size.width === size.width && this.size.height === size.height)) return;
    this.size = size;
    this.parts.changed();
  }

  private introduction(): readonly ToViewer[] {
    if (this.size === undefined) return [];
    return [{ tag: 'size', size: this.size }, { tag: 'control', granted: this.mayInput }, ...this.pointer.introduction];
  }
}
