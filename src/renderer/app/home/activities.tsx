import type { Activity } from '../../../facts/activities.ts';
import { Check, LifeBuoy, Play, Trash2, X } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { AppState, ContactView, ProgramView } from '../../../preload/contract.ts';
import { Avatar, Button, ConfirmButton, ProblemLine } from '../design/controls.tsx';
import { problemText, type Problem } from '../problem.ts';
import { waitingActivities } from '../invitations.ts';
import { displayName } from '../selectors.ts';
import { useBroughtIntoView } from './brought-into-view.ts';
import './activities.css';

interface ActivitiesProps {
  readonly app: AppState;
  readonly pending: boolean;
  readonly problem: Problem | undefined;
  readonly onAccept: (id: string) => void;
  readonly onCancel: (id: string) => void;
}

/** Invitations to other programs: those that wait for an answer, and a line for each that is under way. */
export function Activities({ app, pending, problem, onAccept, onCancel }: ActivitiesProps) {
  const waiting = waitingActivities(app);
  const underWay = app.activities.filter((activity) => !waiting.includes(activity));
  return (
    <div className="stack appearing" aria-live="polite">
      <ProblemLine text={problemText(problem)} />
      {waiting.map((activity) => (
        <ActivityCard
          key={activity.id}
          activity={activity}
          own={app.programs.find(({ kind }) => kind === activity.kind)?.choice.use === 'own'}
          pending={pending}
          onAccept={() => onAccept(activity.id)}
          onDecline={() => onCancel(activity.id)}
        />
      ))}
      {underWay.map((activity) => {
        const values = { name: displayName(activity.peer), activity: t(`activity.name.${activity.kind}`) };
        return (
          <div className="card row" key={activity.id}>
            <p className="grow break">{activity.phase === 'waiting' ? t('activity.waiting', values) : t('activity.negotiating', values)}</p>
            <Button onClick={() => onCancel(activity.id)}>{t('activity.cancel')}</Button>
          </div>
        );
      })}
    </div>
  );
}

/** What is filled in is not known yet. */
const withoutBraces = (line: string): string => line.replaceAll(/\{\w+\}/g, '…');

function ActivityCard({
  activity,
  own,
  pending,
  onAccept,
  onDecline,
}: {
  readonly activity: Activity;
  /** The person has written the line that is run. */
  readonly own: boolean;
  readonly pending: boolean;
  readonly onAccept: () => void;
  readonly onDecline: () => void;
}) {
  const card = useBroughtIntoView();
  const name = displayName(activity.peer);
  const titleId = `activity-${activity.id}`;
  return (
    <section ref={card} className="card invitation" aria-labelledby={titleId}>
      <div className="row row--top">
        <Avatar name={name} />
        <div className="grow">
          <h1 id={titleId} className="break">
            {t('activity.invitedTitle', { name, activity: t(`activity.name.${activity.kind}`) })}
          </h1>
          <p className="soft small break">{activity.peer.address}</p>
        </div>
      </div>
      <p>{t(`activity.does.${activity.kind}`)}</p>
      {own ? (
        <p>
          {t('activity.runs')} <code className="command-line">{withoutBraces(activity.line)}</code>
        </p>
      ) : (
        <p>{t('activity.runsDefault')}</p>
      )}
      <p className="soft small">{t('activity.runsHint')}</p>
      <div className="row">
        <Button look="primary" busy={pending} onClick={onAccept}>
          <Check size={22} aria-hidden />
          {t('activity.accept')}
        </Button>
        <Button disabled={pending} onClick={onDecline}>
          <X size={22} aria-hidden />
          {t('activity.decline')}
        </Button>
      </div>
    </section>
  );
}

interface ActivityMenuProps {
  readonly contact: ContactView;
  readonly programs: readonly ProgramView[];
  readonly onStart: (kind: ProgramView['kind']) => void;
  /** Undefined while a session runs. */
  readonly onOfferHelp: (() => void) | undefined;
  readonly onSetUp: () => void;
  readonly onRemove: () => void;
}

/** What can be done together with one contact: what works now comes first, the rest says what it needs. */
export function ActivityMenu({ contact, programs, onStart, onOfferHelp, onSetUp, onRemove }: ActivityMenuProps) {
  const name = displayName(contact);
  const here = contact.presence !== 'offline';
  const ready = programs.filter((program) => program.ready);
  const others = programs.filter((program) => !program.ready);
  return (
    <section className="inset stack" aria-label={t('activity.menuFor', { name })}>
      <h3>{t('activity.menuTitle', { name })}</h3>
      {here ? null : <p className="soft">{t('activity.notHere', { name })}</p>}
      <ul className="choices-list" hidden={!here}>
        <li>
          <Button disabled={onOfferHelp === undefined} onClick={onOfferHelp}>
            <LifeBuoy size={20} aria-hidden />
            {t('activity.offerHelp')}
          </Button>
          <span className="soft small">{t('activity.offerHelpDoes', { name })}</span>
        </li>
        {ready.map(({ kind }) => (
          <li key={kind}>
            <Button onClick={() => onStart(kind)}>
              <Play size={20} aria-hidden />
              {t(`activity.name.${kind}`)}
            </Button>
            <span className="soft small">{t(`activity.does.${kind}`)}</span>
          </li>
        ))}
      </ul>
      {here && others.length > 0 && (
        <div className="stack">
          <p className="soft small">
            {t('activity.needProgram')} {others.map(({ kind }) => t(`activity.name.${kind}`)).join(' · ')}
          </p>
          <div>
            <Button look="quiet" onClick={onSetUp}>
              {t('activity.setUp')}
            </Button>
          </div>
        </div>
      )}
      <div>
        <ConfirmButton question={t('contacts.removeSure', { name })} confirm={t('common.remove')} onConfirm={onRemove}>
          <Trash2 size={20} aria-hidden />
          {t('contacts.remove', { name })}
        </ConfirmButton>
      </div>
    </section>
  );
}
