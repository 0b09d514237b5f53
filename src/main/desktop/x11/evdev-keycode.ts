/*
 * Scancode set 1, as RDP has it ([MS-RDPBCGR] 2.2.8.1.2.2.1), to the key codes of Linux (linux/input-event-codes.h). Unprefixed codes up to
 * F12 are the same numbers; the rest are listed.
 */

/** KEY_ESC … KEY_KPDOT are set 1 itself; so are KEY_102ND (0x56), F11 (0x57) and F12 (0x58). */
const LAST_SAME = 0x58;

const PLAIN: ReadonlyMap<number, number> = new Map([
  [0x54, 99], // SysRq: Print with Alt
  [0x59, 117], // keypad =
  [0x64, 183], // F13 … F23
  [0x65, 184],
  [0x66, 185],
  [0x67, 186],
  [0x68, 187],
  [0x69, 188],
  [0x6a, 189],
  [0x6b, 190],
  [0x6c, 191],
  [0x6d, 192],
  [0x6e, 193],
  [0x70, 93], // Katakana/Hiragana
  [0x73, 89], // Ro
  [0x76, 194], // F24
  [0x79, 92], // Henkan
  [0x7b, 94], // Muhenkan
  [0x7d, 124], // Yen
  [0x7e, 121], // keypad ,
]);

const EXTENDED: ReadonlyMap<number, number> = new Map([
  [0x10, 165], // previous track
  [0x19, 163], // next track
  [0x1c, 96], // keypad Enter
  [0x1d, 97], // right Ctrl
  [0x20, 113], // mute
  [0x21, 140], // calculator
  [0x22, 164], // play/pause
  [0x24, 166], // stop
  [0x2e, 114], // volume down
  [0x30, 115], // volume up
  [0x32, 172], // home page
  [0x35, 98], // keypad /
  [0x37, 99], // Print
  [0x38, 100], // right Alt, AltGr
  [0x46, 119], // Pause with Ctrl (Break)
  [0x47, 102], // Home
  [0x48, 103], // Up
  [0x49, 104], // Page Up
  [0x4b, 105], // Left
  [0x4d, 106], // Right
  [0x4f, 107], // End
  [0x50, 108], // Down
  [0x51, 109], // Page Down
  [0x52, 110], // Insert
  [0x53, 111], // Delete
  [0x5b, 125], // left Super
  [0x5c, 126], // right Super
  [0x5d, 127], // Menu
  [0x5e, 116], // power
  [0x5f, 142], // sleep
  [0x63, 143], // wake
  [0x65, 217], // search
  [0x66, 156], // bookmarks
  [0x67, 173], // refresh
  [0x68, 128], // stop loading
  [0x69, 159], // forward
  [0x6a, 158], // back
  [0x6b, 157], // computer
  [0x6c, 155], // mail
  [0x6d, 226], // media
]);

/** KEY_PAUSE: E1 1D 45 is one key, of which RDP sends the 1D with the E1 flag and then 45 without. */
const PAUSE = 119;

/** The evdev key code, or undefined for a key Linux does not know. */
export function evdevKeycode(scancode: number, prefix: 'none' | 'e0' | 'e1'): number | undefined {
  if (prefix === 'e1') return scancode === 0x1d ? PAUSE : undefined;
  if (prefix === 'e0') return EXTENDED.get(scancode);
  const listed = PLAIN.get(scancode);
  if (listed !== undefined) return listed;
  return scancode >= 1 && scancode <= LAST_SAME && scancode !== 0x55 ? scancode : undefined;
}
