/** What of the novice's computer is shown, in words for either side. */
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { screenName } from '../../../words/screens.ts';
import { t } from '../../../words/words.ts';
import { displayName } from '../selectors.ts';

type Shared = NonNullable<SessionStatus['sharing']>;

/** What the screen of this id is called among the others; undefined for one that is not there. */
export function sharedScreenName({ screens }: Shared, id: string): string | undefined {
  const at = screens.findIndex((screen) => screen.id === id);
  if (at < 0) return undefined;
  return screenName(
    screens.map(({ area }) => area),
    at,
  );
}

/** For the novice, what the expert sees where that is not simply the screen. */
export function noviceShows({ sharing, peer }: SessionStatus): string | undefined {
  if (sharing === undefined) return undefined;
  const { part, state, title = '' } = sharing;
  const name = displayName(peer);
  if (part.tag === 'all') return sharing.screens.length > 1 ? t('sharing.novice.all', { name }) : undefined;
  if (state === 'gone') return t(`sharing.novice.gone.${part.tag}`, { name });
  if (part.tag === 'screen') {
    const screen = sharedScreenName(sharing, part.id);
    return screen === undefined ? undefined : t('sharing.novice.screen', { name, screen });
  }
  if (title === '') return t('sharing.novice.windowUnnamed', { name });
  return t(state === 'hidden' ? 'sharing.novice.hidden' : 'sharing.novice.window', { name, title });
}

/** For the expert, what it is that they see. */
export function expertSees(sharing: Shared): string {
  const { part, title = '' } = sharing;
  if (part.tag === 'all') return sharing.screens.length > 1 ? t('sharing.expert.all') : t('sharing.expert.whole');
  if (part.tag === 'screen') {
    const screen = sharedScreenName(sharing, part.id);
    return screen === undefined ? t('sharing.expert.whole') : t('sharing.expert.screen', { screen });
  }
  return title === '' ? t('sharing.expert.windowUnnamed') : t('sharing.expert.window', { title });
}

/** For the expert, why nothing new is seen; undefined while something is. */
export function expertMisses({ sharing, peer }: SessionStatus): string | undefined {
  if (sharing === undefined || sharing.part.tag === 'all' || sharing.state === 'shown') return undefined;
  const name = displayName(peer);
  return sharing.state === 'hidden' ? t('sharing.expert.hidden', { name }) : t(`sharing.expert.gone.${sharing.part.tag}`, { name });
}

/** Said once, and again when it is another: that there are more screens than the one that is seen, or that one window is. */
export function seesInWords({ sharing, peer }: SessionStatus): string | undefined {
  if (sharing === undefined || sharing.state !== 'shown' || (sharing.screens.length < 2 && sharing.part.tag === 'all')) return undefined;
  return `${t('sharing.expert.screens', { name: displayName(peer), count: sharing.screens.length })} ${expertSees(sharing)}`;
}
