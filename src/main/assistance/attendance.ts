/* Whether the novice is still there: a long session that nobody looks after any more is a computer left open. */
import type { Clock } from '../clock.ts';

/** A quiet line asks whether they still help each other; it stops nothing. */
export const ASK_AFTER_MS = 30 * 60_000;
/** Without any sign of the novice for so long after that, control pauses. */
export const PAUSE_AFTER_MS = 10 * 60_000;
/** The longest session, and how long before its end that is said. */
export const LONGEST_MS = 4 * 60 * 60_000;
export const ANNOUNCED_MS = 10 * 60_000;

/** `asking`: the line stands. `away`: nobody has answered it, and control pauses. */
export type Attendance = 'there' | 'asking' | 'away';

export interface AttendanceParts {
  readonly clock: Clock;
  /** Another state, or the end has been announced. */
  readonly changed: () => void;
  /** The session has lasted long enough. */
  readonly over: () => void;
}

/** Runs from the yes on. Only the novice's own side gives a sign: nothing that comes over the connection gets here. */
export class NoviceAttendance {
  private readonly parts: AttendanceParts;
  private state: Attendance = 'there';
  private end: number | undefined;
  private stopAsking = (): void => undefined;
  private readonly stops: (() => void)[] = [];

  constructor(parts: AttendanceParts) {
    this.parts = parts;
  }

  get now(): Attendance {
    return this.state;
  }
  /** When the session ends by itself, as Unix time, once that has been announced. */
  get endsAtMs(): number | undefined {
    return this.end;
  }

  /** A further call changes nothing. */
  begin(): void {
    if (this.stops.length > 0) return;
    const { clock, changed, over } = this.parts;
    this.wait();
    this.stops.push(
      clock.after(LONGEST_MS - ANNOUNCED_MS, () => {
        this.end = clock.now() + ANNOUNCED_MS;
        changed();
      }),
      clock.after(LONGEST_MS, over),
    );
  }

  /** The novice has done something in a window of ours, which nothing that is injected reaches. */
  sign(): void {
    if (this.stops.length === 0) return;
    this.become('there');
    this.wait();
  }

  stop(): void {
    this.stopAsking();
    for (const stop of this.stops.splice(0)) stop();
  }

  private wait(): void {
    const { clock } = this.parts;
    this.stopAsking();
    this.stopAsking = clock.after(ASK_AFTER_MS, () => {
      this.become('asking');
      this.stopAsking = clock.after(PAUSE_AFTER_MS, () => this.become('away'));
    });
  }

  private become(state: Attendance): void {
    if (this.state === state) return;
    this.state = state;
    this.parts.changed();
  }
}
