import type { InputEvent } from '../../../protocol/rdp/input/events.ts';
import type { InputRecord } from './send-input-records.ts';

const KEYEVENTF_KEYUP = 0x0002;
const VK_SHIFT = 0x10;

/** Scancodes of Shift, Control, Alt and the Windows keys. The right Alt is AltGr on many layouts, but a character comes without it. */
const SHIFTS = ['none42', 'none54'];
const CHORDS = ['none29', 'e029', 'none56', 'e056', 'e091', 'e092'];

/** The key that gives a character on the layout that is in use (VkKeyScanEx). */
export interface CharacterKey {
  readonly vk: number;
  readonly scan: number;
  readonly shift: boolean;
}

/**
 * A character with Control, Alt or Windows held: as a key, because an injected character makes no shortcut. All other characters are
 * injected as such, whatever the layout.
 */
export class WindowsText {
  private readonly held = new Set<string>();
  /** Characters that have gone down as keys, and up again. */
  private readonly tapped = new Set<number>();

  /** The records of a character that is part of a shortcut; undefined for every other event. */
  records(event: InputEvent, keyOf: (codeUnit: number) => CharacterKey | undefined): readonly InputRecord[] | undefined {
    if (event.tag === 'key') {
      this.held[event.down ? 'add' : 'delete'](`${event.prefix}${event.scancode}`);
      return undefined;
    }
    if (event.tag !== 'unicode') return undefined;
    if (!event.down) return this.tapped.delete(event.codeUnit) ? [] : undefined;
    if (!CHORDS.some((key) => this.held.has(key))) return undefined;
    const key = keyOf(event.codeUnit);
    if (key === undefined) return undefined;
    this.tapped.add(event.codeUnit);
    const shift = key.shift && !SHIFTS.some((each) => this.held.has(each));
    return [
      ...(shift ? [record(VK_SHIFT, 0, true)] : []),
      record(key.vk, key.scan, true),
      record(key.vk, key.scan, false),
      ...(shift ? [record(VK_SHIFT, 0, false)] : []),
    ];
  }
}

function record(vk: number, scan: number, down: boolean): InputRecord {
  return { type: 'keyboard', vk, scan, flags: down ? 0 : KEYEVENTF_KEYUP };
}
