import { MessageCircle, Shapes, UserPlus } from 'lucide-react';
import { Fragment, useState, type FormEvent } from 'react';
import { t, tFromData } from '../../../words/words.ts';
import type { ContactView, ConversationView, ProgramView, TransportView } from '../../../preload/contract.ts';
import { peerKey, samePeer, type PeerAddress } from '../../../protocol/applications/peer.ts';
import { useNow } from '../clock.tsx';
import { Button, Choices, Field, Person, ProblemLine } from '../design/controls.tsx';
import { ago } from '../figures.ts';
import { problemText, type ActionState } from '../problem.ts';
import { displayName, presenceText, sortedContacts } from '../selectors.ts';
import { ContactLink, type ContactLinkProps } from './contact-link.tsx';
import { ActivityMenu } from './activities.tsx';

export interface ContactsProps extends ActionState {
  readonly contacts: readonly ContactView[];
  /** Those that are signed in. */
  readonly transports: readonly TransportView[];
  readonly onAdd: (peer: PeerAddress) => Promise<{ readonly ok: boolean }>;
  readonly onRemove: (peer: PeerAddress) => void;
  readonly conversations: readonly ConversationView[];
  readonly onTalk: (peer: PeerAddress) => void;
  readonly programs: readonly ProgramView[];
  readonly onStartActivity: (peer: PeerAddress, kind: ProgramView['kind']) => void;
  /** Undefined while a session runs. */
  readonly onOfferHelp: ((peer: PeerAddress) => void) | undefined;
  readonly onSetUpPrograms: () => void;
  /** Where an account is signed in by whose server people become contacts with a link. */
  readonly link: ContactLinkProps | undefined;
}

export function Contacts({
  contacts,
  transports,
  pending,
  problem,
  onAdd,
  onRemove,
  conversations,
  onTalk,
  programs,
  onStartActivity,
  onOfferHelp,
  onSetUpPrograms,
  link,
}: ContactsProps) {
  const [openFor, setOpenFor] = useState<string>();
  const [wanted, setWanted] = useState('');
  const many = contacts.length >= SEARCHED_FROM;
  const shown = sortedContacts(many ? matching(contacts, wanted) : contacts);
  return (
    <section className="card stack" aria-labelledby="contacts-title">
      <h2 id="contacts-title">{t('contacts.title')}</h2>
      {contacts.length === 0 ? (
        <p className="soft">
          <strong>{t('contacts.empty')}</strong> {t('contacts.emptyHint')}
        </p>
      ) : (
        <ul className="people">
          {many && (
            <li>
              <Field label={t('contacts.search')} value={wanted} onValue={setWanted} type="search" autoComplete="off" spellCheck={false} />
            </li>
          )}
          {shown.length === 0 && <li className="soft">{t('contacts.noMatch')}</li>}
          {shown.map((contact) => (
            <Fragment key={peerKey(contact)}>
              <li className="person">
                <Person name={displayName(contact)} presence={contact.presence}>
                  {presenceText(contact)}
                  {isShared(contact, contacts) && <> · {contact.address}</>}
                  {contact.lastHelpedAtMs !== undefined && (
                    <>
                      {' '}
                      · <LastHelped atMs={contact.lastHelpedAtMs} />
                    </>
                  )}
                </Person>
                <TalkButton
                  name={displayName(contact)}
                  unread={conversations.find((conversation) => samePeer(conversation, contact))?.unread ?? 0}
                  onTalk={() => onTalk(contact)}
                />
                <Button
                  aria-label={t('activity.menuOf', { name: displayName(contact) })}
                  aria-expanded={openFor === peerKey(contact)}
                  onClick={() => setOpenFor(openFor === peerKey(contact) ? undefined : peerKey(contact))}
                >
                  <Shapes size={20} aria-hidden />
                  {t('activity.menu')}
                </Button>
              </li>
              {openFor === peerKey(contact) && (
                <li>
                  <ActivityMenu
                    onRemove={() => {
                      setOpenFor(undefined);
                      onRemove(contact);
                    }}
                    contact={contact}
                    programs={programs}
                    onStart={(kind) => {
                      setOpenFor(undefined);
                      onStartActivity(contact, kind);
                    }}
                    onOfferHelp={
                      onOfferHelp === undefined
                        ? undefined
                        : () => {
                            setOpenFor(undefined);
                            onOfferHelp(contact);
                          }
                    }
                    onSetUp={onSetUpPrograms}
                  />
                </li>
              )}
            </Fragment>
          ))}
        </ul>
      )}
      <AddContact
        transports={transports}
        pending={pending}
        problem={problem}
        disabled={transports.length === 0}
        startOpen={contacts.length === 0}
        onAdd={onAdd}
      />
      {link !== undefined && <ContactLink {...link} />}
    </section>
  );
}

/** So many contacts, and more, are searched rather than read. */
const SEARCHED_FROM = 10;

function matching(contacts: readonly ContactView[], wanted: string): readonly ContactView[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return contacts.filter((contact) => {
    const text = `${displayName(contact)} ${contact.address}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Somebody else has the same name: the address tells them apart. */
const isShared = (contact: ContactView, contacts: readonly ContactView[]): boolean =>
  contacts.some((other) => !samePeer(other, contact) && displayName(other) === displayName(contact));

function LastHelped({ atMs }: { readonly atMs: number }) {
  return t('contacts.lastHelped', { when: ago(atMs, useNow('minute')) });
}

/** Buttons for contacts with unread messages, at the top because the list of contacts may be out of sight. */
export function NewMessages({ contacts, conversations, onTalk }: Pick<ContactsProps, 'contacts' | 'conversations' | 'onTalk'>) {
  const writers = contacts.filter((contact) =>
    conversations.some((conversation) => samePeer(conversation, contact) && conversation.unread > 0),
  );
  return (
    <div className="stack appearing" role="status">
      {writers.map((contact) => (
        <Button key={peerKey(contact)} wide onClick={() => onTalk(contact)}>
          <MessageCircle size={22} aria-hidden />
          {t('chat.newFrom', { name: displayName(contact) })}
        </Button>
      ))}
    </div>
  );
}

/** Opens the conversation and shows its number of unread messages. */
function TalkButton({ name, unread, onTalk }: { readonly name: string; readonly unread: number; readonly onTalk: () => void }) {
  const label = unread === 0 ? t('chat.open', { name }) : t('chat.openUnread', { name, count: unread });
  return (
    <Button look="icon" aria-label={label} title={label} onClick={onTalk}>
      <MessageCircle size={20} aria-hidden />
      {unread > 0 && (
        <span className="unread" aria-hidden>
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </Button>
  );
}

/** The form for a further contact, folded to one button until it is pressed. It asks for the messenger where there is a choice. */
export function AddContact({
  transports,
  pending,
  problem,
  disabled,
  startOpen,
  onAdd,
}: ActionState & {
  readonly transports: readonly TransportView[];
  readonly disabled: boolean;
  readonly startOpen: boolean;
  readonly onAdd: (peer: PeerAddress) => Promise<{ readonly ok: boolean }>;
}) {
  // Contacts arrive a moment after the window: a form that was open because there were none folds again.
  const [wanted, setWanted] = useState(false);
  const open = startOpen || wanted;
  const [address, setAddress] = useState('');
  const [chosen, setChosen] = useState<string>();
  const transport = transports.find(({ name }) => name === chosen) ?? transports[0];
  if (!open) {
    return (
      <div className="stack">
        {/* What was refused may have been a removal, and adding may be folded again. */}
        <ProblemLine text={problemText(problem)} />
        <div>
          <Button onClick={() => setWanted(true)} disabled={disabled}>
            <UserPlus size={20} aria-hidden />
            {t('contacts.add')}
          </Button>
        </div>
      </div>
    );
  }
  const add = async () => {
    if (transport === undefined) return;
    const result = await onAdd({ transport: transport.name, address: address.trim() });
    if (!result.ok) return;
    setAddress('');
    setWanted(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void add();
  };
  return (
    <form className="stack" onSubmit={submit}>
      {transports.length > 1 && transport !== undefined && (
        <Choices
          legend={t('contacts.addWhere')}
          value={transport.name}
          onValue={setChosen}
          choices={transports.map(({ name, title }) => ({ value: name, label: tFromData(title, {}) }))}
        />
      )}
      <Field
        label={t('contacts.addAddress')}
        hint={t('account.addressHint')}
        value={address}
        onValue={setAddress}
        error={problemText(problem)}
        required
        maxLength={129}
        spellCheck={false}
        autoComplete="off"
        autoFocus={!startOpen}
        disabled={disabled}
      />
      <div className="row">
        <Button type="submit" look="primary" busy={pending} disabled={disabled || address.trim() === ''}>
          {t('contacts.addSubmit')}
        </Button>
        {!startOpen && <Button onClick={() => setWanted(false)}>{t('common.cancel')}</Button>}
      </div>
    </form>
  );
}
