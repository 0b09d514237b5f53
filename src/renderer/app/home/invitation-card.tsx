import { Check, X } from 'lucide-react';
import type { InvitationView } from '../../../preload/contract.ts';
import { t } from '../../../words/words.ts';
import { useNow } from '../clock.tsx';
import { Avatar, Banner, Button } from '../design/controls.tsx';
import { ago } from '../figures.ts';
import { displayName } from '../selectors.ts';
import { useBroughtIntoView } from './brought-into-view.ts';

export function InvitationCard({
  invitation,
  pending,
  onAccept,
  onDecline,
}: {
  readonly invitation: InvitationView;
  readonly pending: boolean;
  readonly onAccept: () => void;
  readonly onDecline: () => void;
}) {
  const card = useBroughtIntoView();
  const nowMs = useNow('minute');
  const name = displayName(invitation.from);
  const titleId = `invitation-${invitation.id}`;
  return (
    <section ref={card} className="card invitation" aria-labelledby={titleId}>
      <div className="row row--top">
        {/* A guest's name stands in quotation marks. */}
        <Avatar name={invitation.guest ? name.replaceAll(/[“”]/g, '') : name} />
        <div className="grow">
          <h1 id={titleId} className="break">
            {t(invitation.offer ? 'offer.title' : 'invitation.title', { name })}
          </h1>
          <p className="soft small break">{invitation.guest ? t('invitation.guestAddress') : invitation.from.address}</p>
          <p className="soft small" aria-live="off">
            {t('invitation.when', { when: ago(invitation.receivedAtMs, nowMs) })}
          </p>
        </div>
      </div>
      {invitation.guest && (
        <Banner kind={invitation.like === undefined ? 'info' : 'warning'}>
          {invitation.like === undefined ? t('invitation.guest') : t('invitation.guestLike', { name: invitation.like })}
        </Banner>
      )}
      <p className="break">{t(invitation.offer ? 'offer.meaning' : 'invitation.meaning', { name })}</p>
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
