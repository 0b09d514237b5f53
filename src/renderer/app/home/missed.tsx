import { LifeBuoy, MessageCircle, PhoneMissed } from 'lucide-react';
import { timeOfDay } from '../../../words/locale.ts';
import { t } from '../../../words/words.ts';
import type { AppState, ContactView } from '../../../preload/contract.ts';
import { samePeer } from '../../../protocol/applications/peer.ts';
import { useNow } from '../clock.tsx';
import { Button } from '../design/controls.tsx';
import { ago } from '../figures.ts';
import { displayName, missedRequests } from '../selectors.ts';

/** Who has asked and was not helped, with the ways to write back and to call back. Gone after a day, or once that person has been helped. */
export function Missed({
  app,
  onTalk,
  onOfferHelp,
}: {
  readonly app: Pick<AppState, 'history' | 'contacts'>;
  readonly onTalk: (contact: ContactView) => void;
  /** Undefined while a session runs. */
  readonly onOfferHelp: ((contact: ContactView) => void) | undefined;
}) {
  const nowMs = useNow('minute');
  const missed = missedRequests(app.history, nowMs);
  if (missed.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="missed-title">
      <h2 id="missed-title">{t('missed.title')}</h2>
      <ul className="people">
        {missed.map(({ id, peer, startedAtMs }) => {
          const { transport, address } = peer;
          const contact = transport === undefined ? undefined : app.contacts.find((each) => samePeer(each, { transport, address }));
          const name = displayName(contact ?? peer);
          const here = contact !== undefined && contact.presence !== 'offline';
          return (
            <li className="person" key={id}>
              <PhoneMissed size={22} aria-hidden />
              <span className="person__words">
                <span className="person__name">
                  {t('missed.asked', { name, time: timeOfDay(startedAtMs), when: ago(startedAtMs, nowMs) })}
                </span>
                <span className="person__more">{t(here ? 'missed.next' : 'missed.nextOffline', { name })}</span>
              </span>
              {contact !== undefined && here && (
                <Button look="primary" disabled={onOfferHelp === undefined} onClick={() => onOfferHelp?.(contact)}>
                  <LifeBuoy size={20} aria-hidden />
                  {t('missed.callBack', { name })}
                </Button>
              )}
              {contact !== undefined && (
                <Button onClick={() => onTalk(contact)}>
                  <MessageCircle size={20} aria-hidden />
                  {t('chat.open', { name })}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
