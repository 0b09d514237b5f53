import type { FromViewer, ToPicture, ToViewer } from '../../protocol/rdp/graphics/viewer-messages.ts';
import type { Clock } from '../clock.ts';
import type { ViewerSink } from './contract.ts';
import { ViewerFlow } from './viewer-flow.ts';

/**
 * The socket is left unread for so long at most. Neither side takes this for a silent line (SILENCE), and control
 * that is taken back meanwhile is heard of no later.
 */
export const LONGEST_PAUSE_MS = 750;

/** A follower that fell behind starts again after this at the earliest: starting costs everybody a whole picture. */
export const FOLLOWER_RESTS_MS = 5_000;

/** What the viewers need from the session they show. */
export interface ViewedSession {
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** What a viewer is told first; nothing before there is a picture. */
  introduction(): readonly ToViewer[];
  setDisplayWanted(wanted: boolean): void;
  /** Asks the novice for the whole picture. */
  refresh(): void;
  /** Pauses and resumes reading from the novice's socket. */
  setReading(reading: boolean): void;
  /** `painted` and `resized` of the viewer that sets the pace, and `input` of any. */
  heard(event: Exclude<FromViewer, { tag: 'taken' | 'displayWanted' | 'lost' }>): void;
}

interface Viewer {
  readonly sink: ViewerSink;
  readonly flow: ViewerFlow;
  off: () => void;
  /** Whether the viewer's window is visible. */
  wanted: boolean;
  /** Set while the viewer is behind: no picture is sent to it before this time, in Unix ms. */
  behindUntilMs: number | undefined;
}

/**
 * Everyone who watches one session. One sets the pace: while it is full nothing is read from the novice, so that the socket slows the novice down;
 * the others follow. Whoever cannot keep up (a follower that is full, a pace-setter that has been for {@link LONGEST_PAUSE_MS}) is told that it is
 * `behind`, keeps nobody waiting, and starts again with a whole picture once it has worked off what it was sent. While the one that sets the pace
 * is behind, the first that is not takes its place.
 */
export class Viewers {
  private readonly session: ViewedSession;
  private readonly viewers = new Set<Viewer>();
  private cancelPause: (() => void) | undefined;
  private readonly restarts = new Map<Viewer, () => void>();
  private closed = false;

  constructor(session: ViewedSession) {
    this.session = session;
  }

  /** Somebody looks. */
  get wanted(): boolean {
    for (const { wanted, behindUntilMs } of this.viewers) if (wanted && behindUntilMs === undefined) return true;
    return false;
  }

  /** Until the returned function is called. `wanted`: its window is to be seen. */
  attach(sink: ViewerSink, wanted: boolean): () => void {
    const viewer: Viewer = { sink, flow: new ViewerFlow(), off: () => undefined, wanted, behindUntilMs: undefined };
    const wasWanted = this.wanted;
    this.viewers.add(viewer);
    viewer.off = sink.onEvent((event) => this.onViewer(viewer, event));
    this.begin(viewer, wasWanted);
    return () => this.detach(viewer);
  }

  show(message: ToViewer): void {
    for (const viewer of this.viewers) this.tell(viewer, message);
  }

  /** A picture begins, of another size perhaps. */
  introduce(): void {
    for (const message of this.session.introduction()) this.show(message);
  }

  close(): void {
    for (const viewer of this.viewers) this.detach(viewer);
    this.closed = true;
  }

  private get pacer(): Viewer | undefined {
    let first: Viewer | undefined;
    for (const viewer of this.viewers) {
      if (viewer.behindUntilMs !== undefined) continue;
      if (viewer.sink.pace === 'sets') return viewer;
      first ??= viewer;
    }
    return first;
  }

  private begin(viewer: Viewer, wasWanted: boolean): void {
    const introduction = this.session.introduction();
    if (introduction.length === 0) return;
    for (const message of introduction) this.tell(viewer, message);
    // A hidden viewer that joins others changes nothing for the novice.
    if (!wasWanted || this.wanted !== wasWanted) this.session.setDisplayWanted(this.wanted);
    this.session.refresh();
  }

  private tell(viewer: Viewer, message: ToViewer): void {
    if (!this.viewers.has(viewer)) return;
    if (message.tag !== 'size' && message.tag !== 'layout' && message.tag !== 'graphics') this.send(viewer, message);
    else if (viewer.behindUntilMs === undefined) this.tellPicture(viewer, message);
  }

  private tellPicture(viewer: Viewer, message: ToPicture): void {
    const nowMs = this.session.clock.monotonicMs();
    const isPacer = viewer === this.pacer;
    if (!isPacer && viewer.flow.isFull(nowMs)) {
      this.fallBehind(viewer);
      return;
    }
    viewer.flow.sent(message, nowMs);
    this.send(viewer, message);
    // Sending may have shown that the viewer is gone.
    if (viewer === this.pacer && viewer.flow.isFull(nowMs)) this.pause();
  }

  private send(viewer: Viewer, message: ToViewer): void {
    try {
      viewer.sink.send(message);
    } catch (error) {
      // The window is gone; the next viewer starts with a whole picture.
      this.session.onError(error);
      this.detach(viewer);
    }
  }

  private detach(viewer: Viewer): void {
    const wasWanted = this.wanted;
    const wasPacer = viewer === this.pacer;
    if (!this.viewers.delete(viewer)) return;
    viewer.off();
    this.restarts.get(viewer)?.();
    this.restarts.delete(viewer);
    if (wasPacer) this.resume();
    this.tellDisplayWanted(wasWanted);
  }

  private tellDisplayWanted(wasWanted: boolean): void {
    if (!this.closed && this.wanted !== wasWanted && this.session.introduction().length > 0) this.session.setDisplayWanted(this.wanted);
  }

  private onViewer(viewer: Viewer, event: FromViewer): void {
    if (!this.viewers.has(viewer)) return;
    switch (event.tag) {
      case 'taken':
        viewer.flow.taken(event.count);
        this.onTaken(viewer);
        return;
      case 'displayWanted': {
        const wasWanted = this.wanted;
        viewer.wanted = event.wanted;
        // Before the session is active the novice cannot be told; `active` does it then.
        this.tellDisplayWanted(wasWanted);
        return;
      }
      case 'painted':
      case 'resized':
        if (viewer === this.pacer) this.session.heard(event);
        return;
      case 'lost':
        if (viewer.behindUntilMs === undefined) this.session.refresh();
        return;
      case 'input':
        this.session.heard(event);
    }
  }

  private onTaken(viewer: Viewer): void {
    if (viewer.behindUntilMs !== undefined) this.maybeRestart(viewer);
    else if (viewer === this.pacer && viewer.flow.hasRoom(this.session.clock.monotonicMs())) this.resume();
  }

  private pause(): void {
    if (this.cancelPause !== undefined || this.closed) return;
    this.cancelPause = this.session.clock.after(LONGEST_PAUSE_MS, () => {
      const slow = this.pacer;
      if (slow !== undefined) this.fallBehind(slow);
    });
    this.session.setReading(false);
  }

  private resume(): void {
    if (this.cancelPause === undefined) return;
    this.cancelPause();
    this.cancelPause = undefined;
    this.session.setReading(true);
  }

  private fallBehind(viewer: Viewer): void {
    const wasWanted = this.wanted;
    const wasPacer = viewer === this.pacer;
    viewer.behindUntilMs = this.session.clock.monotonicMs() + (viewer.sink.pace === 'sets' ? 0 : FOLLOWER_RESTS_MS);
    if (wasPacer) this.resume();
    this.send(viewer, { tag: 'behind' });
    // A viewer that is behind wants no picture; what the novice still sends is read and dropped.
    this.tellDisplayWanted(wasWanted);
    this.maybeRestart(viewer);
  }

  private maybeRestart(viewer: Viewer): void {
    if (!this.viewers.has(viewer) || viewer.behindUntilMs === undefined || !viewer.flow.isEmpty) return;
    const waitMs = viewer.behindUntilMs - this.session.clock.monotonicMs();
    if (waitMs > 0) {
      this.restarts.get(viewer)?.();
      this.restarts.set(
        viewer,
        this.session.clock.after(waitMs, () => this.maybeRestart(viewer)),
      );
      return;
    }
    const wasWanted = this.wanted;
    viewer.behindUntilMs = undefined;
    this.begin(viewer, wasWanted);
  }
}
