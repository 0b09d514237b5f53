/* What a person calls a screen: by where it stands. */
import { capitals, firstLetter } from './locale.ts';
import { t } from './words.ts';

/** Where a screen is on the whole desktop, which may begin left of and above 0, 0. */
export interface ScreenArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** “left screen”, “upper screen”; by number where they stand in no such order. `at`: which of them. */
export function screenName(areas: readonly ScreenArea[], at: number): string {
  const row = placeOf(areas, at, (one, other) => one.x + one.width <= other.x);
  if (row !== undefined && areas.length === 2) return row === 0 ? t('screen.left') : t('screen.right');
  if (row !== undefined && areas.length === 3) return row === 0 ? t('screen.left') : row === 1 ? t('screen.middle') : t('screen.right');
  const column = placeOf(areas, at, (one, other) => one.y + one.height <= other.y);
  if (column !== undefined && areas.length === 2) return column === 0 ? t('screen.upper') : t('screen.lower');
  return t('screen.numbered', { number: at + 1 });
}

/** The same where it stands by itself. */
export function screenTitle(areas: readonly ScreenArea[], at: number): string {
  const name = screenName(areas, at);
  return capitals(firstLetter(name)) + name.slice(firstLetter(name).length);
}

/** Where one of them stands among the others, if all stand clear of one another in this direction. */
function placeOf(
  areas: readonly ScreenArea[],
  which: number,
  isBefore: (one: ScreenArea, other: ScreenArea) => boolean,
): number | undefined {
  const clear = areas.every((one, at) => areas.every((other, place) => at === place || isBefore(one, other) || isBefore(other, one)));
  const area = areas[which];
  return clear && area !== undefined ? areas.filter((other) => isBefore(other, area)).length : undefined;
}
