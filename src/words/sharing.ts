/* What of a computer is shown, in words for the person who shows it: in their windows, and at the tray. */
import { screenName, type ScreenArea } from './screens.ts';
import { t } from './words.ts';

/** As a session's status has it. */
export interface ShownPart {
  readonly part: { readonly tag: 'all' } | { readonly tag: 'screen' | 'window'; readonly id: string };
  readonly state: 'shown' | 'hidden' | 'gone';
  readonly title?: string;
  readonly screens: readonly { readonly id: string; readonly area: ScreenArea }[];
}

/** Of another program's title no more than the novice's bar has room for beside what it says. In code points. */
const MAX_TITLE = 40;

/** What the screen of this id is called among the others; undefined for one that is not there. */
export function sharedScreenName({ screens }: Pick<ShownPart, 'screens'>, id: string): string | undefined {
  const at = screens.findIndex((screen) => screen.id === id);
  if (at < 0) return undefined;
  return screenName(
    screens.map(({ area }) => area),
    at,
  );
}

/** What this person sees of the computer, where that is not simply its screen. */
export function seenBy(name: string, shown: ShownPart): string | undefined {
  const { part, state } = shown;
  const title = titleInWords(shown);
  if (part.tag === 'all') return shown.screens.length > 1 ? t('sharing.novice.all', { name }) : undefined;
  if (state === 'gone') return t(`sharing.novice.gone.${part.tag}`, { name });
  if (part.tag === 'screen') {
    if (shown.screens.length < 2) return undefined;
    const screen = sharedScreenName(shown, part.id);
    return screen === undefined ? undefined : t('sharing.novice.screen', { name, screen });
  }
  const hidden = state === 'hidden';
  if (title === '') return t(hidden ? 'sharing.novice.hiddenUnnamed' : 'sharing.novice.windowUnnamed', { name });
  return t(hidden ? 'sharing.novice.hidden' : 'sharing.novice.window', { name, title });
}

/** The title of the window as {@link seenBy} says it; '' where it says none. */
export function titleInWords({ title = '' }: Pick<ShownPart, 'title'>): string {
  const letters = Array.from(title);
  return letters.length <= MAX_TITLE ? title : `${letters.slice(0, MAX_TITLE).join('').trimEnd()}…`;
}
