import { History as HistoryIcon, House, Settings as SettingsIcon } from 'lucide-react';
import { useCallback, type DragEvent } from 'react';
import { useStore } from 'zustand';
import { t, tFromData } from '../../words/words.ts';
import type { AppState, ContactView } from '../../preload/contract.ts';
import type { Actions } from './actions.ts';
import { useNow } from './clock.ts';
import { BrandMark } from './design/brand.tsx';
import { Banner } from './design/controls.tsx';
import { Activities } from './home/activities.tsx';
import { ContactPicker } from './home/contact-picker.tsx';
import { FileInvitations, FileWays } from './home/file-invitation.tsx';
import { Conversation } from './home/conversation.tsx';
import { Home, Invitations } from './home/home.tsx';
import { MessengerLine } from './home/messenger-line.tsx';
import { History } from './history/history.tsx';
import { askObstacle, isPending, isRunning, problemAt, shownSettings, showsWelcome } from './selectors.ts';
import { EndedCard } from './session/ended-card.tsx';
import { ProgressCard } from './session/progress-card.tsx';
import { RunningCard } from './session/running-card.tsx';
import { Settings } from './settings/settings.tsx';
import type { Page, WindowState, WindowStore } from './store.ts';
import { Welcome } from './welcome/welcome.tsx';
import './design/design.css';
import './app.css';

const PAGES: readonly { readonly page: Page; readonly Icon: typeof House }[] = [
  { page: 'home', Icon: House },
  { page: 'history', Icon: HistoryIcon },
  { page: 'settings', Icon: SettingsIcon },
];

/** The main window. */
export function App({ store, actions }: { readonly store: WindowStore; readonly actions: Actions }) {
  const state = useStore(store);
  const { app, ui } = state;
  if (app === undefined) return <Opening failed={state.loadFailed} />;
  if (showsWelcome(state)) return <WelcomePage state={state} app={app} actions={actions} />;
  return (
    <div className="window" onDragOver={(event) => event.preventDefault()} onDrop={(event) => dropped(event, actions)}>
      <header className="top">
        <span className="top__brand">
          <BrandMark size={34} />
          {t('app.name')}
        </span>
        <nav className="top__nav" aria-label={t('app.mainNavigation')}>
          {PAGES.map(({ page, Icon }) => (
            <button
              type="button"
              key={page}
              className="tab"
              aria-current={ui.page === page ? 'page' : undefined}
              onClick={() => actions.showPage(page)}
            >
              <Icon size={22} aria-hidden />
              {t(`nav.${page}`)}
            </button>
          ))}
        </nav>
      </header>
      <main className="page" key={ui.page}>
        <Notices app={app} onDismiss={(id) => void actions.dismissNotice(id)} />
        <PageBody state={state} app={app} actions={actions} />
      </main>
    </div>
  );
}

/** An invitation file dropped anywhere on the window. */
function dropped(event: DragEvent, actions: Actions): void {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  if (file === undefined) return;
  actions.showPage('home');
  void actions.offerInvitation(file);
}

function fileProps(state: WindowState, app: AppState, actions: Actions) {
  return {
    app,
    saved: state.ui.savedInvitation,
    pending: isPending(state, 'file'),
    problem: problemAt(state, 'file'),
    onSave: (type: 1 | 2) => void actions.saveInvitation(type),
    onRemove: () => void actions.removeInvitation(),
    onOpen: () => void actions.chooseInvitation(),
    onUse: (password: string) => void actions.useInvitation(password),
    onPutAway: () => void actions.putInvitationAway(),
  };
}

function Opening({ failed }: { readonly failed: boolean }) {
  return (
    <main className="opening">
      <BrandMark size={64} />
      {failed ? (
        <Banner kind="error">{t('app.openFailed')}</Banner>
      ) : (
        <p role="status" className="soft">
          {t('app.loading')}
        </p>
      )}
    </main>
  );
}

function Notices({ app, onDismiss }: { readonly app: AppState; readonly onDismiss: (id: string) => void }) {
  if (app.notices.length === 0) return null;
  return (
    <div className="stack">
      {app.notices.map((notice) => (
        <Banner key={notice.id} kind={notice.kind} onDismiss={() => onDismiss(notice.id)}>
          {tFromData(notice.key, notice.values)}
        </Banner>
      ))}
    </div>
  );
}

interface PageProps {
  readonly state: WindowState;
  readonly app: AppState;
  readonly actions: Actions;
}

function PageBody({ state, app, actions }: PageProps) {
  switch (state.ui.page) {
    case 'home':
      return <HomePage state={state} app={app} actions={actions} />;
    case 'history':
      return <History entries={app.history} problem={problemAt(state, 'history')} onClear={() => void actions.clearHistory()} />;
    default:
      return <SettingsPage state={state} app={app} actions={actions} />;
  }
}

function WelcomePage({ state, app, actions }: PageProps) {
  return (
    <Welcome
      files={<FileWays {...fileProps(state, app, actions)} />}
      step={state.ui.welcome}
      address={app.account?.address}
      hosting={app.hosting}
      issued={state.ui.issued}
      accountPending={isPending(state, 'account')}
      accountProblem={problemAt(state, 'account')}
      hostingPending={isPending(state, 'hosting')}
      hostingProblem={problemAt(state, 'hosting')}
      otherPending={isPending(state, 'hostedAccounts')}
      otherProblem={problemAt(state, 'hostedAccounts')}
      onStep={actions.showWelcome}
      onSaveAccount={(account) => void actions.saveAccount(account)}
      onBeginHosting={(name, reach) => void actions.beginHosting(name, reach)}
      onCreateOther={(account) => void actions.createOtherAccount(account)}
      onCopyIssued={actions.copyIssued}
      onDone={() => {
        actions.putIssuedAway();
        actions.showWelcome('choose');
      }}
    />
  );
}

function HomePage({ state, app, actions }: PageProps) {
  const nowMs = useNow(true);
  const { session } = app;
  const contactsPending = isPending(state, 'contacts');
  const contactsProblem = problemAt(state, 'contacts');
  const invitations = {
    app,
    nowMs,
    invitationPending: isPending(state, 'invitation'),
    invitationProblem: problemAt(state, 'invitation'),
    onAccept: (id: string) => void actions.acceptInvitation(id),
    onDecline: (id: string) => void actions.declineInvitation(id),
  };
  const files = { ...fileProps(state, app, actions), nowMs };
  const line = (
    <MessengerLine
      app={app}
      nowMs={nowMs}
      pending={isPending(state, 'messenger')}
      problem={problemAt(state, 'messenger') ?? problemAt(state, 'presence')}
      onPresence={(presence) => void actions.setPresence(presence)}
      onSignIn={() => void actions.signIn()}
      onChangeAccount={() => actions.showPage('settings')}
    />
  );

  const activities = (
    <Activities
      app={app}
      problem={problemAt(state, 'activity')}
      onAccept={(id) => void actions.acceptActivity(id)}
      onCancel={(id) => void actions.cancelActivity(id)}
    />
  );

  if (state.ui.picking && !isRunning(session)) {
    return (
      <>
        <Invitations {...invitations} />
        <ContactPicker
          contacts={app.contacts}
          pending={isPending(state, 'ask')}
          problem={problemAt(state, 'ask')}
          contactsPending={contactsPending}
          contactsProblem={contactsProblem}
          onAsk={(address) => void actions.askForHelp(address)}
          onAddContact={actions.addContact}
          onBack={() => actions.pickContact(false)}
        />
      </>
    );
  }
  const talkingTo = app.contacts.find(({ address }) => address === state.ui.talkingTo);
  if (talkingTo !== undefined) {
    return (
      <>
        {app.messenger.tag !== 'signedIn' && line}
        <Invitations {...invitations} />
        <Talk key={talkingTo.address} contact={talkingTo} state={state} app={app} actions={actions} />
      </>
    );
  }
  if (session !== undefined) {
    const common = { session, nowMs, pending: isPending(state, 'session'), problem: problemAt(state, 'session') };
    return (
      <>
        {line}
        <Invitations {...invitations} />
        {activities}
        {!isRunning(session) && <FileInvitations {...files} />}
        <div className="card">
          {session.phase.tag === 'ended' ? (
            <EndedCard
              session={session}
              pending={isPending(state, 'ask')}
              problem={problemAt(state, 'ask') ?? problemAt(state, 'session')}
              onAskAgain={() => void actions.askForHelp(session.peer.address)}
              onAskSomeoneElse={() => actions.pickContact(true)}
              onClose={() => void actions.dismissSession()}
            />
          ) : session.phase.tag === 'connected' ? (
            <RunningCard {...common} stopShortcut={app.settings.stopShortcut} onEnd={() => void actions.endSession()} />
          ) : (
            <ProgressCard {...common} onCancel={() => void actions.endSession()} />
          )}
        </div>
      </>
    );
  }
  return (
    <>
      {line}
      {activities}
      <FileInvitations {...files} />
      <Home
        {...invitations}
        contactsPending={contactsPending}
        contactsProblem={contactsProblem}
        onPick={() => actions.pickContact(true)}
        onAddContact={actions.addContact}
        onTalk={actions.talkTo}
        onRemoveContact={(address) => void actions.removeContact(address)}
        onStartActivity={(address, kind) => void actions.startActivity(address, kind)}
        onOfferHelp={(address) => void actions.offerHelp(address)}
        onSetUpPrograms={() => actions.showPage('settings')}
      />
      <FileWays {...files} />
    </>
  );
}

function Talk({ contact, state, app, actions }: PageProps & { readonly contact: ContactView }) {
  const { address } = contact;
  const read = useCallback(() => void actions.readConversation(address), [actions, address]);
  return (
    <Conversation
      contact={contact}
      conversation={app.conversations.find((conversation) => conversation.address === address)}
      canAsk={askObstacle(app) === undefined}
      askPending={isPending(state, 'ask')}
      problem={problemAt(state, 'ask') ?? problemAt(state, 'chat')}
      onSend={(text) => void actions.sendMessage(address, text)}
      onTyping={() => void actions.sendTyping(address)}
      onRead={read}
      onAsk={() => void actions.askForHelp(address)}
      onBack={() => actions.talkTo(undefined)}
    />
  );
}

function SettingsPage({ state, app, actions }: PageProps) {
  return (
    <Settings
      app={app}
      settings={shownSettings(app, state.ui.chosen)}
      issued={state.ui.issued}
      pending={{
        account: isPending(state, 'account'),
        friendlyName: isPending(state, 'friendlyName'),
        messenger: isPending(state, 'messenger'),
        hosting: isPending(state, 'hosting'),
        hostedAccounts: isPending(state, 'hostedAccounts'),
      }}
      problems={{
        account: problemAt(state, 'account') ?? problemAt(state, 'messenger'),
        friendlyName: problemAt(state, 'friendlyName'),
        hosting: problemAt(state, 'hosting'),
        hostedAccounts: problemAt(state, 'hostedAccounts'),
        settings: problemAt(state, 'settings'),
        stopShortcut: problemAt(state, 'stopShortcut'),
        programs: problemAt(state, 'programs'),
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
