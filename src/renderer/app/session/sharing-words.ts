/** What of the novice's computer is shown, in words for either side. */
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { seenBy, sharedScreenName } from '../../../words/sharing.ts';
import { t } from '../../../words/words.ts';
import { displayName } from '../selectors.ts';

type Shared = NonNullable<SessionStatus['sharing']>;

/** Whether there is something else that the novice could show: windows there are wherever one picture has all screens. */
export const hasSomethingElse = ({ part, screens, oneAtATime }: Shared): boolean =>
  screens.length > 1 || (screens.length === 1 && (oneAtATime !== true || part.tag !== 'screen' || screens[0]?.id !== part.id));

/** For the novice, what the expert sees where that is not simply the screen. */
export const noviceShows = ({ sharing, peer }: SessionStatus): string | undefined =>
  sharing === undefined ? undefined : seenBy(displayName(peer), sharing);

/** For the expert, what it is that they see. */
export function expertSees(sharing: Shared): string {
  const { part, title = '' } = sharing;
  if (part.tag === 'all') return sharing.screens.length > 1 ? t('sharing.expert.all') : t('sharing.expert.whole');
  if (part.tag === 'screen') {
    const screen = sharing.screens.length < 2 ? undefined : sharedScreenName(sharing, part.id);
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

/** Another one where something else is shown, but not where a window is called something else by now, which may be so all the time. */
export const whatIsShown = ({ sharing }: SessionStatus): string =>
  sharing === undefined ? '' : JSON.stringify([sharing.part, sharing.state, sharing.screens, sharing.title === undefined]);

/** Said once, and again when it is another: that there are more screens than the one that is seen, or that one window is. */
export function seesInWords({ sharing, peer }: SessionStatus): string | undefined {
  if (sharing === undefined || sharing.state !== 'shown' || (sharing.screens.length < 2 && sharing.part.tag !== 'window')) return undefined;
  return `${t('sharing.expert.screens', { name: displayName(peer), count: sharing.screens.length })} ${expertSees(sharing)}`;
}
