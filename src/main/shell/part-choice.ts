/* What of this computer a person can show, as a choice in one of main's questions, and what each of its options means. */
import type { QuestionChoice, QuestionOption } from '../../preload/question-contract.ts';
import { isSamePart, type SharedPart } from '../../protocol/rdp/shared-part.ts';
import { screenName, screenTitle } from '../../words/screens.ts';
import { t } from '../../words/words.ts';
import type { DesktopParts, DesktopWindow } from '../desktop/contract.ts';
import { safeText } from './safe-text.ts';

/** More windows than these are not read by anybody. */
const MAX_WINDOWS = 24;
/** In code points. */
const MAX_TITLE = 80;

export interface PartChoice {
  readonly choice: QuestionChoice;
  /** What an option means; undefined for whatever is none. */
  partOf(id: string | undefined): SharedPart | undefined;
}

/** How an option is called in this choice alone, since ids of windows and screens are other programs' words. */
const ids = { all: 'all', screen: (at: number) => `screen-${at}`, window: (at: number) => `window-${at}` };

/**
 * Undefined where nothing can be chosen: one screen and no window, or nobody knows.
 * @param name whom it is shown to, safe to be shown
 * @param shown what is shown already, and so what stays chosen
 */
export function partChoice(parts: DesktopParts, name: string, shown?: SharedPart): PartChoice | undefined {
  const { screens } = parts;
  const windows = parts.windows.slice(0, MAX_WINDOWS);
  // The only screen there is may be another one than the one that was shown.
  const isOther = parts.oneAtATime === true && shown !== undefined && !screens.some(({ id }) => isSamePart(shown, { tag: 'screen', id }));
  const one = screens.length === 1 && !isOther;
  if (screens.length === 0 || (one && windows.length === 0)) return undefined;
  const meanings = new Map<string, SharedPart>();
  if (parts.oneAtATime !== true) meanings.set(ids.all, { tag: 'all' });
  if (!one) screens.forEach(({ id }, at) => meanings.set(ids.screen(at), { tag: 'screen', id }));
  windows.forEach(({ id }, at) => meanings.set(ids.window(at), { tag: 'window', id }));
  // What is shown already is what the question of changing it is about.
  const saysYes = (yes: string): Pick<QuestionOption, 'yes'> => (shown === undefined ? { yes } : {});
  const yes = saysYes(t('part.yesWindow'));
  const ofWindows = windows.map(
    (window, at): QuestionOption => ({ id: ids.window(at), ...windowWords(window), ...windowPlace(window, parts), ...yes }),
  );
  const whole: readonly QuestionOption[] = one ? [{ id: ids.all, text: t('part.whole') }] : [];
  const folded = { text: t('part.oneWindow'), hint: t('part.oneWindowHint'), options: [...whole, ...ofWindows] };
  return {
    choice: {
      legend: t('part.legend', { name }),
      options: one ? [] : screenOptions(parts, saysYes),
      ...(windows.length === 0 ? {} : { more: folded }),
      chosen: [...meanings].find(([, part]) => shown !== undefined && isSamePart(part, shown))?.[0] ?? atFirst(parts),
    },
    partOf: (id) => (id === undefined ? undefined : meanings.get(id)),
  };
}

/**
 * What a yes means where nothing was chosen. The only screen stays the one that is meant, also when there are several later and no picture has all of them.
 */
export function plainPart({ screens, oneAtATime }: DesktopParts): SharedPart {
  const [only] = screens;
  return oneAtATime === true && only !== undefined ? { tag: 'screen', id: only.id } : { tag: 'all' };
}

/** The screen that the question is on, where there are several: whoever means more says so. */
function atFirst({ screens, here, oneAtATime }: DesktopParts): string {
  if (screens.length === 1 && oneAtATime !== true) return ids.all;
  const at = screens.findIndex(({ id }) => id === here);
  return ids.screen(Math.max(0, at >= 0 ? at : screens.findIndex(({ primary }) => primary)));
}

function screenOptions(
  { screens, here, oneAtATime }: DesktopParts,
  saysYes: (yes: string) => Pick<QuestionOption, 'yes'>,
): readonly QuestionOption[] {
  const areas = screens.map(({ area }) => area);
  const drawn = (isMeant: (at: number) => boolean): QuestionOption['screens'] & {} =>
    areas.map((area, at) => ({ ...area, meant: isMeant(at) }));
  const each = screens.map(({ id, area: { width, height } }, at): QuestionOption => {
    const size = { width: String(width), height: String(height) };
    const screen = screenTitle(areas, at);
    return {
      id: ids.screen(at),
      text: id === here ? t('part.here') : screen,
      detail: id === here ? t('part.hereSize', { ...size, screen }) : t('part.size', size),
      screens: drawn((place) => place === at),
      ...saysYes(id === here ? t('part.yesHere') : t('part.yesScreen', { screen: screenName(areas, at) })),
    };
  });
  if (oneAtATime === true) return each;
  return [...each, { id: ids.all, text: t('part.all'), screens: drawn(() => true), ...saysYes(t('part.yesAll')) }];
}

/** Windows that are called the same are told apart by where they are. */
function windowPlace(window: DesktopWindow, { windows, screens }: DesktopParts): Pick<QuestionOption, 'screens' | 'window'> {
  const said = windowWords(window);
  const isCalledSo = (other: DesktopWindow): boolean => {
    const { text, detail } = windowWords(other);
    return text === said.text && detail === said.detail;
  };
  if (windows.filter(isCalledSo).length === 1) return {};
  return { screens: screens.map(({ area }) => ({ ...area, meant: false })), window: { ...window.area } };
}

function windowWords({ title, program = '' }: DesktopWindow): Pick<QuestionOption, 'text' | 'detail'> {
  const [text, detail] = [safeText(title, MAX_TITLE), safeText(program, MAX_TITLE)];
  if (text === '') return { text: detail === '' ? t('part.windowUnnamed') : detail };
  return detail === '' || text.includes(detail) ? { text } : { text, detail };
}
