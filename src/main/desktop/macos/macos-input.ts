import type { DesktopSupport, KeyboardLayout } from '../../../facts/desktop.ts';
import type { Clock } from '../../clock.ts';
import { DesktopError, type InputInjector } from '../contract.ts';
import { NativeInjector, type NativeSystem } from '../native-injector.ts';
import { type CoreGraphics, coreGraphics } from './core-graphics.ts';
import { MacEvents, pixels, points } from './mac-events.ts';

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
  return new NativeInjector(macSystem(graphics, clock), clock);
}

export async function keyboardLayout(): Promise<KeyboardLayout | undefined> {
  return coreGraphics().layout();
}

/** macOS lets no program switch Caps Lock by an event, and has no other lock: none is changed, and none put back. */
function macSystem(graphics: CoreGraphics, clock: Clock): NativeSystem {
  const keys = graphics.keys();
  const events = new MacEvents((character) => keys.get(character));
  const processAt = (at: { readonly x: number; readonly y: number }) => graphics.processAt(at.x, at.y, clock.monotonicMs());
  return {
    post: (injected) => {
      const screen = graphics.screen();
      for (const event of injected) for (const call of events.translate(event, screen, clock.monotonicMs())) graphics.post(call);
    },
    aimsAtUs: (aim) => {
      if (aim.tag === 'focus') return graphics.focusedProcess() === process.pid;
      return processAt(aim.tag === 'point' ? points(aim, graphics.screen()) : graphics.pointer()) === process.pid;
    },
    trace: () => ({ idleMs: graphics.idleMs(), ...pixels(graphics.pointer(), graphics.screen()), down: graphics.keysDown() }),
  };
}
