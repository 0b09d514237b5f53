import type { DesktopSupport } from '../../../facts/desktop.ts';
import koffi from 'koffi';
import type { InputEvent } from '../../../protocol/rdp/input/events.ts';
import { PauseReader } from '../../../protocol/rdp/input/scancodes.ts';
import type { Clock } from '../../clock.ts';
import { DesktopError, type InputInjector } from '../contract.ts';
import { HeldInput } from '../held-input.ts';
import { MacEvents, type MacCall, type MacScreen } from './mac-events.ts';

const FRAMEWORKS = '/System/Library/Frameworks';
/** kCGHIDEventTap: events enter where those of the hardware do. */
const HID_EVENT_TAP = 0;
/** kCGMouseEventClickState. */
const CLICK_STATE_FIELD = 1;
/** kCGScrollEventUnitLine. */
const UNIT_LINE = 1;

interface CoreGraphics {
  /** Whether the person has allowed this program under Accessibility. */
  isTrusted(): boolean;
  /** Whether the person has allowed screen recording; macOS asks them on the first call. */
  mayRecord(): boolean;
  screen(): MacScreen;
  post(call: MacCall): void;
}

let loaded: CoreGraphics | undefined;

function coreGraphics(): CoreGraphics {
  loaded ??= loadCoreGraphics();
  return loaded;
}

function loadCoreGraphics(): CoreGraphics {
  const cg = koffi.load(`${FRAMEWORKS}/CoreGraphics.framework/CoreGraphics`);
  const cf = koffi.load(`${FRAMEWORKS}/CoreFoundation.framework/CoreFoundation`);
  const services = koffi.load(`${FRAMEWORKS}/ApplicationServices.framework/ApplicationServices`);
  koffi.struct('CGPoint', { x: 'double', y: 'double' });
  koffi.struct('CGSize', { width: 'double', height: 'double' });
  koffi.struct('CGRect', { origin: 'CGPoint', size: 'CGSize' });
  const isTrusted = services.func('bool AXIsProcessTrusted()');
  const hasScreenAccess = cg.func('bool CGPreflightScreenCaptureAccess()');
  const requestScreenAccess = cg.func('bool CGRequestScreenCaptureAccess()');
  const mainDisplay = cg.func('uint32_t CGMainDisplayID()');
  const displayBounds = cg.func('CGRect CGDisplayBounds(uint32_t display)');
  const copyMode = cg.func('void *CGDisplayCopyDisplayMode(uint32_t display)');
  const pixelWidth = cg.func('size_t CGDisplayModeGetPixelWidth(void *mode)');
  const releaseMode = cg.func('void CGDisplayModeRelease(void *mode)');
  const keyboardEvent = cg.func('void *CGEventCreateKeyboardEvent(void *source, uint16_t keycode, bool down)');
  const setText = cg.func('void CGEventKeyboardSetUnicodeString(void *event, unsigned long length, const uint16_t *text)');
  const mouseEvent = cg.func('void *CGEventCreateMouseEvent(void *source, uint32_t type, CGPoint at, uint32_t button)');
  const scrollEvent = cg.func(
    'void *CGEventCreateScrollWheelEvent2(void *source, uint32_t units, uint32_t wheels, int32_t one, int32_t two, int32_t three)',
  );
  const setField = cg.func('void CGEventSetIntegerValueField(void *event, uint32_t field, int64_t value)');
  const setFlags = cg.func('void CGEventSetFlags(void *event, uint64_t flags)');
  const postEvent = cg.func('void CGEventPost(uint32_t tap, void *event)');
  const release = cf.func('void CFRelease(void *object)');

  const create = (call: MacCall): unknown => {
    switch (call.tag) {
      case 'key': {
        const event: unknown = keyboardEvent(null, call.keycode, call.down);
        if (event !== null) setFlags(event, call.flags);
        return event;
      }
      case 'unicode': {
        const event: unknown = keyboardEvent(null, 0, call.down);
        if (event === null) return event;
        const units = new Uint16Array(call.text.length);
        for (let index = 0; index < units.length; index += 1) units[index] = call.text.charCodeAt(index);
        setText(event, units.length, units);
        // Flags are cleared, or a Command key held on the novice's side would turn the text into a shortcut.
        setFlags(event, 0);
        return event;
      }
      case 'mouse': {
        const event: unknown = mouseEvent(null, call.type, { x: call.x, y: call.y }, call.button);
        if (event === null) return event;
        setField(event, CLICK_STATE_FIELD, call.clicks);
        setFlags(event, call.flags);
        return event;
      }
      case 'scroll':
        return scrollEvent(null, UNIT_LINE, 2, call.vertical, call.horizontal, 0);
    }
  };

  return {
    isTrusted: () => isTrusted() as boolean,
    mayRecord: () => (hasScreenAccess() as boolean) || (requestScreenAccess() as boolean),
    screen: () => {
      const display = mainDisplay() as number;
      const bounds = displayBounds(display) as { origin: { x: number; y: number }; size: { width: number; height: number } };
      const mode: unknown = copyMode(display);
      const pixels = mode === null ? bounds.size.width : Number(pixelWidth(mode));
      if (mode !== null) releaseMode(mode);
      return {
        left: bounds.origin.x,
        top: bounds.origin.y,
        pixelsPerPoint: bounds.size.width > 0 && pixels > 0 ? pixels / bounds.size.width : 1,
      };
    },
    post: (call) => {
      const event = create(call);
      if (event === null) return;
      postEvent(HID_EVENT_TAP, event);
      release(event);
    },
  };
}

/** Capture and input both need a permission in System Settings, Privacy; asking for screen recording also lists this program there. */
export async function support(): Promise<DesktopSupport> {
  const graphics = coreGraphics();
  return macSupport(graphics.mayRecord(), graphics.isTrusted());
}

/**
 * Without permission to record the screen macOS gives a picture of the wallpaper without windows, which an expert would take for the desktop;
 * without Accessibility, injected events reach no other program.
 */
export function macSupport(mayRecord: boolean, isTrusted: boolean): DesktopSupport {
  if (!mayRecord) return { capture: false, input: false, reason: 'desktop.needsPermission' };
  return isTrusted ? { capture: true, input: true } : { capture: true, input: false, reason: 'desktop.needsPermission' };
}

/**
 * Opens an injector over CGEventPost; `mac-events.ts` decides which events are posted. Rejects with NOT_PERMITTED without Accessibility.
 */
export async function open(clock: Clock): Promise<InputInjector> {
  const graphics = coreGraphics();
  if (!graphics.isTrusted()) throw new DesktopError('NOT_PERMITTED', 'the person has not allowed this program to control the computer');
  const translation = new MacEvents();
  const held = new HeldInput();
  const pause = new PauseReader();
  let over = false;
  const inject = (events: readonly InputEvent[]) => {
    if (over) return;
    const screen = graphics.screen();
    for (const event of events) {
      // The second half of Pause's sequence injects nothing.
      if (event.tag === 'key' && pause.read(event, event.down) === undefined) continue;
      held.note(event);
      for (const call of translation.translate(event, screen, clock.monotonicMs())) graphics.post(call);
    }
  };
  const releaseAll = () => inject(held.release());
  return {
    inject,
    releaseAll,
    close: async () => {
      releaseAll();
      over = true;
    },
  };
}
