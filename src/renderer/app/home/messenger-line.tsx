import { RefreshCw } from 'lucide-react';
import { isWordKey, t, tFromData } from '../../../words/words.ts';
import type { AccountView, MessengerStatus, TransportView } from '../../../preload/contract.ts';
import { useNow } from '../clock.tsx';
import { Avatar, Button, ProblemLine } from '../design/controls.tsx';
import { secondsUntil } from '../figures.ts';
import { problemOfAccount, problemText, type ActionState } from '../problem.ts';
import { displayName, withCarrier } from '../selectors.ts';

type OwnPresence = 'online' | 'busy' | 'away';
const OWN_PRESENCES: readonly OwnPresence[] = ['online', 'busy', 'away'];

/** The state of the messenger in plain words; `said` puts a reason into words. */
function messengerSentence(messenger: MessengerStatus, said: (code: string) => string) {
  switch (messenger.tag) {
    case 'noAccount':
      return t('status.noAccount');
    case 'signedOut':
      return messenger.code !== undefined && isWordKey(`problem.${messenger.code}`) ? said(messenger.code) : t('status.signedOut');
    case 'connecting':
      return t('status.connecting');
    case 'signedIn':
      return t('status.signedIn');
    default:
      return <NextTry atMs={messenger.retryAtMs} />;
  }
}

function NextTry({ atMs }: { readonly atMs: number }) {
  const left = secondsUntil(atMs, useNow('second'));
  return left === 0 ? t('status.retryNow') : t('status.retryIn', { count: left });
}

export interface MessengerLineProps extends ActionState {
  readonly account: AccountView;
  /** To be named; undefined where there is only one. */
  readonly transport: TransportView | undefined;
  /** Whose computer the messenger is, where that is known. */
  readonly carrier: string | undefined;
  readonly onPresence: (presence: OwnPresence) => void;
  readonly onSignIn: () => void;
  readonly onChangeAccount: () => void;
}

/** Who I am to the others, and whether they can reach me. */
export function MessengerLine({
  account,
  transport,
  carrier,
  pending,
  problem,
  onPresence,
  onSignIn,
  onChangeAccount,
}: MessengerLineProps) {
  const messenger = account.status;
  const presence = messenger.tag === 'signedIn' ? messenger.presence : 'offline';
  const said = (code: string): string =>
    problemText(problemOfAccount(withCarrier({ code }, carrier), transport?.fields ?? [], account.values));
  const trouble = messenger.tag === 'waiting' || messenger.tag === 'signedOut';
  return (
    <section className={trouble ? 'messenger-line messenger-line--trouble' : 'messenger-line'} aria-label={t('settings.messenger')}>
      <Avatar name={displayName(account)} presence={presence} />
      <div className="grow" role="status">
        <p className="person__name">{displayName(account)}</p>
        {transport !== undefined && <p className="person__more">{tFromData(transport.title, {})}</p>}
        <p className="person__more">
          {messenger.tag === 'waiting' && (
            <>
              {t('status.waiting')} {said(messenger.code)}{' '}
            </>
          )}
          <span aria-live="off">{messengerSentence(messenger, said)}</span>
        </p>
        <ProblemLine text={problemText(problem)} />
      </div>
      {messenger.tag === 'signedIn' && (
        <label>
          <span className="visually-hidden">{t('presence.yours')}</span>
          <select className="input" value={messenger.presence} onChange={(event) => onPresence(event.target.value as OwnPresence)}>
            {OWN_PRESENCES.map((value) => (
              <option key={value} value={value}>
                {t(`presence.${value}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      {messenger.tag === 'signedOut' && messenger.code === 'WRONG_CREDENTIALS' && (
        <Button look="primary" onClick={onChangeAccount}>
          {t('account.change')}
        </Button>
      )}
      {messenger.tag === 'waiting' && messenger.code === 'UNREACHABLE' && carrier === undefined && (
        <Button onClick={onChangeAccount}>{t('account.change')}</Button>
      )}
      {trouble && !(messenger.tag === 'signedOut' && messenger.code === 'WRONG_CREDENTIALS') && (
        <Button busy={pending} onClick={onSignIn}>
          <RefreshCw size={20} aria-hidden />
          {messenger.tag === 'waiting' ? t('status.tryNow') : t('account.signIn')}
        </Button>
      )}
    </section>
  );
}
