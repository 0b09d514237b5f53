import type { AccountField } from '../../../facts/accounts.ts';
import { useEffect, useRef, useState, type ClipboardEvent, type FormEvent } from 'react';
import { t, tFromData } from '../../../words/words.ts';
import type { AccountView, TransportView, TypedAccount } from '../../../preload/contract.ts';
import { Button, Choices, Field, ProblemLine, SecretField, Switch } from '../design/controls.tsx';
import { hasAccountLink } from '../../../protocol/msnp/account-link.ts';
import { linkedAccount, linkProblem } from '../linked-account.ts';
import { serverInvitationIn, type ServerInvitation } from '../server-invitation.ts';
import { fieldProblem, generalProblem, problemOfAccount, type ActionState, type Problem } from '../problem.ts';

export interface AccountFormProps extends ActionState {
  /** The transport of the account; it names the fields. */
  readonly transport: TransportView;
  readonly initial?: AccountView;
  /** Of a server, opened or pasted elsewhere: the form begins with it. */
  readonly invitation?: ServerInvitation | undefined;
  /** `make`: the server makes the account first, by the link in its `invitation` where there is one. */
  readonly onSave: (account: TypedAccount, make: boolean) => Promise<{ readonly ok: boolean }>;
  readonly onCancel?: () => void;
}

export function AccountForm({ transport, initial, invitation, pending, problem: latest, onSave, onCancel }: AccountFormProps) {
  const { name, fields, makesAccounts = false } = transport;
  /** What was refused is about what the form said then. */
  const [outdated, setOutdated] = useState<Problem>();
  const invited = makesAccounts ? invitation : undefined;
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>(
    invited === undefined ? (initial?.values ?? {}) : { friendlyName: initial?.friendlyName ?? '', address: invited.address },
  );
  const problem = latest === undefined || latest === outdated ? undefined : problemOfAccount(latest, fields, typed);
  const [linked, setLinked] = useState<Readonly<Record<string, string>>>(initial?.values ?? {});
  const [wrong, setWrong] = useState<string>();
  const [making, setMaking] = useState(invited !== undefined);
  const [link, setLink] = useState(invited?.link ?? '');
  const valueOf = (field: string): string => typed[field] ?? '';
  const form = useRef<HTMLFormElement>(null);
  const refused = problem?.code;
  // The form is higher than most windows, and its button at the end.
  useEffect(() => {
    if (refused !== undefined) form.current?.querySelector('[aria-invalid="true"], [role="alert"]')?.scrollIntoView({ block: 'center' });
  }, [refused]);
  const save = async () => {
    const values = fields.map((field) => [field.name, valueOf(field.name).trim()] as const).filter(([, value]) => value !== '');
    // What a link said beside the fields belongs to the account, and goes with another address.
    const beside = Object.entries(linked).filter(([other]) => !fields.some((field) => field.name === other));
    const kept = typed['address']?.trim() === linked['address'] ? Object.fromEntries(beside) : {};
    const account = { ...kept, address: '', friendlyName: '', ...Object.fromEntries(values), transport: name };
    const { ok } = await onSave(making ? { ...account, invitation: link.trim() } : account, making);
    // It is there now: whatever is still wrong is about signing in.
    if (ok) setMaking(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  /** An invitation names the server, and the name in front of the @ where there is no choice. */
  const takeInvitation = (found: ServerInvitation) => {
    setMaking(true);
    setOutdated(latest);
    setLink(found.link);
    if (!valueOf('address').endsWith(found.address)) setTyped((before) => ({ ...before, address: found.address }));
  };
  const changeLink = (text: string) => {
    setLink(text);
    if (serverInvitationIn(text) !== undefined) setOutdated(latest);
  };
  /** The message whole, in whichever field. */
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text/plain');
    const found = makesAccounts ? serverInvitationIn(text) : undefined;
    if (found !== undefined) {
      event.preventDefault();
      return takeInvitation(found);
    }
    if (!hasAccountLink(text)) return;
    event.preventDefault();
    try {
      const account = linkedAccount(text);
      if (account.transport !== name) return;
      setTyped(account);
      setLinked(account);
      setWrong(undefined);
      setOutdated(latest);
    } catch (refused) {
      setWrong(linkProblem(refused));
    }
  };
  const filled = fields.every((field) => field.optional === true || valueOf(field.name).trim() !== '');
  return (
    <form className="stack" ref={form} onSubmit={submit} onPaste={paste}>
      {makesAccounts && (
        <>
          <Switch label={t('account.make')} on={making} onChange={setMaking} />
          {making && <InvitationField value={link} onValue={changeLink} error={fieldProblem(problem, 'invitation')} />}
        </>
      )}
      {fields.map((field, index) => (
        <FormField
          key={field.name}
          field={field}
          value={valueOf(field.name)}
          onValue={(value) => setTyped((before) => ({ ...before, [field.name]: value }))}
          error={fieldProblem(problem, field.name)}
          first={index === 0}
        />
      ))}
      <ProblemLine text={wrong ?? generalProblem(problem, [...fields.map((field) => field.name), ...(making ? ['invitation'] : [])])} />
      <div className="row">
        <Button type="submit" look="primary" busy={pending} disabled={!filled}>
          {t(making ? 'account.makeSubmit' : 'account.save')}
        </Button>
        {onCancel !== undefined && <Button onClick={onCancel}>{t('common.cancel')}</Button>}
      </div>
    </form>
  );
}

function InvitationField({
  value,
  onValue,
  error,
}: {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly error: string | undefined;
}) {
  const found = serverInvitationIn(value);
  return (
    <>
      <p className="soft">{found === undefined ? t('account.makeHint') : t('account.invited', { server: found.domain })}</p>
      <Field
        label={t('account.invitation')}
        hint={t('account.invitationHint')}
        value={value}
        onValue={onValue}
        error={error}
        maxLength={2_048}
        autoComplete="off"
        spellCheck={false}
      />
    </>
  );
}

function FormField({
  field,
  value,
  onValue,
  error,
  first,
}: {
  readonly field: AccountField;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly error: string | undefined;
  readonly first: boolean;
}) {
  const common = {
    label: tFromData(field.label, {}),
    hint: tFromData(field.hint, {}),
    value,
    onValue,
    error,
    required: field.optional !== true,
    maxLength: field.maxLength,
  };
  switch (field.kind) {
    case 'unprotected':
      return (
        <details className="fold" open={value !== '' || undefined}>
          <summary>{t('account.otherPrograms')}</summary>
          <Switch label={common.label} on={value !== ''} onChange={(on) => onValue(on ? 'none' : '')} />
          <p className="soft small">{common.hint}</p>
        </details>
      );
    case 'secret':
      return <SecretField {...common} />;
    case 'name':
      return <Field {...common} autoComplete="name" autoFocus={first} />;
    default:
      return <Field {...common} autoComplete="off" spellCheck={false} autoFocus={first} />;
  }
}

export interface NewAccountFormProps extends Omit<AccountFormProps, 'transport' | 'initial' | 'onCancel'> {
  readonly transports: readonly TransportView[];
}

/** The form of a first account. Which messenger it is for is asked where there is a choice. */
export function NewAccountForm({ transports, ...form }: NewAccountFormProps) {
  const [chosen, setChosen] = useState<string>();
  const inviting = form.invitation === undefined ? undefined : transports.find(({ makesAccounts }) => makesAccounts);
  const transport = transports.find(({ name }) => name === chosen) ?? inviting ?? transports[0];
  if (transport === undefined) return null;
  return (
    <div className="stack">
      {transports.length > 1 && (
        <Choices
          legend={t('account.which')}
          value={transport.name}
          onValue={setChosen}
          choices={transports.map(({ name, title }) => ({ value: name, label: tFromData(title, {}) }))}
        />
      )}
      <AccountForm key={transport.name} transport={transport} {...form} />
    </div>
  );
}
