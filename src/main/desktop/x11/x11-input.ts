import type { InputEvent, PointerButton } from '../../../protocol/rdp/input/events.ts';
import type { SharedPart } from '../../../protocol/rdp/shared-part.ts';
import type { Clock } from '../../clock.ts';
import { Emitter } from '../../emitter.ts';
import { DesktopError, type InjectorEvent, type InputInjector } from '../contract.ts';
import { InputQueue } from '../input-queue.ts';
import { keptFrom, type Lands, OwnWindowGuard } from '../own-window-guard.ts';
import { Wheel } from '../wheel.ts';
import { connectX11, reply, type X11Address, type X11Connection } from './x11-connection.ts';
import { openX11KeyRepeat } from './x11-key-repeat.ts';
import { readKeymap, watchKeymap } from './x11-keymap.ts';
import { X11Keys } from './x11-keys.ts';
import { releasedAtTheLast } from './x11-last-release.ts';
import { X11Locks } from './x11-locks.ts';
import { watchOwnInput } from './x11-own-input.ts';
import { X11Aim } from './x11-aim.ts';
import { X11OwnWindows } from './x11-own-windows.ts';
import { isTakenKey } from './x11-taken-keys.ts';
import { matchXtestLayout } from './x11-xtest-layout.ts';
import { XtestEvents } from './xtest-events.ts';

const BUTTON: Readonly<Record<PointerButton, number>> = { left: 1, middle: 2, right: 3, x1: 8, x2: 9 };
const WHEEL_BUTTON = { vertical: { more: 4, less: 5 }, horizontal: { more: 7, less: 6 } } as const;

export interface X11InputOptions {
  readonly address: X11Address;
  readonly clock: Clock;
  /** What positions are of; everything when left out. */
  readonly part?: SharedPart;
  /** Called with every injected position, so that the capture can tell the novice's own movements from injected ones. */
  readonly onMoved?: (x: number, y: number) => void;
}

/** What has been opened for an injector. */
interface X11InputParts {
  readonly connection: X11Connection;
  readonly xtest: XtestEvents;
  readonly aiming: X11Aim;
  readonly keys: X11Keys;
  readonly restoreLayout: () => void;
}

/**
 * Opens an injector over XTEST on a connection of its own.
 * Rejects with DesktopError NO_DISPLAY, or UNSUPPORTED when the server has no XTEST.
 */
export async function openX11Input(options: X11InputOptions): Promise<InputInjector> {
  const { clock } = options;
  const connection = await connectX11(options.address, false);
  try {
    const extension = await connection.extension('xtest');
    if (extension === undefined) throw new DesktopError('UNSUPPORTED', 'the X server has no XTEST extension');
    const xtest = new XtestEvents(connection, await releasedAtTheLast(connection, extension, options.address));
    const restoreLayout = await matchXtestLayout(connection);
    const keymap = await readKeymap(connection);
    const repeat = await openX11KeyRepeat(connection);
    const locks = await X11Locks.open(connection, keymap, (keycode) => xtest.tap(keycode));
    // Impervious to grabs: menus and dialogs that grab the server must not block injection.
    extension.GrabControl(true);
    const aiming = await X11Aim.open(connection, await X11OwnWindows.open(connection), options.part ?? { tag: 'all' });
    const keys = new X11Keys({ connection, xtest, keymap, repeat, locks, clock });
    const input = new X11Input({ connection, xtest, aiming, keys, restoreLayout }, options);
    await watchKeymap(connection, () => keys.keymapChanged());
    await watchOwnInput(connection, xtest, (holding) => input.usedByOthers(holding));
    return input;
  } catch (error) {
    connection.close();
    throw error;
  }
}

class X11Input implements InputInjector {
  private readonly connection: X11Connection;
  private readonly xtest: XtestEvents;
  private readonly aiming: X11Aim;
  private readonly keys: X11Keys;
  private readonly restoreLayout: () => void;
  private readonly onMoved: (x: number, y: number) => void;
  private readonly heard = new Emitter<InjectorEvent>();
  private readonly guard = new OwnWindowGuard();
  private readonly heldButtons = new Set<number>();
  private readonly wheel = new Wheel();
  private readonly queue = new InputQueue();
  /** What overtakes text that waits, in its own order. */
  private readonly passing = new InputQueue();
  private pumping = false;
  private passed: Promise<void> | undefined;
  /** What of the queue is under way, where it is no text. */
  private turning: Promise<void> | undefined;
  /** Number of calls of `releaseAll`, by which a waiting step sees that one came in between. */
  private releases = 0;
  private over = false;

  constructor({ connection, xtest, aiming, keys, restoreLayout }: X11InputParts, options: X11InputOptions) {
    this.connection = connection;
    this.xtest = xtest;
    this.aiming = aiming;
    this.keys = keys;
    this.restoreLayout = restoreLayout;
    this.onMoved = options.onMoved ?? (() => undefined);
    connection.onLost(() => {
      this.over = true;
    });
  }

  readonly onEvent = this.heard.on;

  inject(events: readonly InputEvent[]): void {
    if (this.over) return;
    for (const event of events) {
      if (!this.pumping || !this.queue.mayOvertake(event)) this.queue.push(event);
      else {
        if (event.tag === 'pointerMove') this.queue.overtake();
        this.passing.push(event);
      }
    }
    if (this.passing.first !== undefined) this.passed ??= this.pass();
    if (!this.pumping) void this.pump();
  }

  aim(part: SharedPart): void {
    this.releaseAll();
    this.aiming.show(part);
  }

  releaseAll(): void {
    this.releases += 1;
    this.queue.clear();
    this.passing.clear();
    this.wheel.reset();
    this.guard.forget();
    if (this.over) return;
    this.keys.releaseAll();
    for (const button of this.heldButtons) this.xtest.button(button, false);
    this.heldButtons.clear();
  }

  async close(): Promise<void> {
    if (this.over) return;
    this.releaseAll();
    this.over = true;
    try {
      await this.keys.giveBack();
      this.restoreLayout();
      await reply((done) => this.connection.client.GetInputFocus(done));
    } catch {
      // The server is gone, and all of this with it.
    }
    this.connection.close();
  }

  usedByOthers(holding: boolean): void {
    if (!this.over) this.heard.emit({ tag: 'ownInput', holding });
  }

  /** Injects queued events in order. A character that waits for the server or a pause delays the events after it, but for `mayOvertake`. */
  private async pump(): Promise<void> {
    this.pumping = true;
    try {
      for (;;) {
        const event = this.queue.first;
        if (event === undefined || this.over) return;
        // Only text is overtaken.
        if (event.tag !== 'unicode' && this.passed !== undefined) await this.passed;
        else {
          const turn = this.turn(this.queue, event);
          this.turning = event.tag === 'unicode' ? undefined : turn;
          await turn;
        }
      }
    } catch {
      // Only a lost connection rejects here, and the capture reports that.
      this.queue.clear();
    } finally {
      this.pumping = false;
    }
  }

  private async pass(): Promise<void> {
    try {
      // What is under way already may be a move as well.
      await this.turning;
      for (let event = this.passing.first; event !== undefined && !this.over; event = this.passing.first)
        await this.turn(this.passing, event);
    } catch {
      this.passing.clear();
    } finally {
      this.passed = undefined;
    }
  }

  /** The first event of a queue, unless everything is released meanwhile. */
  private async turn(queue: InputQueue, event: InputEvent): Promise<void> {
    const { releases } = this;
    queue.begin();
    await this.aiming.known();
    if (this.releases !== releases) return;
    if (event.tag === 'locks') this.keys.wishLocks(event.locks);
    // The keys that set the locks arrive where all keys do.
    if (!('down' in event && !event.down) && this.keys.locksMayDiffer && ['key', 'unicode', 'locks'].includes(event.tag)) {
      if ((await this.aiming.lands({ tag: 'focus' })) === 'there' && this.releases === releases) await this.keys.settleLocks();
      if (this.releases !== releases) return;
    }
    const onRoot = this.aiming.onRoot(event);
    const lands = await this.landing(onRoot);
    if (this.releases !== releases) return;
    const judged = this.guard.judge(onRoot, lands !== 'there');
    if (judged === 'pointer' || judged === 'keys') {
      if (lands !== 'there') this.heard.emit({ tag: 'keptAway', what: keptFrom(judged, lands) });
    } else if (judged !== undefined) await this.injectOne(judged);
    if (this.releases === releases) queue.done();
  }

  /** Shortcuts of the desktop go past whatever has the focus: of a part of it they are no input. */
  private async landing(event: InputEvent): Promise<Lands> {
    const lands = await this.aiming.lands(this.guard.aimOf(event));
    if (lands !== 'there' || !this.aiming.isLimited || (event.tag !== 'key' && event.tag !== 'unicode') || !event.down) return lands;
    const keycode = this.keys.keycodeOf(event);
    return keycode !== undefined && (await isTakenKey(this.connection, keycode)) ? 'shortcut' : 'there';
  }

  private injectOne(event: InputEvent): Promise<void> | undefined {
    switch (event.tag) {
      case 'key':
        this.keys.key(event);
        return undefined;
      case 'unicode':
        return event.down ? this.keys.unicode(event.codeUnit) : undefined;
      case 'pointerMove':
        this.move(event.x, event.y);
        return undefined;
      case 'pointerButton':
        this.move(event.x, event.y);
        this.button(BUTTON[event.button], event.down);
        return undefined;
      case 'wheel': {
        const notches = this.wheel.turn(event.axis, event.delta);
        const button = notches > 0 ? WHEEL_BUTTON[event.axis].more : WHEEL_BUTTON[event.axis].less;
        for (let notch = Math.abs(notches); notch > 0; notch -= 1) {
          this.xtest.button(button, true);
          this.xtest.button(button, false);
        }
        return undefined;
      }
      case 'locks':
        return undefined;
    }
  }

  private button(button: number, down: boolean): void {
    if (down === this.heldButtons.has(button)) return;
    if (down) this.heldButtons.add(button);
    else this.heldButtons.delete(button);
    this.xtest.button(button, down);
  }

  private move(x: number, y: number): void {
    const inPart = this.aiming.inPart(x, y);
    this.onMoved(inPart.x, inPart.y);
    this.xtest.move(x, y);
  }
}
