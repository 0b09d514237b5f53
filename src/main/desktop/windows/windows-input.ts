import type { DesktopSupport } from '../../../facts/desktop.ts';
import koffi from 'koffi';
import type { InputEvent } from '../../../protocol/rdp/input/events.ts';
import { PauseReader } from '../../../protocol/rdp/input/scancodes.ts';
import type { Clock } from '../../clock.ts';
import { DesktopError, type InputInjector } from '../contract.ts';
import { HeldInput } from '../held-input.ts';
import { INPUT_BYTES, inputRecords, packInputRecords, type InputRecord, type WindowsScreen } from './send-input-records.ts';

const SM_SWAPBUTTON = 23;
const SM_XVIRTUALSCREEN = 76;
const SM_YVIRTUALSCREEN = 77;
const SM_CXVIRTUALSCREEN = 78;
const SM_CYVIRTUALSCREEN = 79;
const VK_CAPITAL = 0x14;
const VK_KANA = 0x15;
const VK_NUMLOCK = 0x90;
const VK_SCROLL = 0x91;

interface User32 {
  sendInput(records: readonly InputRecord[]): void;
  screen(): WindowsScreen;
}

function loadUser32(): User32 {
  if (process.arch === 'ia32') throw new DesktopError('UNSUPPORTED', '32-bit Windows has another INPUT structure');
  const user32 = koffi.load('user32.dll');
  const send = user32.func('uint32_t __stdcall SendInput(uint32_t count, const uint8_t *inputs, int size)');
  const metric = user32.func('int __stdcall GetSystemMetrics(int index)');
  const keyState = user32.func('int16_t __stdcall GetKeyState(int key)');
  const isOn = (key: number) => ((keyState(key) as number) & 1) !== 0;
  return {
    sendInput: (records) => {
      // SendInput may inject fewer records while a window of higher integrity has the focus (UIPI); it reports no reason and there is no remedy.
      if (records.length > 0) send(records.length, packInputRecords(records), INPUT_BYTES);
    },
    screen: () => ({
      virtualLeft: metric(SM_XVIRTUALSCREEN) as number,
      virtualTop: metric(SM_YVIRTUALSCREEN) as number,
      virtualWidth: Math.max(1, metric(SM_CXVIRTUALSCREEN) as number),
      virtualHeight: Math.max(1, metric(SM_CYVIRTUALSCREEN) as number),
      swapButtons: metric(SM_SWAPBUTTON) !== 0,
      locks: { capsLock: isOn(VK_CAPITAL), numLock: isOn(VK_NUMLOCK), scrollLock: isOn(VK_SCROLL), kanaLock: isOn(VK_KANA) },
    }),
  };
}

/** Always supported: any program may call SendInput. Windows of programs that run as administrator ignore it. */
export async function support(): Promise<DesktopSupport> {
  return process.arch === 'ia32' ? { capture: true, input: false, reason: 'desktop.noInjection' } : { capture: true, input: true };
}

/** Opens an injector over SendInput; `send-input-records.ts` decides which records are injected. */
export async function open(_clock: Clock): Promise<InputInjector> {
  const user32 = loadUser32();
  const held = new HeldInput();
  const pause = new PauseReader();
  let over = false;
  const inject = (events: readonly InputEvent[]) => {
    if (over) return;
    // Read once a batch: metrics change with the monitors, lock keys with the novice's own keyboard.
    const screen = user32.screen();
    const records: InputRecord[] = [];
    for (const event of events) {
      // The second half of Pause's sequence injects nothing.
      if (event.tag === 'key' && pause.read(event, event.down) === undefined) continue;
      held.note(event);
      records.push(...inputRecords(event, screen));
    }
    user32.sendInput(records);
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
