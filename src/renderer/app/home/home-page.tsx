import { useCallback } from 'react';
import type { AppState, ContactView } from '../../../preload/contract.ts';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { askObstacle, isRunning } from '../selectors.ts';
import { EndedCard } from '../session/ended-card.tsx';
import { ProgressCard } from '../session/progress-card.tsx';
import { RunningCard } from '../session/running-card.tsx';
import { useAction, useActions, useWindowState } from '../window-context.tsx';
import { ContactPicker } from './contact-picker.tsx';
import { Conversation } from './conversation.tsx';
import { FileInvitations, FileWays } from './file-invitation.tsx';
import { useFileInvitations } from './file-invitation-props.ts';
import { Home } from './home.tsx';
import { MessengerLine } from './messenger-line.tsx';

/** The page that a person is on most of the time: whom to ask, a conversation, or the session that runs. */
export function HomePage({ app }: { readonly app: AppState }) {
  const { ui } = useWindowState();
  const { session } = app;
  const files = useFileInvitations(app);
  if (ui.picking && !isRunning(session)) return <Picker app={app} />;
  const talkingTo = app.contacts.find(({ address }) => address === ui.talkingTo);
  if (talkingTo !== undefined)
    return (
      <>
        {app.messenger.tag !== 'signedIn' && <Line app={app} />}
        <Talk key={talkingTo.address} app={app} contact={talkingTo} />
      </>
    );
  if (session !== undefined)
    return (
      <>
        <Line app={app} />
        {!isRunning(session) && <FileInvitations {...files} />}
        <SessionCard app={app} session={session} />
      </>
    );
  // Without an account nobody can be asked; an invitation file is all there is.
  if (app.account === undefined)
    return (
      <>
        <FileInvitations {...files} />
        <FileWays {...files} />
      </>
    );
  return (
    <>
      <Line app={app} />
      <FileInvitations {...files} />
      <People app={app} />
      <FileWays {...files} />
    </>
  );
}

function Line({ app }: { readonly app: AppState }) {
  const actions = useActions();
  return (
    <MessengerLine
      app={app}
      {...useAction('messenger', 'presence')}
      onPresence={(presence) => void actions.setPresence(presence)}
      onSignIn={() => void actions.signIn()}
      onChangeAccount={() => actions.showPage('settings')}
    />
  );
}

function Picker({ app }: { readonly app: AppState }) {
  const actions = useActions();
  return (
    <ContactPicker
      contacts={app.contacts}
      states={{ ask: useAction('ask'), contacts: useAction('contacts') }}
      onAsk={(address) => void actions.askForHelp(address)}
      onAddContact={actions.addContact}
      onBack={() => actions.pickContact(false)}
    />
  );
}

function Talk({ app, contact }: { readonly app: AppState; readonly contact: ContactView }) {
  const actions = useActions();
  const { address } = contact;
  const { pending, problem } = useAction('ask', 'chat');
  const read = useCallback(() => void actions.readConversation(address), [actions, address]);
  return (
    <Conversation
      contact={contact}
      conversation={app.conversations.find((conversation) => conversation.address === address)}
      canAsk={askObstacle(app) === undefined}
      askPending={pending}
      problem={problem}
      onSend={(text) => void actions.sendMessage(address, text)}
      onTyping={() => void actions.sendTyping(address)}
      onRead={read}
      onAsk={() => void actions.askForHelp(address)}
      onBack={() => actions.talkTo(undefined)}
    />
  );
}

/** The attempt, the session or how it ended, whichever it is. */
function SessionCard({ app, session }: { readonly app: AppState; readonly session: SessionStatus }) {
  const actions = useActions();
  const running = useAction('session');
  const askingAgain = useAction('ask', 'session');
  const end = (): void => void actions.endSession();
  return (
    <div className="card">
      {session.phase.tag === 'ended' ? (
        <EndedCard
          session={session}
          {...askingAgain}
          onAskAgain={() => void actions.askForHelp(session.peer.address)}
          onAskSomeoneElse={() => actions.pickContact(true)}
          onClose={() => void actions.dismissSession()}
        />
      ) : session.phase.tag === 'connected' ? (
        <RunningCard session={session} {...running} stopShortcut={app.settings.stopShortcut} onEnd={end} />
      ) : (
        <ProgressCard session={session} {...running} onCancel={end} />
      )}
    </div>
  );
}

function People({ app }: { readonly app: AppState }) {
  const actions = useActions();
  return (
    <Home
      app={app}
      states={{ contacts: useAction('contacts') }}
      onPick={() => actions.pickContact(true)}
      onAddContact={actions.addContact}
      onTalk={actions.talkTo}
      onRemoveContact={(address) => void actions.removeContact(address)}
      onStartActivity={(address, kind) => void actions.startActivity(address, kind)}
      onOfferHelp={(address) => void actions.offerHelp(address)}
      onSetUpPrograms={() => actions.showPage('settings')}
    />
  );
}
