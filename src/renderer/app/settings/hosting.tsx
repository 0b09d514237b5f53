import type { HostingChoice } from '../../../facts/hosting.ts';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { t } from '../../../words/words.ts';
import type { HostingView } from '../../../preload/contract.ts';
import { Banner, Button, Choices, ConfirmButton, Field, Person, ProblemLine, Switch } from '../design/controls.tsx';
import { fieldProblem, generalProblem, problemText, type ActionState } from '../problem.ts';
import { displayName } from '../selectors.ts';
import type { IssuedAccount } from '../store.ts';
import { IssuedAccountCard } from '../welcome/issued-account.tsx';
import { OtherForm } from '../welcome/other-form.tsx';

export interface HostingProps {
  readonly hosting: HostingView;
  readonly settings: HostingChoice;
  readonly issued: IssuedAccount | undefined;
  readonly states: { readonly hosting: ActionState; readonly hostedAccounts: ActionState };
  readonly onHosting: (hosting: HostingChoice) => void;
  readonly onCreate: (account: { address: string; friendlyName: string }) => void;
  readonly onRemove: (address: string) => void;
  readonly onCopyIssued: (issued: IssuedAccount) => Promise<{ readonly ok: boolean }>;
  readonly onIssuedSeen: () => void;
}

/** "Use this computer as the messenger": the switch, who may reach it, and its accounts. */
export function Hosting({ hosting, settings, issued, states, onHosting, onCreate, onRemove, onCopyIssued, onIssuedSeen }: HostingProps) {
  const [port, setPort] = useState(String(settings.port));
  const portNumber = Number(port);
  const portValid = /^\d{1,5}$/.test(port.trim()) && portNumber <= 65_535 && (portNumber === 0 || portNumber >= 1_024);
  const [adding, setAdding] = useState(false);
  // Why it is off stands there as long as it is off; the answer to the click says the same.
  const saidAlready = hosting.tag === 'failed' && hosting.code === states.hosting.problem?.code;
  return (
    <section className="card stack" aria-labelledby="settings-hosting">
      <h2 id="settings-hosting">{t('settings.hosting')}</h2>
      <p className="soft">{t('settings.hostingHint')}</p>
      <Switch
        label={t('settings.hostingSwitch')}
        on={settings.enabled}
        busy={states.hosting.pending}
        onChange={(enabled) => onHosting({ ...settings, enabled })}
      />
      {hosting.tag === 'failed' && <Banner kind="error">{t('settings.hostingFailed', { reason: problemText(hosting) })}</Banner>}
      {!saidAlready && <ProblemLine text={generalProblem(states.hosting.problem, ['port'])} />}
      {settings.enabled && (
        <>
          <Choices
            legend={t('settings.reach')}
            value={settings.reach}
            onValue={(reach) => onHosting({ ...settings, reach })}
            choices={[
              { value: 'loopback', label: t('settings.reachLoopback') },
              { value: 'lan', label: t('settings.reachLan') },
            ]}
          />
          {settings.reach === 'lan' && <Banner kind="warning">{t('settings.lanWarning')}</Banner>}
          {settings.reach === 'lan' && (
            <>
              <Switch
                label={t('settings.plain')}
                on={settings.plain === true}
                busy={states.hosting.pending}
                onChange={(plain) => onHosting({ ...settings, plain })}
              />
              <p className="soft small">{t('settings.plainHint')}</p>
            </>
          )}
          <form
            className="row row--end"
            onSubmit={(event) => {
              event.preventDefault();
              onHosting({ ...settings, port: portNumber });
            }}
          >
            <Field
              label={t('settings.port')}
              value={port}
              onValue={setPort}
              inputMode="numeric"
              maxLength={5}
              error={portValid ? (saidAlready ? undefined : fieldProblem(states.hosting.problem, 'port')) : t('problem.field.port')}
            />
            <Button type="submit" disabled={!portValid || portNumber === settings.port}>
              {t('settings.save')}
            </Button>
          </form>
        </>
      )}
      {hosting.tag === 'on' && (
        <>
          <div>
            <p>{t('settings.hostingAddresses')}</p>
            <ul>
              {hosting.addresses.map((address) => (
                <li key={address}>
                  <code className="keys">{address}</code>
                </li>
              ))}
            </ul>
          </div>
          <h3>{t('settings.hostedAccounts')}</h3>
          {hosting.accounts.length === 0 ? (
            <p className="soft">{t('settings.hostedNone')}</p>
          ) : (
            <ul className="people">
              {hosting.accounts.map((account) => (
                <li className="person" key={account.address}>
                  <Person name={displayName(account)} presence={account.online ? 'online' : 'offline'}>
                    {account.address} · {account.online ? t('presence.online') : t('presence.offline')}
                  </Person>
                  <ConfirmButton
                    look="icon"
                    label={t('settings.hostedRemove', { name: displayName(account) })}
                    question={t('settings.hostedRemoveSure', { name: displayName(account) })}
                    confirm={t('common.remove')}
                    onConfirm={() => onRemove(account.address)}
                  >
                    <Trash2 size={20} aria-hidden />
                  </ConfirmButton>
                </li>
              ))}
            </ul>
          )}
          {issued !== undefined ? (
            <div className="inset">
              <IssuedAccountCard
                issued={issued}
                doneLabel={t('token.seen')}
                onCopy={onCopyIssued}
                onDone={() => {
                  setAdding(false);
                  onIssuedSeen();
                }}
              />
            </div>
          ) : adding ? (
            <div className="inset">
              <OtherForm taken={hosting.accounts.map((account) => account.address)} {...states.hostedAccounts} onCreate={onCreate} />
              <Button look="quiet" onClick={() => setAdding(false)}>
                {t('common.cancel')}
              </Button>
            </div>
          ) : (
            <>
              <ProblemLine text={problemText(states.hostedAccounts.problem)} />
              <div>
                <Button onClick={() => setAdding(true)}>{t('settings.hostedAdd')}</Button>
              </div>
            </>
          )}
        </>
      )}
    </section>
  );
}
