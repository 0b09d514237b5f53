/** What a key press means as an Electron accelerator (Electron documentation, "Accelerator"). */

export interface KeyPress {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
}

const MIN_MODIFIERS = 2;
const NAMED: Readonly<Record<string, string>> = {
  Escape: 'Escape',
  Space: 'Space',
  Backspace: 'Backspace',
  Delete: 'Delete',
  Insert: 'Insert',
  Home: 'Home',
  End: 'End',
  PageUp: 'PageUp',
  PageDown: 'PageDown',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
};

function keyName(code: string): string | undefined {
  const plain = /^(?:Key([A-Z])|Digit([0-9])|(F(?:[1-9]|1[0-9]|2[0-4])))$/.exec(code);
  return plain?.[1] ?? plain?.[2] ?? plain?.[3] ?? (Object.hasOwn(NAMED, code) ? NAMED[code] : undefined);
}

/** `undefined` while only modifiers are down; `null` when there are too few of them, which would take a key away from every other program. */
export function acceleratorOf(press: KeyPress): string | null | undefined {
  const key = keyName(press.code);
  if (key === undefined) return undefined;
  const modifiers = [
    press.ctrlKey ? 'Control' : '',
    press.altKey ? 'Alt' : '',
    press.shiftKey ? 'Shift' : '',
    press.metaKey ? 'Super' : '',
  ].filter((name) => name !== '');
  return modifiers.length < MIN_MODIFIERS ? null : [...modifiers, key].join('+');
}
