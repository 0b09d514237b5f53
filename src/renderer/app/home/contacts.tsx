import { Trash2, UserPlus } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { t } from '../../../words/words.ts';
import type { ContactView } from '../../../preload/contract.ts';
import { Avatar, Button, ConfirmButton, Field } from '../design/controls.tsx';
import { ago } from '../figures.ts';
import { problemText, type Problem } from '../problem.ts';
import { displayName, sortedContacts } from '../selectors.ts';

export interface ContactsProps {
  readonly contacts: readonly ContactView[];
  readonly nowMs: number;
  readonly signedIn: boolean;
  readonly pending: boolean;
  readonly problem: Problem | undefined;
  readonly onAdd: (address: string) => Promise<{ readonly ok: boolean }>;
  readonly onRemove: (address: string) => void;
}

export function Contacts({ contacts, nowMs, signedIn, pending, problem, onAdd, onRemove }: ContactsProps) {
  return (
    <section className="card stack" aria-labelledby="contacts-title">
      <h2 id="contacts-title">{t('contacts.title')}</h2>
      {contacts.length === 0 ? (
        <p className="soft"><strong>{t('contacts.empty')}</strong> {t('contacts.emptyHint')}</p>
      ) : (
        <ul className="people">
          {sortedContacts(contacts).map((contact) => (
            <li className="person" key={contact.address}>
              <Avatar name={displayName(contact)} presence={contact.presence} />
              <span className="person__words">
                <span className="person__name">{displayName(contact)}</span>
                <span className="person__more">{t(`presence.${contact.presence}`)}{contact.lastHelpedAtMs !== undefined && <> · {t('contacts.lastHelped', { when: ago(contact.lastHelpedAtMs, nowMs) })}</>}</span>
              </span>
              <ConfirmButton look="icon" label={t('contacts.remove', { name: displayName(contact) })} question={t('contacts.removeSure', { name: displayName(contact) })} confirm={t('common.remove')} onConfirm={() => onRemove(contact.address)}>
                <Trash2 size={20} aria-hidden />
              </ConfirmButton>
            </li>
          ))}
        </ul>
      )}
      <AddContact pending={pending} problem={problem} disabled={!signedIn} startOpen={contacts.length === 0} onAdd={onAdd} />
    </section>
  );
}

/** Folded to one button until it is wanted. */
export function AddContact({ pending, problem, disabled, startOpen, onAdd }: { readonly pending: boolean; readonly problem: Problem | undefined; readonly disabled: boolean; readonly startOpen: boolean; readonly onAdd: (address: string) => Promise<{ readonly ok: boolean }> }) {
  const [open, setOpen] = useState(startOpen);
  const [address, setAddress] = useState('');
  if (!open) {
    return <div><Button onClick={() => setOpen(true)} disabled={disabled}><UserPlus size={20} aria-hidden />{t('contacts.add')}</Button></div>;
  }
  const add = async () => {
    const result = await onAdd(address.trim());
    if (!result.ok) return;
    setAddress('');
    setOpen(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void add();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field label={t('contacts.addAddress')} hint={t('account.addressHint')} value={address} onValue={setAddress} error={problem === undefined ? undefined : problemText(problem)} required maxLength={129} spellCheck={false} autoComplete="off" autoFocus={!startOpen} disabled={disabled} />
      <div className="row">
        <Button type="submit" look="primary" busy={pending} disabled={disabled || address.trim() === ''}>{t('contacts.addSubmit')}</Button>
        {!startOpen && <Button onClick={() => setOpen(false)}>{t('common.cancel')}</Button>}
      </div>
    </form>
  );
}
