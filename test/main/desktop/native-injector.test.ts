import { beforeEach, describe, expect, it } from 'vitest';
import type { InjectorEvent } from '../../../src/main/desktop/contract.ts';
import { NativeInjector, type NativeSystem } from '../../../src/main/desktop/native-injector.ts';
import type { InputEvent, LockKeys } from '../../../src/protocol/rdp/input/events.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const NO_LOCKS: LockKeys = { scrollLock: false, numLock: false, capsLock: false, kanaLock: false };
const key = (scancode: number, down: boolean): InputEvent => ({ tag: 'key', scancode, prefix: 'none', down });
const move = (x: number, y: number): InputEvent => ({ tag: 'pointerMove', x, y });
const button = (down: boolean, x: number, y: number): InputEvent => ({ tag: 'pointerButton', button: 'left', down, x, y });
const wheel: InputEvent = { tag: 'wheel', axis: 'vertical', delta: 120, x: 0, y: 0 };

/** A system as Windows and macOS are: it carries out what is posted, and knows when something was used, but not by whom. */
class FakeSystem implements NativeSystem {
  readonly posted: InputEvent[] = [];
  pointer = { x: 0, y: 0 };
  /** This program's window; it has the keyboard where `focused`. */
  own = { x: 0, y: 0, width: 100, height: 100 };
  focused = false;
  lockState = NO_LOCKS;
  private readonly clock: VirtualClock;
  private lastMs = Number.NEGATIVE_INFINITY;
  private readonly down = new Set<string>();

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }
  post(events: readonly InputEvent[]): void {
    for (const event of events) this.carryOut(event);
    this.posted.push(...events);
  }
  /** The person does the same by hand. */
  use(event: InputEvent): void {
    this.carryOut(event);
  }
  aimsAtUs(aim: Parameters<NativeSystem['aimsAtUs']>[0]): boolean {
    if (aim.tag === 'focus') return this.focused;
    const { x, y } = aim.tag === 'point' ? aim : this.pointer;
    return x >= this.own.x && y >= this.own.y && x < this.own.x + this.own.width && y < this.own.y + this.own.height;
  }
  trace() {
    return { idleMs: this.clock.monotonicMs() - this.lastMs, ...this.pointer, down: this.down.size };
  }
  locks(): LockKeys {
    return this.lockState;
  }
  private carryOut(event: InputEvent): void {
    this.lastMs = this.clock.monotonicMs();
    if (event.tag === 'pointerMove' || event.tag === 'pointerButton') this.pointer = { x: event.x, y: event.y };
    if (event.tag === 'locks') this.lockState = event.locks;
    if (event.tag === 'key') this.down[event.down ? 'add' : 'delete'](`k${event.scancode}`);
    if (event.tag === 'pointerButton') this.down[event.down ? 'add' : 'delete'](event.button);
  }
}

let clock: VirtualClock;
let system: FakeSystem;
let input: NativeInjector;
let events: InjectorEvent[];
beforeEach(() => {
  clock = new VirtualClock();
  system = new FakeSystem(clock);
  system.pointer = { x: 300, y: 300 };
  input = new NativeInjector(system, clock);
  events = [];
  input.onEvent((event) => events.push(event));
});

describe('input on a system that does not say whose it is', () => {
  it('of the expert alone is not taken for the person’s', async () => {
    for (let step = 0; step < 200; step += 1) {
      input.inject([move(300 + step, 300), ...(step % 7 === 0 ? [key(0x1e, true), key(0x1e, false)] : [])]);
      await clock.advance(8 + (step % 30));
    }
    input.inject([key(0x2a, true), button(true, 400, 300)]);
    await clock.advance(2_000);
    input.releaseAll();
    await clock.advance(2_000);
    expect(events).toEqual([]);
  });

  it('of the person is noticed within a tenth of a second, and when it ends', async () => {
    await clock.advance(500);
    system.use(key(0x1e, true));
    await clock.advance(100);
    expect(events.at(-1)).toEqual({ tag: 'ownInput', holding: true });
    await clock.advance(3_000);
    const before = events.length;
    expect(before).toBeLessThan(4);
    system.use(key(0x1e, false));
    await clock.advance(100);
    expect(events.slice(before)).toEqual([{ tag: 'ownInput', holding: false }]);
  });

  it('of the person is noticed while the expert moves the mouse without a pause', async () => {
    const steer = async (steps: number, use: () => void) => {
      for (let step = 0; step < steps; step += 1) {
        input.inject([move(500 + step, 200)]);
        if (step === 20) use();
        await clock.advance(16);
      }
    };
    await steer(40, () => {});
    expect(events).toEqual([]);
    // Where the next look comes between the hand and the next movement; a hand moves more than once.
    let hand = 0;
    for (let step = 0; step < 60 && events.length === 0; step += 1) {
      input.inject([move(500 + step, 200)]);
      await clock.advance(8);
      hand += 1;
      system.use(move(300 + hand, 50));
      await clock.advance(8);
    }
    expect(events[0]).toEqual({ tag: 'ownInput', holding: false });
  });

  it('is not looked for any more when it is closed', async () => {
    await input.close();
    expect(clock.pendingTimers).toBe(0);
    system.use(key(0x1e, true));
    await clock.advance(500);
    expect(events).toEqual([]);
  });
});

describe('windows of this program', () => {
  it('get no click, no wheel, no movement and no key', () => {
    system.focused = true;
    input.inject([move(50, 50), button(true, 50, 50), button(false, 50, 50), key(0x1e, true), key(0x1e, false)]);
    system.pointer = { x: 50, y: 50 };
    input.inject([wheel]);
    expect(system.posted).toEqual([]);
    expect(events).toEqual([
      { tag: 'keptAway', what: 'pointer' },
      { tag: 'keptAway', what: 'keys' },
      { tag: 'keptAway', what: 'pointer' },
    ]);
  });

  it('are judged after what comes before in the same batch', () => {
    input.inject([move(200, 200), wheel]);
    expect(system.posted).toEqual([move(200, 200), wheel]);
    system.pointer = { x: 50, y: 50 };
    input.inject([move(50, 50), move(210, 200), wheel]);
    expect(system.posted.slice(2)).toEqual([move(210, 200), wheel]);
  });

  it('get no drop, and a key that was held comes up', () => {
    input.inject([key(0x1e, true), button(true, 200, 200), move(150, 150)]);
    system.focused = true;
    input.inject([move(50, 50), button(false, 50, 50), key(0x1e, false)]);
    expect(system.posted.slice(3)).toEqual([button(false, 150, 150), key(0x1e, false)]);
    expect(events).toEqual([]);
  });
});

describe('the locks', () => {
  it('are as they were found when control ends, if this side has changed them', async () => {
    input.inject([{ tag: 'locks', locks: { ...NO_LOCKS, capsLock: true } }]);
    await input.close();
    expect(system.posted.at(-1)).toEqual({ tag: 'locks', locks: NO_LOCKS });
  });

  it('are left to the person where it has not', async () => {
    system.lockState = { ...NO_LOCKS, numLock: true };
    input.inject([key(0x1e, true), key(0x1e, false)]);
    await input.close();
    expect(system.posted.some(({ tag }) => tag === 'locks')).toBe(false);
  });
});
