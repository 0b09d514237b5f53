import { MessageCircle, Shapes, Trash2, UserPlus } from 'lucide-react';
import { Fragment, useState, type FormEvent } from 'react';
import { t } from '../../../words/words.ts';
import type { ContactView, ConversationView, ProgramView } from '../../../preload/contract.ts';
import { useNow } from '../clock.tsx';
import { Button, ConfirmButton, Field, Person, ProblemLine } from '../design/controls.tsx';
import { ago } from '../figures.ts';
import { problemText, type ActionState } from '../problem.ts';
import { displayName, sortedContacts } from '../selectors.ts';
import { ActivityMenu } from './activities.tsx';

export interface ContactsProps extends ActionState {
  readonly contacts: readonly ContactView[];
  readonly signedIn: boolean;
  readonly onAdd: (address: string) => Promise<{ readonly ok: boolean }>;
  readonly onRemove: (address: string) => void;
  readonly conversations: readonly ConversationView[];
  readonly onTalk: (address: string) => void;
  readonly programs: readonly ProgramView[];
  readonly onStartActivity: (address: string, kind: ProgramView['kind']) => void;
  /** Undefined while a session runs. */
  readonly onOfferHelp: ((address: string) => void) | undefined;
  readonly onSetUpPrograms: () => void;
}

export function Contacts({
  contacts,
  signedIn,
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
}: ContactsProps) {
  const [openFor, setOpenFor] = useState<string>();
  return (
    <section className="card stack" aria-labelledby="contacts-title">
      <h2 id="contacts-title">{t('contacts.title')}</h2>
      {contacts.length === 0 ? (
        <p className="soft">
          <strong>{t('contacts.empty')}</strong> {t('contacts.emptyHint')}
        </p>
      ) : (
        <ul className="people">
          {sortedContacts(contacts).map((contact) => (
            <Fragment key={contact.address}>
              <li className="person">
                <Person name={displayName(contact)} presence={contact.presence}>
                  {t(`presence.${contact.presence}`)}
                  {contact.lastHelpedAtMs !== undefined && (
                    <>
                      {' '}
                      · <LastHelped atMs={contact.lastHelpedAtMs} />
                    </>
                  )}
                </Person>
                <TalkButton
                  name={displayName(contact)}
                  unread={conversations.find(({ address }) => address === contact.address)?.unread ?? 0}
                  onTalk={() => onTalk(contact.address)}
                />
                {signedIn && contact.presence !== 'offline' && (
                  <Button
                    aria-expanded={openFor === contact.address}
                    onClick={() => setOpenFor(openFor === contact.address ? undefined : contact.address)}
                  >
                    <Shapes size={20} aria-hidden />
                    {t('activity.menu')}
                  </Button>
                )}
                <ConfirmButton
                  look="icon"
                  label={t('contacts.remove', { name: displayName(contact) })}
                  question={t('contacts.removeSure', { name: displayName(contact) })}
                  confirm={t('common.remove')}
                  onConfirm={() => onRemove(contact.address)}
                >
                  <Trash2 size={20} aria-hidden />
                </ConfirmButton>
              </li>
              {signedIn && contact.presence !== 'offline' && openFor === contact.address && (
                <li>
                  <ActivityMenu
                    contact={contact}
                    programs={programs}
                    onStart={(kind) => {
                      setOpenFor(undefined);
                      onStartActivity(contact.address, kind);
                    }}
                    onOfferHelp={
                      onOfferHelp === undefined
                        ? undefined
                        : () => {
                            setOpenFor(undefined);
                            onOfferHelp(contact.address);
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
      <AddContact pending={pending} problem={problem} disabled={!signedIn} startOpen={contacts.length === 0} onAdd={onAdd} />
    </section>
  );
}

function LastHelped({ atMs }: { readonly atMs: number }) {
  return t('contacts.lastHelped', { when: ago(atMs, useNow('minute')) });
}

/** Buttons for contacts with unread messages, at the top because the list of contacts may be out of sight. */
export function NewMessages({ contacts, conversations, onTalk }: Pick<ContactsProps, 'contacts' | 'conversations' | 'onTalk'>) {
  const writers = contacts.filter(({ address }) =>
    conversations.some((conversation) => conversation.address === address && conversation.unread > 0),
  );
  return (
    <div className="stack appearing" role="status">
      {writers.map((contact) => (
        <Button key={contact.address} wide onClick={() => onTalk(contact.address)}>
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

/** The form for a further contact, folded to one button until it is pressed. */
export function AddContact({
  pending,
  problem,
  disabled,
  startOpen,
  onAdd,
}: ActionState & {
  readonly disabled: boolean;
  readonly startOpen: boolean;
  readonly onAdd: (address: string) => Promise<{ readonly ok: boolean }>;
}) {
  // Contacts arrive a moment after the window: a form that was open because there were none folds again.
  const [wanted, setWanted] = useState(false);
  const open = startOpen || wanted;
  const [address, setAddress] = useState('');
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
    const result = await onAdd(address.trim());
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
