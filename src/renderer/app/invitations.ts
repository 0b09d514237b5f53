import type { Activity } from '../../facts/activities.ts';
import type { AppState } from '../../preload/contract.ts';

/** The incoming activities that wait for this person's answer. */
export const waitingActivities = (app: AppState): readonly Activity[] =>
  app.activities.filter(({ role, phase }) => role === 'invitee' && phase === 'waiting');

/** Whether `now` has an invitation that `before` had not, and that calls somebody. */
export function newInvitation(before: AppState | undefined, now: AppState): boolean {
  const open = (app: AppState): readonly { readonly id: string; readonly quiet?: true }[] => [
    ...app.invitations,
    ...waitingActivities(app),
  ];
  const known = before === undefined ? [] : open(before);
  return open(now).some(({ id, quiet }) => quiet !== true && !known.some((invitation) => invitation.id === id));
}
