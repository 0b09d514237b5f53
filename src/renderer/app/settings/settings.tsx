import type { HostingChoice } from '../../../facts/hosting.ts';
import { type Preferences, QUIET_CHOICES } from '../../../facts/preferences.ts';
import { useState } from 'react';
import { t } from '../../../words/words.ts';
import type { AppState } from '../../../preload/contract.ts';
import { Button, Choices, Field, ProblemLine, Switch } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import type { IssuedAccount } from '../store.ts';
import { Accounts, type AccountsProps } from './accounts.tsx';
import { GuestPlaces, type GuestPlacesProps } from './guest-places.tsx';
import { Hosting } from './hosting.tsx';
import { Programs, type ProgramsProps } from './programs.tsx';
import { Reaching, type ReachingProps } from './reaching.tsx';
import { RelayServer, type RelayServerProps } from './relay-server.tsx';
import { ShortcutField } from './shortcut-field.tsx';
import { WhoIsWho, type WhoIsWhoProps } from './who-is-who.tsx';
import './settings.css';

export interface SettingsProps {
  readonly app: AppState;
  readonly settings: Preferences;
  readonly issued: IssuedAccount | undefined;
  readonly states: Readonly<
    Record<
      | 'account'
      | 'friendlyName'
      | 'messenger'
      | 'hosting'
      | 'hostedAccounts'
      | 'settings'
      | 'stopShortcut'
      | 'programs'
      | 'trust'
      | 'guestPlaces'
      | 'forwarding'
      | 'relayServer'
      | 'server',
      ActionState
    >
  >;
  readonly onSetProgram: ProgramsProps['onSet'];
  readonly onTestProgram: ProgramsProps['onTest'];
  readonly invitation: AccountsProps['invitation'];
  readonly onInvitationSeen: AccountsProps['onInvitationSeen'];
  readonly onSaveAccount: AccountsProps['onSave'];
  readonly onForgetAccount: AccountsProps['onForget'];
  readonly onSignIn: AccountsProps['onSignIn'];
  readonly onSignOut: AccountsProps['onSignOut'];
  readonly onLookAtServer: AccountsProps['onLookAtServer'];
  readonly onFriendlyName: (name: string) => void;
  readonly onSettings: (
    settings: Partial<
      Omit<Preferences, 'hosting' | 'stopShortcut' | 'guestServer' | 'helpPage' | 'ownPort' | 'publicAddress' | 'relayServer'>
    >,
  ) => void;
  readonly onGuestPlaces: GuestPlacesProps['onSave'];
  readonly onForwarding: ReachingProps['onForwarding'];
  readonly onRelayServer: RelayServerProps['onSave'];
  readonly onStopShortcut: (stopShortcut: Preferences['stopShortcut']) => void;
  readonly onHosting: (hosting: HostingChoice) => void;
  readonly onCreateHosted: (account: { address: string; friendlyName: string }) => void;
  readonly onRemoveHosted: (address: string) => void;
  readonly onCopyIssued: (issued: IssuedAccount) => Promise<{ readonly ok: boolean }>;
  readonly onIssuedSeen: () => void;
  readonly onRenewKey: () => void;
  readonly onSaveKey: WhoIsWhoProps['onSave'];
  readonly onTakeKey: WhoIsWhoProps['onTake'];
  readonly onForgetMet: WhoIsWhoProps['onForget'];
}

export function Settings(props: SettingsProps) {
  const { app, settings } = props;
  return (
    <div className="stack stack--wide">
      <h1>{t('settings.title')}</h1>
      <ProblemLine text={problemText(props.states.settings.problem)} />
      <You {...props} />
      <section className="card stack" aria-labelledby="settings-helped">
        <h2 id="settings-helped">{t('settings.beingHelped')}</h2>
        <ShortcutField
          value={settings.stopShortcut}
          unsure={app.stopKeys === 'unsure'}
          problem={props.states.stopShortcut.problem}
          onValue={props.onStopShortcut}
        />
        <div>
          <Switch
            label={t('settings.allowOffers')}
            on={settings.allowOffers}
            onChange={(allowOffers) => props.onSettings({ allowOffers })}
          />
          <p className="soft small">{t('settings.allowOffersHint')}</p>
        </div>
        <Choices
          legend={t('settings.quiet')}
          value={`${settings.quietSeconds}`}
          onValue={(chosen) =>
            props.onSettings({ quietSeconds: QUIET_CHOICES.find((seconds) => `${seconds}` === chosen) ?? settings.quietSeconds })
          }
          choices={QUIET_CHOICES.map((seconds) => ({
            value: `${seconds}` as const,
            label: t('settings.quietSeconds', { count: seconds }),
          }))}
        />
      </section>
      <section className="card stack" aria-labelledby="settings-helping">
        <h2 id="settings-helping">{t('settings.helping')}</h2>
        <Switch label={t('settings.playSound')} on={settings.playSound} onChange={(playSound) => props.onSettings({ playSound })} />
        <Choices
          legend={t('settings.scaling')}
          value={settings.viewerScaling}
          onValue={(viewerScaling) => props.onSettings({ viewerScaling })}
          choices={[
            { value: 'fit', label: t('settings.scalingFit') },
            { value: 'actual', label: t('settings.scalingActual') },
          ]}
        />
        <Choices
          legend={t('settings.engine')}
          value={settings.engine}
          onValue={(engine) => props.onSettings({ engine })}
          choices={[
            { value: 'ringback', label: t('settings.engineRingback') },
            { value: 'classic', label: t('settings.engineClassic'), hint: t('settings.engineHint') },
          ]}
        />
        <GuestPlaces settings={settings} {...props.states.guestPlaces} onSave={props.onGuestPlaces} />
      </section>
      <Reaching
        key={`${settings.ownPort} ${settings.publicAddress}`}
        settings={settings}
        {...props.states.forwarding}
        onRelayOnly={(relayOnly) => props.onSettings({ relayOnly })}
        onOpenRouter={(openRouter) => props.onSettings({ openRouter })}
        onForwarding={props.onForwarding}
      />
      <RelayServer
        key={settings.relayServer.url}
        server={settings.relayServer}
        {...props.states.relayServer}
        onSave={props.onRelayServer}
      />
      <Programs programs={app.programs} problem={props.states.programs.problem} onSet={props.onSetProgram} onTest={props.onTestProgram} />
      <Hosting
        hosting={app.hosting}
        settings={settings.hosting}
        issued={props.issued}
        states={props.states}
        onHosting={props.onHosting}
        onCreate={props.onCreateHosted}
        onRemove={props.onRemoveHosted}
        onCopyIssued={props.onCopyIssued}
        onIssuedSeen={props.onIssuedSeen}
      />
      {app.trust !== undefined && (
        <WhoIsWho
          trust={app.trust}
          contacts={app.contacts}
          {...props.states.trust}
          onRenew={props.onRenewKey}
          onSave={props.onSaveKey}
          onTake={props.onTakeKey}
          onForget={props.onForgetMet}
        />
      )}
      <section className="card stack" aria-labelledby="settings-general">
        <h2 id="settings-general">{t('settings.general')}</h2>
        <Choices
          legend={t('settings.home')}
          value={settings.home}
          onValue={(home) => props.onSettings({ home })}
          choices={[
            { value: 'need', label: t('settings.homeNeed') },
            { value: 'give', label: t('settings.homeGive') },
          ]}
        />
        <Switch label={t('settings.startHidden')} on={settings.startHidden} onChange={(startHidden) => props.onSettings({ startHidden })} />
        <div>
          <Switch
            label={t('settings.allowUnverified')}
            on={settings.allowUnverified}
            onChange={(allowUnverified) => props.onSettings({ allowUnverified })}
          />
          <p className="soft small">{t('settings.allowUnverifiedHint')}</p>
        </div>
        <Switch
          label={t('settings.allowPlainExperts')}
          on={settings.allowPlainExperts}
          onChange={(allowPlainExperts) => props.onSettings({ allowPlainExperts })}
        />
        <p className="soft small">{t('settings.version', { version: app.version })}</p>
      </section>
    </div>
  );
}

function You({
  app,
  states,
  invitation,
  onInvitationSeen,
  onSaveAccount,
  onForgetAccount,
  onSignIn,
  onSignOut,
  onLookAtServer,
  onFriendlyName,
}: SettingsProps) {
  const [own] = app.accounts;
  return (
    <section className="card stack" aria-labelledby="settings-you">
      <h2 id="settings-you">{t('settings.you')}</h2>
      {own !== undefined && (
        <NameForm key={own.friendlyName} friendlyName={own.friendlyName} {...states.friendlyName} onSave={onFriendlyName} />
      )}
      <Accounts
        transports={app.transports}
        accounts={app.accounts}
        contacts={app.contacts}
        states={states}
        invitation={invitation}
        onInvitationSeen={onInvitationSeen}
        onSave={onSaveAccount}
        onForget={onForgetAccount}
        onSignIn={onSignIn}
        onSignOut={onSignOut}
        onLookAtServer={onLookAtServer}
      />
      {app.notices.some(({ key }) => key === 'notice.tokenNotEncrypted') && <p className="soft small">{t('notice.tokenNotEncrypted')}</p>}
    </section>
  );
}

/** The field of the own name. It starts again from the account's name whenever that changes. */
function NameForm({
  friendlyName,
  pending,
  problem,
  onSave,
}: ActionState & {
  readonly friendlyName: string;
  readonly onSave: (name: string) => void;
}) {
  const [name, setName] = useState(friendlyName);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSave(name.trim());
      }}
    >
      <Field
        label={t('presence.yourName')}
        hint={t('account.friendlyNameHint')}
        value={name}
        onValue={setName}
        error={problemText(problem)}
        maxLength={100}
        autoComplete="name"
        required
      />
      <div>
        <Button type="submit" busy={pending} disabled={name.trim() === '' || name.trim() === friendlyName}>
          {t('account.saveName')}
        </Button>
      </div>
    </form>
  );
}
