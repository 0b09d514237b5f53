import { beforeEach, describe, expect, it } from 'vitest';
import type { DesktopScreen, InjectorEvent } from '../../../src/main/desktop/contract.ts';
import { NativeInjector, type NativeSystem } from '../../../src/main/desktop/native-injector.ts';
import type { Size } from '../../../src/protocol/rdp/geometry.ts';
import type { InputEvent, LockKeys } from '../../../src/protocol/rdp/input/events.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const NO_LOCKS: LockKeys = { scrollLock: false, numLock: false, capsLock: false, kanaLock: false };
const key = (scancode: number, down: boolean): InputEvent => ({ tag: 'key', scancode, prefix: 'none', down });
const move = (x: number, y: number): InputEvent => ({ tag: 'pointerMove', x, y });
const button = (down: boolean, x: number, y: number): InputEvent => ({ tag: 'pointerButton', button: 'left', down, x, y });
const LEFT: DesktopScreen = { id: '1', name: '', primary: true, area: { x: 0, y: 0, width: 600, height: 400 } };
const RIGHT: DesktopScreen = { id: '2', name: '', primary: false, area: { x: 600, y: -50, width: 800, height: 700 } };
const wheel: InputEvent = { tag: 'wheel', axis: 'vertical', delta: 120, x: 0, y: 0 };

/** A system as Windows and macOS are: it carries out what is posted, and knows when something was used, but not by whom. */
class FakeSystem implements NativeSystem {
  readonly posted: InputEvent[] = [];
  /** In the picture of the screen that it was told last. */
  at = { x: 0, y: 0 };
  screen: DesktopScreen | undefined;
  picture: Size | undefined;
  /** This program's window; it has the keyboard where `focused`. */
  own = { x: 0, y: 0, width: 100, height: 100 };
  focused = false;
  /** Where the window is that has the keyboard. */
  front: { x: number; y: number } | undefined;
  lockState = NO_LOCKS;
  readonly shortcuts = [{ keys: ['none15'], characters: 'q', held: ['alt' as const] }];
  /** Taken by another program, with Control. */
  taken = 0x2e;
  isTaken(event: InputEvent, held: ReadonlySet<string>): boolean {
    return event.tag === 'key' && event.scancode === this.taken && held.size === 1 && held.has('control');
  }
  private readonly clock: VirtualClock;
  private lastMs = Number.NEGATIVE_INFINITY;
  private readonly down = new Set<string>();

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }
  place(screen: DesktopScreen, picture: Size): void {
    this.screen = screen;
    this.picture = picture;
  }
  post(events: readonly InputEvent[]): void {
    for (const event of events) this.carryOut(event);
    this.posted.push(...events);
  }
  /** The person does the same by hand. */
  use(event: InputEvent): void {
    this.carryOut(event);
  }
  pointer() {
    return this.at;
  }
  isOwnAt({ x, y }: { readonly x: number; readonly y: number }): boolean {
    return x >= this.own.x && y >= this.own.y && x < this.own.x + this.own.width && y < this.own.y + this.own.height;
  }
  hasFocus(): boolean {
    return this.focused;
  }
  focus() {
    return this.front;
  }
  trace() {
    return { idleMs: this.clock.monotonicMs() - this.lastMs, ...this.at, down: this.down.size };
  }
  locks(): LockKeys {
    return this.lockState;
  }
  private carryOut(event: InputEvent): void {
    this.lastMs = this.clock.monotonicMs();
    if (event.tag === 'pointerMove' || event.tag === 'pointerButton') this.at = { x: event.x, y: event.y };
    if (event.tag === 'locks') this.lockState = event.locks;
    if (event.tag === 'key') this.down[event.down ? 'add' : 'delete'](`k${event.scancode}`);
    if (event.tag === 'pointerButton') this.down[event.down ? 'add' : 'delete'](event.button);
  }
}

let screens: DesktopScreen[];
let pictures: Map<string, Size>;
let clock: VirtualClock;
let system: FakeSystem;
let input: NativeInjector;
let events: InjectorEvent[];
const injector = (id: string): NativeInjector =>
  new NativeInjector({
    system,
    screens: { list: () => screens },
    part: { tag: 'screen', id },
    pictureOf: (screen) => pictures.get(screen),
    clock,
  });
beforeEach(() => {
  clock = new VirtualClock();
  system = new FakeSystem(clock);
  system.at = { x: 300, y: 300 };
  screens = [LEFT];
  pictures = new Map();
  input = injector('1');
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
    system.at = { x: 50, y: 50 };
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
    system.at = { x: 50, y: 50 };
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

describe('one of two screens', () => {
  beforeEach(async () => {
    await input.close();
    screens = [LEFT, RIGHT];
    input = injector('2');
    input.onEvent((event) => events.push(event));
    system.own = { x: -300, y: 0, width: 100, height: 100 };
    system.at = { x: 10, y: 10 };
    system.front = { x: 400, y: 300 };
    system.posted.length = 0;
  });

  it('gets what is aimed at it, and nothing beside it does', () => {
    input.inject([move(799, 699), move(800, 5), move(5, 700), button(true, 900, 5), button(false, 900, 5), button(true, 5, 5)]);
    expect(system.screen).toBe(RIGHT);
    expect(system.posted).toEqual([move(799, 699), button(true, 5, 5)]);
    // It comes up wherever that is.
    system.posted.length = 0;
    input.inject([button(false, 5, 5)]);
    expect(system.posted).toEqual([button(false, 5, 5)]);
    expect(events).toEqual([{ tag: 'keptAway', what: 'pointerOutside' }]);
  });

  it('gets what is aimed at its picture, whatever size that has', () => {
    input.inject([move(400, 5)]);
    expect(system.picture).toMatchObject({ width: 800, height: 700 });
    pictures.set('2', { width: 400, height: 350 });
    input.inject([move(399, 349), move(400, 5)]);
    expect(system.picture).toEqual({ width: 400, height: 350 });
    expect(system.posted).toEqual([move(400, 5), move(399, 349)]);
  });

  it('gets the wheel and keys while pointer and keyboard are there', () => {
    const typed = [key(0x1e, true), key(0x1e, false)];
    input.inject([wheel, ...typed]);
    expect(system.posted).toEqual([wheel, ...typed]);
    system.posted.length = 0;
    system.at = { x: -10, y: 10 };
    input.inject([wheel, ...typed.slice(0, 1)]);
    expect(system.posted).toEqual(typed.slice(0, 1));
    system.posted.length = 0;
    system.front = { x: -400, y: 300 };
    input.inject([key(0x1e, false), ...typed, { tag: 'unicode', codeUnit: 0x61, down: true }]);
    expect(system.posted).toEqual([key(0x1e, false)]);
    // Where nothing has the keyboard it is where the pointer is.
    system.posted.length = 0;
    system.front = undefined;
    input.inject(typed);
    system.at = { x: 10, y: 10 };
    input.inject(typed);
    expect(system.posted).toEqual(typed);
    expect(new Set(events.map((event) => event.tag === 'keptAway' && event.what))).toEqual(new Set(['pointerOutside', 'keysOutside']));
  });

  it('gets no shortcut of the desktop, which goes past it', () => {
    const alt = key(0x38, true);
    input.inject([
      key(0x0f, true),
      key(0x0f, false),
      alt,
      key(0x0f, true),
      key(0x0f, false),
      { tag: 'unicode', codeUnit: 0x71, down: true },
    ]);
    expect(system.posted).toEqual([key(0x0f, true), key(0x0f, false), alt]);
    input.inject([key(0x38, false), key(0x1d, true), key(0x2e, true), key(0x2e, false), key(0x2f, true)]);
    expect(system.posted.slice(3)).toEqual([key(0x38, false), key(0x1d, true), key(0x2f, true)]);
    expect(new Set(events.map((event) => event.tag === 'keptAway' && event.what))).toEqual(new Set(['shortcut']));
    screens = [RIGHT];
    input.inject([key(0x2e, true)]);
    expect(system.posted.at(-1)).toEqual(key(0x2e, true));
  });

  it('has its locks set only once what is typed arrives there', () => {
    const locks: InputEvent = { tag: 'locks', locks: { ...NO_LOCKS, capsLock: true } };
    system.front = { x: -400, y: 300 };
    input.inject([locks, key(0x1e, true)]);
    expect(system.posted).toEqual([]);
    system.front = { x: 400, y: 300 };
    input.inject([key(0x1e, true), key(0x1f, true)]);
    expect(system.posted).toEqual([locks, key(0x1e, true), key(0x1f, true)]);
  });

  it('takes what it gets with it where it goes, and gets nothing while it is gone', () => {
    const moved = { ...RIGHT, area: { ...RIGHT.area, x: -800 } };
    screens = [LEFT, moved];
    input.inject([move(5, 5)]);
    expect(system.screen).toBe(moved);
    screens = [LEFT];
    pictures = new Map();
    input.inject([move(6, 6), button(true, 6, 6), wheel, key(0x1e, true)]);
    expect(system.posted).toEqual([move(5, 5)]);
    screens = [LEFT, RIGHT];
    input.inject([move(7, 7)]);
    expect(system.posted).toEqual([move(5, 5), move(7, 7)]);
  });

  it('is let go of before another one gets input', () => {
    input.inject([key(0x1e, true), button(true, 700, 600)]);
    input.aim({ tag: 'screen', id: '1' });
    expect(system.screen).toBe(RIGHT);
    expect(system.posted.slice(2)).toEqual([key(0x1e, false), button(false, 700, 600)]);
    input.inject([move(700, 5), move(5, 5)]);
    expect(system.screen).toBe(LEFT);
    expect(system.posted.slice(4)).toEqual([move(5, 5)]);
    expect(() => input.aim({ tag: 'window', id: '7' })).toThrow('cannot be shown');
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
