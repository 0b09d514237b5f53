import type { AppState } from '../../../preload/contract.ts';
import { shownSettings } from '../selectors.ts';
import { useAction, useActions, useWindowState } from '../window-context.tsx';
import { Settings } from './settings.tsx';

export function SettingsPage({ app }: { readonly app: AppState }) {
  const { ui } = useWindowState();
  const actions = useActions();
  return (
    <Settings
      app={app}
      settings={shownSettings(app, ui.chosen)}
      issued={ui.issued}
      states={{
        account: useAction('account', 'messenger'),
        friendlyName: useAction('friendlyName'),
        messenger: useAction('messenger'),
        hosting: useAction('hosting'),
        hostedAccounts: useAction('hostedAccounts'),
        settings: useAction('settings'),
        stopShortcut: useAction('stopShortcut'),
        programs: useAction('programs'),
      }}
      onSaveAccount={actions.saveAccount}
      onForgetAccount={() => void actions.forgetAccount()}
      onSignIn={() => void actions.signIn()}
      onSignOut={() => void actions.signOut()}
      onFriendlyName={(name) => void actions.setFriendlyName(name)}
      onSettings={(settings) => void actions.saveSettings(settings)}
      onStopShortcut={(keys) => void actions.saveStopShortcut(keys)}
      onSetProgram={actions.setProgram}
      onTestProgram={actions.testProgram}
      onHosting={(hosting) => void actions.setHosting(hosting)}
      onCreateHosted={(account) => void actions.createHostedAccount(account)}
      onRemoveHosted={(address) => void actions.removeHostedAccount(address)}
      onCopyIssued={actions.copyIssued}
      onIssuedSeen={actions.putIssuedAway}
    />
  );
}
