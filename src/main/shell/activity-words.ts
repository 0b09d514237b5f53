/* What main itself says about activities: notices and notifications. */
import type { Activity } from '../../facts/activities.ts';
import type { NoticeView } from '../../preload/contract.ts';
import { t } from '../../words/words.ts';
import type { ActivityNews } from '../activities/contract.ts';
import { safeText, shownPeer } from './safe-text.ts';

/** The notice for a piece of news, for `AppModel.notify`. */
export function activityNotice(
  news: ActivityNews,
): readonly [kind: NoticeView['kind'], key: string, values: Readonly<Record<string, string>>] {
  const { name } = shownPeer(news.peer);
  switch (news.tag) {
    case 'unknown':
    case 'malformed': {
      const what = safeText(news.what);
      return ['warning', `notice.activity.${news.tag}`, { name, what: what === '' ? t('activity.nameless') : what }];
    }
    case 'failedHere':
      return [
        'error',
        'notice.activity.failedHere',
        { name, activity: t(`activity.name.${news.kind}`), reason: t(`problem.${news.code}`) },
      ];
    default:
      return [
        news.tag === 'started' ? 'info' : 'warning',
        `notice.activity.${news.tag}`,
        { name, activity: t(`activity.name.${news.kind}`) },
      ];
  }
}

/** Those that wait for this person's answer, as notifications show them. */
export function waitingActivities(
  activities: readonly Activity[],
): readonly { readonly id: string; readonly from: Activity['peer']; readonly activity: Activity }[] {
  return activities
    .filter(({ role, phase }) => role === 'invitee' && phase === 'waiting')
    .map((activity) => ({ id: activity.id, from: activity.peer, activity }));
}
