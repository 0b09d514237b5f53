import { useState } from 'react';
import { t, tFromData } from '../../../words/words.ts';
import type { AccountView, ContactView, MessengerStatus, TransportView, TypedAccount } from '../../../preload/contract.ts';
import type { ServerFacts } from '../../../facts/server.ts';
import type { CommandResult } from '../../../preload/commands.ts';
import { Button, ConfirmButton, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import type { ServerInvitation } from '../server-invitation.ts';
import { signInProblem } from '../selectors.ts';
import { AboutServer } from './about-server.tsx';
import { AccountForm } from '../welcome/account-form.tsx';

export interface AccountsProps {
  readonly transports: readonly TransportView[];
  readonly accounts: readonly AccountView[];
  readonly contacts: readonly ContactView[];
  readonly states: { readonly account: ActionState; readonly messenger: ActionState; readonly server: ActionState };
  /** Of a server, where one was pasted; put away once it has been used, or is not wanted. */
  readonly invitation: ServerInvitation | undefined;
  readonly onInvitationSeen: () => void;
  readonly onSave: (account: TypedAccount, make: boolean) => Promise<{ readonly ok: boolean }>;
  /** By the transport's name, as the three below. */
  readonly onForget: (transport: string) => void;
  readonly onSignIn: (transport: string) => void;
  readonly onSignOut: (transport: string) => void;
  readonly onLookAtServer: (transport: string) => Promise<CommandResult<ServerFacts>>;
}

/** The account on each messenger. Where there is only one messenger, it is not named. */
export function Accounts({ transports, accounts, states, ...rest }: AccountsProps) {
  // What was refused is said where the person has just done something, and at the first before that.
  const [touched, setTouched] = useState(transports[0]?.name);
  return (
    <>
      <h3>{t('settings.messenger')}</h3>
      {transports.map((transport) => (
        <div key={transport.name} className="stack" onFocus={() => setTouched(transport.name)}>
          {transports.length > 1 && <h4>{tFromData(transport.title, {})}</h4>}
          <AccountOf
            {...rest}
            transport={transport}
            account={accounts.find((account) => account.transport === transport.name)}
            foldable={transports.length > 1}
            states={touched === transport.name ? states : { ...states, account: { ...states.account, problem: undefined } }}
          />
        </div>
      ))}
    </>
  );
}

function AccountOf({
  transport,
  account,
  contacts,
  foldable,
  states,
  invitation,
  onInvitationSeen,
  onSave,
  onForget,
  onSignIn,
  onSignOut,
  onLookAtServer,
}: Omit<AccountsProps, 'transports' | 'accounts'> & {
  readonly transport: TransportView;
  readonly account: AccountView | undefined;
  /** The form of an account that is not there waits behind a button. */
  readonly foldable: boolean;
}) {
  const [changing, setChanging] = useState(false);
  /** How things stood when the form was sent; it is closed once the account has signed in. */
  const [sentAt, setSentAt] = useState<MessengerStatus | 'none'>();
  const status = account?.status;
  if (changing && sentAt !== undefined && status?.tag === 'signedIn' && status !== sentAt) {
    setSentAt(undefined);
    setChanging(false);
  }
  const invited = transport.makesAccounts === true ? invitation : undefined;
  // The form that was opened with a link keeps what was typed once the link has been used.
  const [begunWith, setBegunWith] = useState<string>();
  if (invited !== undefined && invited.link !== begunWith) setBegunWith(invited.link);
  const save = async (next: TypedAccount, make: boolean) => {
    setSentAt(undefined);
    // The link is put away once it has been used, and the form stays.
    if (invited !== undefined) setChanging(true);
    const result = await onSave(next, make);
    if (!result.ok) return result;
    setChanging(true);
    setSentAt(status ?? 'none');
    return result;
  };
  const close = () => {
    setChanging(false);
    onInvitationSeen();
  };
  // What was typed and refused by the messenger is said where it was typed.
  const refused = account === undefined || (sentAt === undefined && !isRefused(account)) ? undefined : signInProblem(account, contacts);
  if (changing || invited !== undefined || (account === undefined && !foldable) || (account !== undefined && isRefused(account))) {
    return (
      <AccountForm
        key={begunWith}
        invitation={invited}
        transport={transport}
        {...(account === undefined ? {} : { initial: account })}
        {...(changing || invited !== undefined ? { onCancel: close } : {})}
        pending={states.account.pending || (sentAt !== undefined && status?.tag === 'connecting')}
        problem={states.account.problem ?? refused}
        onSave={save}
      />
    );
  }
  if (account === undefined) {
    return (
      <div>
        <Button onClick={() => setChanging(true)}>{t('account.add')}</Button>
      </div>
    );
  }
  return (
    <>
      <p className="break">
        {account.address}
        {placeOf(transport, account).map((line) => (
          <span key={line}>
            <br />
            <span className="soft">{line}</span>
          </span>
        ))}
      </p>
      <div className="row">
        {account.status.tag === 'signedOut' ? (
          <Button look="primary" busy={states.messenger.pending} onClick={() => onSignIn(transport.name)}>
            {t('account.signIn')}
          </Button>
        ) : (
          <Button busy={states.messenger.pending} onClick={() => onSignOut(transport.name)}>
            {t('account.signOut')}
          </Button>
        )}
        <Button onClick={() => setChanging(true)}>{t('account.change')}</Button>
        <ConfirmButton question={t('account.forgetSure')} confirm={t('common.remove')} onConfirm={() => onForget(transport.name)}>
          {t('account.forget')}
        </ConfirmButton>
      </div>
      <ProblemLine text={problemText(states.account.problem)} />
      {transport.looksAtServer === true && account.status.tag === 'signedIn' && (
        <AboutServer key={account.address} {...states.server} onLook={() => onLookAtServer(transport.name)} />
      )}
    </>
  );
}

/** The messenger does not take the account: there is nothing to do but to change it. */
const isRefused = ({ status }: AccountView): boolean => status.tag === 'signedOut' && status.code === 'WRONG_CREDENTIALS';

/** What there is to see of an account beside its address and the person's name. */
function placeOf({ fields }: TransportView, { values }: AccountView): readonly string[] {
  return fields.flatMap(({ name, kind, label }) => {
    if (name === 'address' || name === 'friendlyName' || values[name] === undefined) return [];
    return kind === 'unprotected' ? [tFromData(label, {})] : [values[name]];
  });
}
