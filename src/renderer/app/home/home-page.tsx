import { useCallback } from 'react';
import { GUEST_TRANSPORT } from '../../../facts/accounts.ts';
import type { AccountView, AppState, ContactView } from '../../../preload/contract.ts';
import { peerKey, samePeer } from '../../../protocol/applications/peer.ts';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { askObstacle, carrierOf, isRunning, shownSettings, stopKeysPromised, transportsIn } from '../selectors.ts';
import { EndedCard } from '../session/ended-card.tsx';
import { ProgressCard } from '../session/progress-card.tsx';
import { RunningCard } from '../session/running-card.tsx';
import { useAction, useActions, useWindowState } from '../window-context.tsx';
import { ContactPicker } from './contact-picker.tsx';
import { Conversation } from './conversation.tsx';
import { FileInvitations, FileWays } from './file-invitation.tsx';
import { useFileInvitations } from './file-invitation-props.ts';
import { Home } from './home.tsx';
import { Newcomer } from './newcomer.tsx';
import { MessengerLine } from './messenger-line.tsx';

/** The page that a person is on most of the time: whom to ask, a conversation, or the session that runs. */
export function HomePage({ app }: { readonly app: AppState }) {
  const { ui } = useWindowState();
  const { session } = app;
  const files = useFileInvitations(app);
  if (ui.picking && !isRunning(session)) return <Picker app={app} />;
  const { talkingTo: open } = ui;
  const talkingTo = open && app.contacts.find((contact) => samePeer(contact, open));
  if (talkingTo !== undefined)
    return (
      <>
        <Lines app={app} of={({ transport, status }) => transport === talkingTo.transport && status.tag !== 'signedIn'} />
        <Talk key={peerKey(talkingTo)} app={app} contact={talkingTo} />
      </>
    );
  if (session !== undefined)
    return (
      <>
        <Lines app={app} />
        {!isRunning(session) && <FileInvitations {...files} />}
        <SessionCard app={app} session={session} />
      </>
    );
  // Without an account nobody can be asked; an invitation file is all there is.
  if (app.accounts.length === 0)
    return (
      <>
        <FileInvitations {...files} />
        <FileWays {...files} />
      </>
    );
  return (
    <>
      <Lines app={app} />
      <FileInvitations {...files} />
      <People app={app} />
      <FileWays {...files} />
    </>
  );
}

/** A line for each account, or for those that `of` names. The messenger is named where there is a choice. */
function Lines({ app, of = () => true }: { readonly app: AppState; readonly of?: (account: AccountView) => boolean }) {
  const actions = useActions();
  const state = useAction('messenger', 'presence');
  return app.accounts
    .filter(of)
    .map((account) => (
      <MessengerLine
        key={account.transport}
        account={account}
        transport={app.transports.length > 1 ? app.transports.find(({ name }) => name === account.transport) : undefined}
        carrier={carrierOf(account, app.contacts)}
        {...state}
        onPresence={(presence) => void actions.setPresence(presence)}
        onSignIn={() => void actions.signIn(account.transport)}
        onChangeAccount={() => actions.showPage('settings')}
      />
    ));
}

function Picker({ app }: { readonly app: AppState }) {
  const actions = useActions();
  return (
    <ContactPicker
      contacts={app.contacts}
      transports={transportsIn(app)}
      states={{ ask: useAction('ask'), contacts: useAction('contacts') }}
      onAsk={(peer) => void actions.askForHelp(peer)}
      onAddContact={actions.addContact}
      onBack={() => actions.pickContact(false)}
      guest={{
        ...useAction('guest'),
        suggestedName: app.suggestedName,
        triesLeft: app.guestTriesLeft,
        onAsk: (typed) => void actions.askAsGuest(typed),
        onStop: () => void actions.stopAskingAsGuest(),
      }}
    />
  );
}

function Talk({ app, contact }: { readonly app: AppState; readonly contact: ContactView }) {
  const actions = useActions();
  const { transport, address } = contact;
  const { pending, problem } = useAction('ask', 'chat');
  const read = useCallback(() => void actions.readConversation({ transport, address }), [actions, transport, address]);
  return (
    <Conversation
      contact={contact}
      conversation={app.conversations.find((conversation) => samePeer(conversation, contact))}
      canAsk={askObstacle(app) === undefined}
      askPending={pending}
      problem={problem}
      onSend={(text) => void actions.sendMessage(contact, text)}
      onTyping={() => void actions.sendTyping(contact)}
      onRead={read}
      onAsk={() => void actions.askForHelp(contact)}
      onBack={() => actions.talkTo(undefined)}
    />
  );
}

/** The attempt, the session or how it ended, whichever it is. */
function SessionCard({ app, session }: { readonly app: AppState; readonly session: SessionStatus }) {
  const actions = useActions();
  const running = useAction('session');
  const code = useAction('code');
  const askingAgain = useAction('ask', 'session');
  const end = (): void => void actions.endSession();
  const { transport, address } = session.peer;
  return (
    <div className="card">
      {session.phase.tag === 'ended' ? (
        <EndedCard
          session={session}
          {...askingAgain}
          {...(transport === undefined || transport === GUEST_TRANSPORT
            ? {}
            : { onAskAgain: () => void actions.askForHelp({ transport, address }) })}
          {...(transport === GUEST_TRANSPORT ? {} : { onAskSomeoneElse: () => actions.pickContact(true) })}
          onClose={() => void actions.dismissSession()}
        />
      ) : session.phase.tag === 'connected' ? (
        <RunningCard session={session} {...running} stopShortcut={stopKeysPromised(app)} onEnd={end} />
      ) : (
        <ProgressCard session={session} {...running} codeState={code} onCode={(typed) => void actions.enterCode(typed)} onCancel={end} />
      )}
    </div>
  );
}

function People({ app }: { readonly app: AppState }) {
  const actions = useActions();
  const newcomer = useAction('newcomer');
  const contactLink = useAction('contactLink');
  const linking = transportsIn(app).find(({ invitesContacts }) => invitesContacts === true);
  const { ui } = useWindowState();
  return (
    <Home
      app={app}
      needs={shownSettings(app, ui.chosen).home}
      states={{ contacts: useAction('contacts') }}
      onPick={() => actions.pickContact(true)}
      onAddContact={actions.addContact}
      onTalk={actions.talkTo}
      onRemoveContact={(peer) => void actions.removeContact(peer)}
      onStartActivity={(peer, kind) => void actions.startActivity(peer, kind)}
      onOfferHelp={(peer) => void actions.offerHelp(peer)}
      onSetUpPrograms={() => actions.showPage('settings')}
      contactLink={linking && { ...contactLink, onMake: () => actions.makeContactLink(linking.name), onCopy: actions.copyText }}
      newcomer={
        <Newcomer
          newcomer={app.newcomer}
          {...newcomer}
          onBegin={isRunning(app.session) ? undefined : () => void actions.helpSomebodyNew()}
          onPutAway={() => void actions.putNewcomerAway()}
          onCopy={actions.copyText}
        />
      }
    />
  );
}
