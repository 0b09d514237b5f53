import { ArrowLeft, ChevronRight } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { ContactView, TransportView } from '../../../preload/contract.ts';
import { peerKey, type PeerAddress } from '../../../protocol/applications/peer.ts';
import { Avatar, Button, Person, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { displayName, presenceText, reachable, unreachable } from '../selectors.ts';
import { AddContact } from './contacts.tsx';
import { GuestForm, type GuestFormProps } from './guest-form.tsx';
import './home.css';

export interface ContactPickerProps {
  readonly contacts: readonly ContactView[];
  /** Where a contact can be added. */
  readonly transports: readonly TransportView[];
  readonly states: { readonly ask: ActionState; readonly contacts: ActionState };
  readonly onAsk: (peer: PeerAddress) => void;
  readonly onAddContact: (peer: PeerAddress) => Promise<{ readonly ok: boolean }>;
  readonly onBack: () => void;
  /** Somebody who is on no list, and has given out a code. */
  readonly guest: GuestFormProps;
}

/** Choosing a helper: contacts who can answer now come first; for the others it says what to do. */
export function ContactPicker({ contacts, transports, states, onAsk, onAddContact, onBack, guest }: ContactPickerProps) {
  const online = reachable(contacts);
  const offline = unreachable(contacts);
  return (
    <section className="stack stack--wide" aria-labelledby="picker-title">
      <div className="stack">
        <div>
          <Button look="back" onClick={onBack}>
            <ArrowLeft size={20} aria-hidden />
            {t('common.back')}
          </Button>
        </div>
        <h1 id="picker-title">{t('picker.title')}</h1>
        <p className="ask__lead">{t('picker.lead')}</p>
        <ProblemLine text={problemText(states.ask.problem)} />
      </div>
      {contacts.length === 0 ? (
        <div className="card stack">
          <p>{t('picker.empty')}</p>
          <AddContact startOpen transports={transports} {...states.contacts} disabled={false} onAdd={onAddContact} />
        </div>
      ) : (
        <>
          <div className="stack">
            <h2>{t('picker.online')}</h2>
            {online.length === 0 ? (
              <p className="soft">{t('picker.nobodyOnline')}</p>
            ) : (
              <ul className="stack">
                {online.map((contact) => (
                  <li key={peerKey(contact)} className="pick">
                    <Avatar name={displayName(contact)} presence={contact.presence} />
                    <span className="person__words">
                      <button
                        type="button"
                        className="pick__ask"
                        disabled={states.ask.pending}
                        aria-describedby={`pick-${peerKey(contact)}`.replaceAll(' ', '-')}
                        onClick={() => onAsk(contact)}
                      >
                        {t('picker.askPerson', { name: displayName(contact) })}
                      </button>
                      <span className="person__more" id={`pick-${peerKey(contact)}`.replaceAll(' ', '-')}>
                        {presenceText(contact)} · {contact.address}
                      </span>
                    </span>
                    <ChevronRight size={26} aria-hidden className="pick__go" />
                  </li>
                ))}
              </ul>
            )}
          </div>
          {offline.length > 0 && (
            <div className="stack">
              <h2>{t('picker.offline')}</h2>
              <p className="soft">{t('picker.offlineHint')}</p>
              <ul className="people">
                {offline.map((contact) => (
                  <li className="person" key={peerKey(contact)}>
                    <Person name={displayName(contact)} presence="offline">
                      {contact.address}
                    </Person>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </>
      )}
      <details className="fold" open={guest.pending || guest.problem !== undefined ? true : undefined}>
        <summary>{t('guest.somebodyElse')}</summary>
        <div className="card">
          <GuestForm {...guest} />
        </div>
      </details>
    </section>
  );
}
