import { Check, X } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { InvitationView } from '../../../preload/contract.ts';
import { Avatar, Button, ProblemLine } from '../design/controls.tsx';
import { ago } from '../figures.ts';
import { problemText, type Problem } from '../problem.ts';
import { displayName } from '../selectors.ts';

export function InvitationCard({
  invitation,
  nowMs,
  pending,
  problem,
  onAccept,
  onDecline,
}: {
  readonly invitation: InvitationView;
  readonly nowMs: number;
  readonly pending: boolean;
  readonly problem: Problem | undefined;
  readonly onAccept: () => void;
  readonly onDecline: () => void;
}) {
  const name = displayName(invitation.from);
  const titleId = `invitation-${invitation.id}`;
  return (
    <section className="card invitation" aria-labelledby={titleId}>
      <div className="row row--top">
        <Avatar name={name} />
        <div className="grow">
          <h1 id={titleId} className="break">
            {t(invitation.offer ? 'offer.title' : 'invitation.title', { name })}
          </h1>
          <p className="soft small break">{invitation.from.address}</p>
          <p className="soft small">{t('invitation.when', { when: ago(invitation.receivedAtMs, nowMs) })}</p>
        </div>
      </div>
      <p className="break">{t(invitation.offer ? 'offer.meaning' : 'invitation.meaning', { name })}</p>
      <ProblemLine text={problem === undefined ? undefined : problemText(problem)} />
      <div className="row">
        <Button look="primary" busy={pending} onClick={onAccept}>
          <Check size={22} aria-hidden />
          {invitation.offer ? t('offer.accept', { name }) : t('invitation.accept')}
        </Button>
        <Button disabled={pending} onClick={onDecline}>
          <X size={22} aria-hidden />
          {t('invitation.decline')}
        </Button>
      </div>
    </section>
  );
}
