import type { ControlExpert } from '../../protocol/assistance/control-expert.ts';
import type { ControlState } from '../../protocol/assistance/status.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { Clock } from '../clock.ts';
import type { ExpertLink, ExpertLinkEvent } from '../connection/contract.ts';
import type { FromViewerMessage, ToViewerMessage, ViewerSink } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { FrameMeter } from './frame-meter.ts';

export interface ExpertSessionParts {
  readonly link: ExpertLink;
  /** Among the channels that the link has been opened with; what changes there is told to {@link ExpertSession.controlChanged}. */
  readonly control: ControlExpert;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** Control or size has changed. */
  readonly changed: () => void;
  /** The picture is wanted before there is a viewer: where nothing else tells that the novice has said yes. */
  readonly wantsPicture?: boolean;
}

/** The expert's side of one RDP connection: the picture goes to the viewer, undecoded and unbuffered; its input goes out while control is granted. */
export class ExpertSession {
  private readonly parts: ExpertSessionParts;
  private readonly painted = new FrameMeter();
  private readonly arrived = new FrameMeter();
  /** `wanted`: its window is to be seen. */
  private viewer: { readonly sink: ViewerSink; readonly off: () => void; wanted: boolean } | undefined;
  private size: Size | undefined;
  private marked = false;
  private lastArrivalMs = Number.NEGATIVE_INFINITY;
  private pointer: Extract<ToViewerMessage, { tag: 'pointerShape' }> | undefined;
  private position: Extract<ToViewerMessage, { tag: 'pointerPosition' }> | undefined;
  private newestRoundTripMs: number | undefined;
  private closed = false;

  constructor(parts: ExpertSessionParts) {
    this.parts = parts;
  }

  get controlState(): ControlState {
    return this.closed ? 'no' : this.parts.control.state;
  }
  get controlled(): boolean {
    return this.parts.control.wasGranted;
  }
  /** Size of the novice's desktop, once known. */
  get desktop(): Size | undefined {
    return this.size;
  }
  /** Painted frames where the novice marks frames, else updates that came at different moments. */
  get framesPerSecond(): number {
    return (this.marked ? this.painted : this.arrived).perSecond(this.parts.clock.now());
  }
  get roundTripMs(): number | undefined {
    return this.newestRoundTripMs;
  }

  /** Everything the link says, but its end. */
  onLink(event: Exclude<ExpertLinkEvent, { tag: 'ended' }>): void {
    if (this.closed) return;
    switch (event.tag) {
      case 'presented':
        return;
      case 'active':
        this.size = event.desktop;
        // It was a place on a desktop of another size.
        this.position = undefined;
        this.introduce();
        if (this.viewer?.wanted !== true && this.parts.wantsPicture !== true) this.parts.link.setDisplayWanted(false);
        this.parts.changed();
        return;
      case 'graphics':
        this.countArrival();
        this.show(event);
        return;
      case 'pointerShape':
        this.pointer = event;
        this.show(event);
        return;
      case 'pointerPosition':
        this.position = event;
        this.show(event);
        return;
      case 'roundTrip':
        this.newestRoundTripMs = event.ms;
    }
  }

  /**
   * From now on the picture goes here. Without a viewer, or while its window cannot be seen (not `wanted`), the novice is told that none is
   * wanted; the first one gets a whole picture.
   */
  attach(sink: ViewerSink, wanted: boolean): () => void {
    this.detach();
    const off = sink.onEvent((event) => this.onViewer(sink, event));
    this.viewer = { sink, off, wanted };
    if (this.size !== undefined) {
      this.introduce();
      this.parts.link.setDisplayWanted(wanted);
      this.parts.link.refresh([{ x: 0, y: 0, ...this.size }]);
    }
    return () => {
      if (this.viewer?.sink === sink) this.detach();
    };
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
    this.show({ tag: 'control', granted: this.mayInput });
    this.parts.changed();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.detach();
    this.closed = true;
    await this.parts.link.close();
  }

  private get negotiable(): boolean {
    return !this.closed && this.parts.control.negotiable;
  }

  /** Where control cannot be negotiated, input is sent and the novice's side alone decides whether it counts. */
  private get mayInput(): boolean {
    return this.size !== undefined && (this.controlState === 'granted' || !this.negotiable);
  }

  private introduce(): void {
    if (this.size === undefined) return;
    this.show({ tag: 'size', size: this.size });
    this.show({ tag: 'control', granted: this.mayInput });
    if (this.pointer !== undefined) this.show(this.pointer);
    if (this.position !== undefined) this.show(this.position);
  }

  private show(message: ToViewerMessage): void {
    const viewer = this.viewer;
    if (viewer === undefined) return;
    try {
      viewer.sink.send(message);
    } catch (error) {
      // A window that is gone; the next one starts with a whole picture.
      this.parts.onError(error);
      this.detach();
    }
  }

  private detach(): void {
    const viewer = this.viewer;
    if (viewer === undefined) return;
    this.viewer = undefined;
    viewer.off();
    if (!this.closed && this.size !== undefined) this.parts.link.setDisplayWanted(false);
  }

  private onViewer(sink: ViewerSink, event: FromViewerMessage): void {
    if (this.closed || this.viewer?.sink !== sink) return;
    switch (event.tag) {
      case 'painted':
        this.marked = true;
        this.painted.count(this.parts.clock.now());
        this.parts.link.acknowledgeFrame(event.frameId);
        return;
      case 'input':
        if (this.mayInput) this.parts.link.sendInput(event.events);
        return;
      case 'displayWanted':
        // Before the session is active the novice cannot be told; `active` does it then.
        this.viewer.wanted = event.wanted;
        this.parts.link.setDisplayWanted(event.wanted);
    }
  }

  private countArrival(): void {
    const nowMs = this.parts.clock.now();
    if (this.marked || nowMs === this.lastArrivalMs) return;
    this.lastArrivalMs = nowMs;
    this.arrived.count(nowMs);
  }
}
