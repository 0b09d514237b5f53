import { scaledPointer, type PointerShape } from '../../protocol/rdp/pointer-shape.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { Clock } from '../clock.ts';
import type { NoviceLink } from '../connection/contract.ts';

/** After the expert's mouse has moved ours, its own movement is not told back to it for this long: it would pull at its hand. */
const POINTER_ECHO_MS = 500;
/** Shapes of so many pixels a side go as they are. */
const USUAL_SIDE = 96;
/** Larger ones may take so much of the line's time. */
const SHAPE_SECONDS = 0.2;

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

  private send(shape: PointerShape | null): void {
    this.link.sendPointerShape(shape === null ? null : scaledPointer(shape, this.mostSide(shape)));
  }

  /** A shape of 384×384 is 600 kB, which stand ahead of all else: no more goes at once than the line carries in a moment. */
  private mostSide({ width, height }: PointerShape): number {
    const longer = Math.max(width, height);
    if (longer <= USUAL_SIDE) return USUAL_SIDE;
    const { roomBytes, bytesPerSecond } = this.link.line;
    const bytes = bytesPerSecond === undefined ? roomBytes : bytesPerSecond * SHAPE_SECONDS;
    return Math.max(USUAL_SIDE, Math.floor(longer * Math.sqrt(Math.max(0, bytes) / (4 * width * height))));
  }

  private movedLater(x: number, y: number): void {
    try {
      this.moved(x, y);
    } catch (error) {
      this.failed(error);
    }
  }
}
