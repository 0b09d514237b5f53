import type { AppState } from '../../../preload/contract.ts';
import { isFrozen, shownSettings } from '../selectors.ts';
import { useAction, useActions, useWindowState } from '../window-context.tsx';
import { Settings } from './settings.tsx';

export function SettingsPage({ app }: { readonly app: AppState }) {
  const { ui } = useWindowState();
  const actions = useActions();
  return (
    <Settings
      app={app}
      settings={shownSettings(app, ui.chosen)}
      issued={isFrozen(app) ? undefined : ui.issued}
      states={{
        account: useAction('account', 'messenger'),
        friendlyName: useAction('friendlyName'),
        messenger: useAction('messenger'),
        hosting: useAction('hosting'),
        hostedAccounts: useAction('hostedAccounts'),
        settings: useAction('settings'),
        stopShortcut: useAction('stopShortcut'),
        programs: useAction('programs'),
        trust: useAction('trust'),
        guestPlaces: useAction('guestPlaces'),
        forwarding: useAction('forwarding'),
        relayServer: useAction('relayServer'),
        server: useAction('server'),
      }}
      invitation={ui.serverInvitation}
      onInvitationSeen={actions.putServerInvitationAway}
      onSaveAccount={actions.saveAccount}
      onForgetAccount={(transport) => void actions.forgetAccount(transport)}
      onSignIn={(transport) => void actions.signIn(transport)}
      onSignOut={(transport) => void actions.signOut(transport)}
      onLookAtServer={actions.lookAtServer}
      onFriendlyName={(name) => void actions.setFriendlyName(name)}
      onSettings={(settings) => void actions.saveSettings(settings)}
      onGuestPlaces={(places) => void actions.setGuestPlaces(places)}
      onForwarding={(forwarding) => void actions.setForwarding(forwarding)}
      onRelayServer={actions.setRelayServer}
      onStopShortcut={(keys) => void actions.saveStopShortcut(keys)}
      onSetProgram={actions.setProgram}
      onTestProgram={actions.testProgram}
      onHosting={(hosting) => void actions.setHosting(hosting)}
      onCreateHosted={(account) => void actions.createHostedAccount(account)}
      onRemoveHosted={(address) => void actions.removeHostedAccount(address)}
      onCopyIssued={actions.copyIssued}
      onIssuedSeen={actions.putIssuedAway}
      onRenewKey={() => void actions.renewKey()}
      onSaveKey={actions.saveKey}
      onTakeKey={(password) => void actions.takeKey(password)}
      onForgetMet={(contact) => void actions.forgetMet(contact)}
    />
  );
}
