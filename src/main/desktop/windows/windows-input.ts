import type { DesktopSupport, KeyboardLayout } from '../../../facts/desktop.ts';
import type { InputEvent } from '../../../protocol/rdp/input/events.ts';
import type { Clock } from '../../clock.ts';
import { DesktopError, type InputInjector } from '../contract.ts';
import { NativeInjector, type NativeSystem } from '../native-injector.ts';
import { inputRecords, type InputRecord } from './send-input-records.ts';
import { user32Library } from './user32.ts';
import { WindowsText } from './windows-text.ts';

/** Always supported: any program may call SendInput. Windows of programs that run as administrator ignore it. */
export async function support(): Promise<DesktopSupport> {
  return process.arch === 'ia32' ? { capture: true, input: false, reason: 'desktop.noInjection' } : { capture: true, input: true };
}

/** Opens an injector over SendInput; `send-input-records.ts` decides which records are injected. */
export async function open(clock: Clock): Promise<InputInjector> {
  if (process.arch === 'ia32') throw new DesktopError('UNSUPPORTED', '32-bit Windows has another INPUT structure');
  return new NativeInjector(windowsSystem(), clock);
}

/** The layout of the keyboard in the window that is in front. */
export async function keyboardLayout(): Promise<KeyboardLayout | undefined> {
  return user32Library().layout();
}

function windowsSystem(): NativeSystem {
  const user32 = user32Library();
  const text = new WindowsText();
  return {
    post: (events: readonly InputEvent[]) => {
      // Read once a batch: metrics change with the monitors, lock keys with the novice's own keyboard.
      const screen = user32.screen();
      const records: InputRecord[] = [];
      for (const event of events)
        records.push(...(text.records(event, (codeUnit) => user32.keyOf(codeUnit)) ?? inputRecords(event, screen)));
      user32.sendInput(records);
    },
    aimsAtUs: (aim) =>
      user32.isOwnProcess(aim.tag === 'focus' ? user32.inFront() : user32.windowAt(aim.tag === 'point' ? aim : user32.pointer())),
    trace: () => ({ idleMs: user32.idleMs(), ...user32.pointer(), down: user32.keysDown() }),
    locks: () => user32.screen().locks,
  };
}
