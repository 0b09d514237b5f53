import type { Rect } from '../../../protocol/rdp/geometry.ts';
import type { SharedPart } from '../../../protocol/rdp/shared-part.ts';
import type { DesktopScreen, Screens } from '../contract.ts';

/** A display as Electron lists it. */
export interface ListedDisplay {
  readonly id: string;
  readonly name: string;
  readonly primary: boolean;
  /** In the units that windows are placed in, and how many pixels one of them has. */
  readonly bounds: Rect;
  readonly scaleFactor: number;
  /** In pixels of the whole desktop, as near as can be told from the bounds. */
  readonly pixels: Rect;
}

/** What Electron knows of displays. */
export interface Displays {
  list(): readonly ListedDisplay[];
  /** Id of the one that the pointer is on. */
  here(): string | undefined;
  onChange(listener: () => void): () => void;
}

/** What the system itself knows of monitors. */
export interface NativeScreens {
  screens(displays: readonly ListedDisplay[]): readonly DesktopScreen[];
  /** Left out where a display that has gone leaves its name to no other one. */
  stamp?(screens: readonly DesktopScreen[]): string;
}

export function listedScreens(displays: Displays, native: NativeScreens): Screens {
  const list = (): readonly DesktopScreen[] => native.screens(displays.list());
  return {
    list,
    here: () => displays.here(),
    stamp: () => {
      const screens = list();
      const places = displays.list().map(({ id, bounds, scaleFactor }) => [id, bounds, scaleFactor]);
      return JSON.stringify([places, native.stamp?.(screens)]);
    },
    onChange: (listener) => displays.onChange(listener),
  };
}

/** The screen that is meant, where it is there. */
export const screenOf = (screens: readonly DesktopScreen[], part: Exclude<SharedPart, { tag: 'all' }>): DesktopScreen | undefined =>
  part.tag === 'screen' ? screens.find(({ id }) => id === part.id) : undefined;

/** The screen that is everything there is. */
export const onlyScreen = (screens: readonly DesktopScreen[]): DesktopScreen | undefined => (screens.length === 1 ? screens[0] : undefined);
