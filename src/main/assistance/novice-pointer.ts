import { scaledPointer, type PointerShape } from '../../protocol/rdp/pointer-shape.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { Clock } from '../clock.ts';
import type { LineState, NoviceLink } from '../connection/contract.ts';
import { LineShare } from './line-share.ts';

/** After the expert's mouse has moved ours, its own movement is not told back to it for this long: it would pull at its hand. */
const POINTER_ECHO_MS = 500;
/** Shapes of so many pixels a side go as they are. */
const USUAL_SIDE = 96;
/** Larger ones may take so much of the line's time. */
const SHAPE_SECONDS = 0.2;
/**
 * What shapes that the expert does not have may take of a line that is known to carry no more: they go ahead of all else, and an animated one is another
 * one twenty times a second. However little the line is thought to carry, the next need not wait for longer.
 */
const SHAPES_SHARE = 0.25;
const MOST_REST_MS = 2_000;
/** While such a shape waits for room on the line it is looked for this often. */
const LOOK_AGAIN_MS = 50;

/** What the expert is told of the novice's mouse pointer: its shape, and where it goes when it is not the expert who moves it. */
export class NovicePointer {
  private readonly link: Pick<NoviceLink, 'sendPointerShape' | 'sendPointerPosition' | 'line'>;
  private readonly clock: Clock;
  private readonly failed: (error: unknown) => void;
  private active = false;
  private shape: { readonly shape: PointerShape | null } | undefined;
  /** Where the expert's mouse has last put ours. */
  private steered = { atMs: Number.NEGATIVE_INFINITY, x: 0, y: 0 };
  private cancelPosition: () => void = () => {};
  private readonly share = new LineShare();
  /** Until then the line is for others than shapes. */
  private restUntilMs = Number.NEGATIVE_INFINITY;
  /** The newest shape waits for that, or for room. */
  private cancelShape: (() => void) | undefined;

  constructor(parts: {
    readonly link: Pick<NoviceLink, 'sendPointerShape' | 'sendPointerPosition' | 'line'>;
    readonly clock: Clock;
    readonly failed: (error: unknown) => void;
  }) {
    this.link = parts.link;
    this.clock = parts.clock;
    this.failed = parts.failed;
  }

  /** The session is active: the shape is told (again). */
  start(): void {
    this.active = true;
    if (this.shape !== undefined) this.send(this.shape.shape);
  }

  /** Until {@link start}. */
  pause(): void {
    this.active = false;
    this.waitNoMore();
  }

  stop(): void {
    this.pause();
    this.cancelPosition();
  }

  /** Something else is shown: what was not told yet of the pointer as it was there, and where, never is. Until {@link start}. */
  leave(): void {
    this.stop();
    this.shape = undefined;
  }

  changed(shape: PointerShape | null): void {
    this.shape = { shape };
    if (this.active) this.send(shape);
  }

  /** A movement by the novice or a program. Right after one by the expert it is told when the expert's hand has come to rest. */
  moved(x: number, y: number): void {
    this.cancelPosition();
    if (!this.active) return;
    const waitMs = this.steered.atMs + POINTER_ECHO_MS - this.clock.monotonicMs();
    if (waitMs <= 0) this.link.sendPointerPosition(x, y);
    else if (x !== this.steered.x || y !== this.steered.y) this.cancelPosition = this.clock.after(waitMs, () => this.movedLater(x, y));
  }

  /** The expert is about to do this on the novice's desktop. */
  steeredBy(events: readonly InputEvent[]): void {
    const steering = events.findLast((event) => event.tag === 'pointerMove' || event.tag === 'pointerButton');
    if (steering === undefined) return;
    this.steered = { atMs: this.clock.monotonicMs(), x: steering.x, y: steering.y };
    this.cancelPosition();
  }

  /** Where the line has no room for it only what takes none, and the newest of the others once there is some. */
  private send(shape: PointerShape | null): void {
    this.waitNoMore();
    const nowMs = this.clock.monotonicMs();
    const { line } = this.link;
    const mayTakeRoom = nowMs >= this.restUntilMs && this.share.hasRoom(line);
    const sending = shape === null ? null : scaledPointer(shape, mostSide(shape, line));
    const bytes = this.link.sendPointerShape(sending, !mayTakeRoom);
    if (mayTakeRoom) this.restUntilMs = nowMs + restMs(bytes, line);
    else if (bytes === 0)
      this.cancelShape = this.clock.after(Math.max(LOOK_AGAIN_MS, this.restUntilMs - nowMs), () => this.sendLater(shape));
  }

  private waitNoMore(): void {
    this.cancelShape?.();
    this.cancelShape = undefined;
  }

  private sendLater(shape: PointerShape | null): void {
    try {
      this.send(shape);
    } catch (error) {
      this.failed(error);
    }
  }

  private movedLater(x: number, y: number): void {
    try {
      this.moved(x, y);
    } catch (error) {
      this.failed(error);
    }
  }
}

/** A shape of 384×384 is 600 kB, which stand ahead of all else: no more goes at once than the line carries in a moment. */
function mostSide({ width, height }: PointerShape, { roomBytes, bytesPerSecond }: LineState): number {
  const longer = Math.max(width, height);
  if (longer <= USUAL_SIDE) return USUAL_SIDE;
  const bytes = bytesPerSecond === undefined ? roomBytes : bytesPerSecond * SHAPE_SECONDS;
  return Math.max(USUAL_SIDE, Math.floor(longer * Math.sqrt(Math.max(0, bytes) / (4 * width * height))));
}

/** For how long so many bytes are the shapes' share of the line. */
function restMs(bytes: number, { bytesPerSecond, atMost }: LineState): number {
  return atMost !== true || bytesPerSecond === undefined ? 0 : Math.min(MOST_REST_MS, (1_000 * bytes) / (SHAPES_SHARE * bytesPerSecond));
}
