import type { AppState } from '../../../preload/contract.ts';
import { FileWays } from '../home/file-invitation.tsx';
import { useFileInvitations } from '../home/file-invitation-props.ts';
import { useAction, useActions, useWindowState } from '../window-context.tsx';
import { Welcome } from './welcome.tsx';

/** The first start. */
export function WelcomePage({ app }: { readonly app: AppState }) {
  const { ui } = useWindowState();
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
      issued={ui.issued}
      states={{ account: useAction('account'), hosting: useAction('hosting'), hostedAccounts: useAction('hostedAccounts') }}
      onStep={actions.showWelcome}
      onSaveAccount={(account) => void actions.saveAccount(account)}
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
