import type { AppState } from '../../../preload/contract.ts';
import { FileWays } from '../home/file-invitation.tsx';
import { useFileInvitations } from '../home/file-invitation-props.ts';
import { useAction, useActions, useWindowState } from '../window-context.tsx';
import { firstAccountState, isFrozen } from '../selectors.ts';
import { Welcome } from './welcome.tsx';

/** The first start. */
export function WelcomePage({ app }: { readonly app: AppState }) {
  const state = useWindowState();
  const { ui } = state;
  const actions = useActions();
  const files = useFileInvitations(app);
  return (
    <Welcome
      files={<FileWays {...files} />}
      filesRefused={files.problem !== undefined}
      step={ui.welcome}
      transports={app.transports}
      address={app.accounts[0]?.address}
      hosting={app.hosting}
      issued={isFrozen(app) ? undefined : ui.issued}
      states={{ account: firstAccountState(state), hosting: useAction('hosting'), hostedAccounts: useAction('hostedAccounts') }}
      guest={{
        ...useAction('guest'),
        suggestedName: app.suggestedName,
        triesLeft: app.guestTriesLeft,
        onAsk: (typed) => void actions.askAsGuest(typed),
        onStop: () => void actions.stopAskingAsGuest(),
      }}
      onOfferLink={(text) => void actions.offerAccount(text)}
      trying={ui.trying !== undefined}
      onStep={(step) => void (ui.trying === undefined ? actions.showWelcome(step) : actions.leaveFirstAccount())}
      invitation={ui.serverInvitation}
      onInvitation={actions.takeServerInvitation}
      onSaveAccount={actions.saveFirstAccount}
      onKeepTrying={actions.keepTrying}
      onBeginHosting={(name, reach) => void actions.beginHosting(name, reach)}
      onCreateOther={(account) => void actions.createHostedAccount(account)}
      onCopyIssued={actions.copyIssued}
      onDone={() => {
        actions.putIssuedAway();
        actions.showWelcome('choose');
      }}
    />
  );
}
