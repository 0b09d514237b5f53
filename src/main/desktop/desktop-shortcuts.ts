import type { InputEvent } from '../../protocol/rdp/input/events.ts';

export type Modifier = 'shift' | 'control' | 'alt' | 'logo';

/** Keys that a desktop takes for itself, whatever has the focus, while these are held. */
export interface DesktopShortcut {
  /** Prefix and scancode. */
  readonly keys: readonly string[];
  /** The same keys, where the expert's side sends characters. */
  readonly characters?: string;
  readonly held: readonly Modifier[];
}

/** Left and right. */
const KEYS_OF: Readonly<Record<Modifier, readonly string[]>> = {
  shift: ['none42', 'none54'],
  control: ['none29', 'e029'],
  alt: ['none56', 'e056'],
  logo: ['e091', 'e092'],
};

/** The modifiers that are down, on either side. */
export function heldModifiers(isHeld: (key: string) => boolean): ReadonlySet<Modifier> {
  const all: readonly Modifier[] = ['shift', 'control', 'alt', 'logo'];
  return new Set(all.filter((modifier) => KEYS_OF[modifier].some(isHeld)));
}

/** @param isHeld whether a key is down, by its prefix and scancode */
export function isDesktopShortcut(event: InputEvent, shortcuts: readonly DesktopShortcut[], isHeld: (key: string) => boolean): boolean {
  if (event.tag !== 'key' && event.tag !== 'unicode') return false;
  const isKey = ({ keys, characters = '' }: DesktopShortcut): boolean =>
    event.tag === 'key' ? keys.includes(`${event.prefix}${event.scancode}`) : characters.includes(String.fromCharCode(event.codeUnit));
  const held = heldModifiers(isHeld);
  return shortcuts.some((each) => isKey(each) && each.held.every((modifier) => held.has(modifier)));
}
