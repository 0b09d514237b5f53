import { History as HistoryIcon, House, Settings as SettingsIcon } from 'lucide-react';
import { useCallback, useEffect, useRef, type DragEvent, type KeyboardEvent, type RefObject } from 'react';
import { useStore } from 'zustand';
import { t, tFromData } from '../../words/words.ts';
import type { AppState, ContactView } from '../../preload/contract.ts';
import type { Actions } from './actions.ts';
import { BrandMark } from './design/brand.tsx';
import { Banner } from './design/controls.tsx';
import { Activities } from './home/activities.tsx';
import { ContactPicker } from './home/contact-picker.tsx';
import { FileInvitations, FileWays } from './home/file-invitation.tsx';
import { Conversation } from './home/conversation.tsx';
import { Asking, Home } from './home/home.tsx';
import { MessengerLine } from './home/messenger-line.tsx';
import { History } from './history/history.tsx';
import { askObstacle, isPending, isRunning, problemAt, shownSettings, showsWelcome } from './selectors.ts';
import { EndedCard } from './session/ended-card.tsx';
import { ProgressCard } from './session/progress-card.tsx';
import { RunningCard } from './session/running-card.tsx';
import { Settings } from './settings/settings.tsx';
import type { Page, WelcomeStep, WindowState, WindowStore } from './store.ts';
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
  const top = useRef<HTMLElement>(null);
  useFreshView(viewOf(state), top);
  if (app === undefined) return <Opening failed={state.loadFailed} />;
  const welcome = showsWelcome(state);
  return (
    <div
      className="window"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => dropped(event, welcome, ui.welcome, actions)}
      onKeyDown={(event) => leave(event, state, actions)}
    >
      {!welcome && (
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
      )}
      <main className={welcome ? 'page page--welcome' : 'page'} ref={top} tabIndex={-1}>
        <Notices app={app} onDismiss={(id) => void actions.dismissNotice(id)} />
        <Asking
          app={app}
          pending={isPending(state, 'invitation')}
          problem={problemAt(state, 'invitation')}
          onAccept={(id) => void actions.acceptInvitation(id)}
          onDecline={(id) => void actions.declineInvitation(id)}
        />
        <Activities
          app={app}
          pending={isPending(state, 'activity')}
          problem={problemAt(state, 'activity')}
          onAccept={(id) => void actions.acceptActivity(id)}
          onCancel={(id) => void actions.cancelActivity(id)}
        />
        {welcome ? (
          <WelcomePage state={state} app={app} actions={actions} />
        ) : (
          <PageBody key={ui.page} state={state} app={app} actions={actions} />
        )}
      </main>
    </div>
  );
}

/** A name for what fills the window, the same as long as it is the same to the person. */
function viewOf(state: WindowState): string {
  const { app, ui } = state;
  if (app === undefined) return 'opening';
  if (showsWelcome(state)) return `welcome ${ui.welcome}`;
  if (ui.page !== 'home') return ui.page;
  if (ui.picking && !isRunning(app.session)) return 'picker';
  if (ui.talkingTo !== undefined) return `talk ${ui.talkingTo}`;
  const tag = app.session?.phase.tag;
  return tag === undefined ? 'home' : `session ${tag === 'ended' || tag === 'connected' ? tag : 'progress'}`;
}

/** Another view begins at its top; where the button that led to it is gone, the keyboard goes on from there too. */
function useFreshView(view: string, top: RefObject<HTMLElement | null>): void {
  const shown = useRef(view);
  useEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    window.scrollTo(0, 0);
    if (document.activeElement === document.body) top.current?.focus({ preventScroll: true });
  }, [view, top]);
}

/** Escape goes back, like the Back button. */
function leave(event: KeyboardEvent, { ui }: WindowState, actions: Actions): void {
  if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing || ui.page !== 'home') return;
  if (ui.picking) actions.pickContact(false);
  else if (ui.talkingTo !== undefined) actions.talkTo(undefined);
}

/** An invitation file dropped anywhere on the window. */
function dropped(event: DragEvent, welcome: boolean, step: WelcomeStep, actions: Actions): void {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  if (file === undefined) return;
  actions.showPage('home');
  // An access token that is shown only once stays on the screen; the invitation waits behind it.
  if (welcome && step !== 'hostReady') actions.showWelcome('choose');
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
  return (
    <div className="stack appearing" aria-live="polite">
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
      filesRefused={problemAt(state, 'file') !== undefined}
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
  const { session } = app;
  const contactsPending = isPending(state, 'contacts');
  const contactsProblem = problemAt(state, 'contacts');
  const files = fileProps(state, app, actions);
  const line = (
    <MessengerLine
      app={app}
      pending={isPending(state, 'messenger')}
      problem={problemAt(state, 'messenger') ?? problemAt(state, 'presence')}
      onPresence={(presence) => void actions.setPresence(presence)}
      onSignIn={() => void actions.signIn()}
      onChangeAccount={() => actions.showPage('settings')}
    />
  );

  if (state.ui.picking && !isRunning(session)) {
    return (
      <>
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
        <Talk key={talkingTo.address} contact={talkingTo} state={state} app={app} actions={actions} />
      </>
    );
  }
  if (session !== undefined) {
    const common = { session, pending: isPending(state, 'session'), problem: problemAt(state, 'session') };
    return (
      <>
        {line}
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
  // Without an account nobody can be asked; an invitation file is all there is.
  if (app.account === undefined) {
    return (
      <>
        <FileInvitations {...files} />
        <FileWays {...files} />
      </>
    );
  }
  return (
    <>
      {line}
      <FileInvitations {...files} />
      <Home
        app={app}
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
