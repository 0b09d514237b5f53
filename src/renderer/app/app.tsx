import { History as HistoryIcon, House, Settings as SettingsIcon } from 'lucide-react';
import { useCallback, useEffect, useRef, type DragEvent, type KeyboardEvent, type RefObject } from 'react';
import { t, tFromData } from '../../words/words.ts';
import type { AppState } from '../../preload/contract.ts';
import { peerKey } from '../../protocol/applications/peer.ts';
import { hasHelpLink } from '../../protocol/xmpp/help-link.ts';
import { hasContactLink } from '../../protocol/xmpp/invitation-link.ts';
import { hasAccountLink } from '../../protocol/msnp/account-link.ts';
import type { Actions } from './actions.ts';
import { serverInvitationIn } from './server-invitation.ts';
import { BrandMark } from './design/brand.tsx';
import { Banner } from './design/controls.tsx';
import { Activities } from './home/activities.tsx';
import { OfferedAccount } from './home/offered-account.tsx';
import { OfferedContact } from './home/offered-contact.tsx';
import { OfferedHelp } from './home/offered-help.tsx';
import { HomePage } from './home/home-page.tsx';
import { Asking } from './home/home.tsx';
import { Strangers } from './home/strangers.tsx';
import { History } from './history/history.tsx';
import { displayName, isFrozen, isRunning, showsWelcome } from './selectors.ts';
import { SettingsPage } from './settings/settings-page.tsx';
import type { Page, WelcomeStep, WindowState, WindowStore } from './store.ts';
import { WelcomePage } from './welcome/welcome-page.tsx';
import { useAction, useActions, useWindowState, WindowProvider } from './window-context.tsx';
import './design/design.css';
import './app.css';

const PAGES: readonly { readonly page: Page; readonly Icon: typeof House }[] = [
  { page: 'home', Icon: House },
  { page: 'history', Icon: HistoryIcon },
  { page: 'settings', Icon: SettingsIcon },
];

/** Whose links `xmpp:` ones are. */
const LINKED_TRANSPORT = 'xmpp';

/** The main window. */
export function App({ store, actions }: { readonly store: WindowStore; readonly actions: Actions }) {
  return (
    <WindowProvider store={store} actions={actions}>
      <MainWindow />
    </WindowProvider>
  );
}

function MainWindow() {
  const state = useWindowState();
  const actions = useActions();
  const { app, ui } = state;
  const top = useRef<HTMLElement>(null);
  useFreshView(viewOf(state), top);
  const hasServer = app?.accounts.some(({ transport }) => transport === LINKED_TRANSPORT) === true;
  const takers = useCallback((text: string) => takerOf(text, hasServer, actions), [hasServer, actions]);
  // Where nothing has the keyboard, the page itself is pasted into.
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => pasted(event, takers);
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, [takers]);
  if (app === undefined) return <Opening failed={state.loadFailed} />;
  const welcome = showsWelcome(state);
  return (
    <div
      className="window"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => dropped(event, welcome, ui.welcome, actions, takers)}
      onKeyDown={(event) => leave(event, state, actions)}
    >
      {!welcome && <Top page={ui.page} onPage={actions.showPage} />}
      <main className={welcome ? 'page page--welcome' : 'page'} ref={top} tabIndex={-1}>
        {isFrozen(app) && app.session !== undefined && (
          <Banner kind="warning">{t('frozen.title', { name: displayName(app.session.peer) })}</Banner>
        )}
        <Notices app={app} onDismiss={(id) => void actions.dismissNotice(id)} />
        <Waiting app={app} />
        {welcome ? <WelcomePage app={app} /> : <PageBody key={ui.page} page={ui.page} app={app} />}
      </main>
    </div>
  );
}

function Top({ page: shown, onPage }: { readonly page: Page; readonly onPage: (page: Page) => void }) {
  return (
    <header className="top">
      <span className="top__brand">
        <BrandMark size={34} />
        {t('app.name')}
      </span>
      <nav className="top__nav" aria-label={t('app.mainNavigation')}>
        {PAGES.map(({ page, Icon }) => (
          <button type="button" key={page} className="tab" aria-current={shown === page ? 'page' : undefined} onClick={() => onPage(page)}>
            <Icon size={22} aria-hidden />
            {t(`nav.${page}`)}
          </button>
        ))}
      </nav>
    </header>
  );
}

/** Everyone who waits for an answer, whatever page is shown. */
function Waiting({ app }: { readonly app: AppState }) {
  const actions = useActions();
  const invitation = useAction('invitation');
  const activity = useAction('activity');
  const offered = useAction('offeredAccount');
  const offeredHelp = useAction('offeredHelp');
  const offeredContact = useAction('offeredContact');
  const stranger = useAction('stranger');
  return (
    <>
      <OfferedAccount
        offered={app.offeredAccount}
        {...offered}
        onUse={() => void actions.takeOfferedAccount()}
        onPutAway={() => void actions.putOfferedAccountAway()}
      />
      <OfferedHelp
        offered={app.offeredHelp}
        {...offeredHelp}
        suggestedName={app.suggestedName}
        onAsk={(self) => void actions.takeOfferedHelp(self)}
        onStop={() => void actions.stopAskingAsGuest()}
        onPutAway={() => void actions.putOfferedHelpAway()}
      />
      <OfferedContact
        offered={app.offeredContact}
        {...offeredContact}
        onAdd={() => void actions.takeOfferedContact()}
        onPutAway={() => void actions.putOfferedContactAway()}
      />
      <Strangers
        strangers={app.strangers}
        {...stranger}
        onLook={(peer) => void actions.lookAtStranger(peer)}
        onDecline={(peer) => void actions.declineStranger(peer)}
        onBlock={(peer) => void actions.blockStranger(peer)}
        onAdd={(peer) => void actions.addStranger(peer)}
      />
      <Asking
        app={app}
        {...invitation}
        onAccept={(id) => void actions.acceptInvitation(id)}
        onDecline={(id) => void actions.declineInvitation(id)}
      />
      <Activities
        app={app}
        {...activity}
        onAccept={(id) => void actions.acceptActivity(id)}
        onCancel={(id) => void actions.cancelActivity(id)}
      />
    </>
  );
}

/** A name for what fills the window, the same as long as it is the same to the person. */
function viewOf(state: WindowState): string {
  const { app, ui } = state;
  if (app === undefined) return 'opening';
  if (showsWelcome(state)) return `welcome ${ui.welcome}`;
  if (ui.page !== 'home') return ui.page;
  if (ui.picking && !isRunning(app.session)) return 'picker';
  if (ui.talkingTo !== undefined) return `talk ${peerKey(ui.talkingTo)}`;
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

type TakerOf = (text: string) => (() => void) | undefined;

/** Undefined where there is no link in the text. A link to somebody whose server makes accounts too is taken as that by whoever has none there. */
function takerOf(text: string, hasServer: boolean, actions: Actions): (() => void) | undefined {
  if (hasAccountLink(text) || hasHelpLink(text)) return () => void actions.offerAccount(text);
  const invitation = serverInvitationIn(text);
  if (hasContactLink(text) && (hasServer || invitation === undefined)) return () => void actions.offerAccount(text);
  return invitation && (() => actions.takeServerInvitation(invitation));
}

/** A link pasted anywhere but where people write whole texts, or into a form that takes it itself. */
function pasted(event: ClipboardEvent, taker: TakerOf): void {
  const text = event.clipboardData?.getData('text/plain') ?? '';
  if (event.defaultPrevented || event.target instanceof HTMLTextAreaElement) return;
  const take = taker(text);
  if (take === undefined) return;
  event.preventDefault();
  take();
}

/** An invitation file, or a text with a link, dropped anywhere on the window. */
function dropped(event: DragEvent, welcome: boolean, step: WelcomeStep, actions: Actions, taker: TakerOf): void {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  if (file === undefined) {
    taker(event.dataTransfer.getData('text/plain'))?.();
    return;
  }
  actions.showPage('home');
  // An access token that is shown only once stays on the screen; the invitation waits behind it.
  if (welcome && step !== 'hostReady') actions.showWelcome('choose');
  void actions.offerInvitation(file);
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

/** Where the access token is kept is looked up in Settings; it is no news on every page. */
const SETTINGS_NOTICES: readonly string[] = ['notice.tokenNotEncrypted'];

function Notices({ app, onDismiss }: { readonly app: AppState; readonly onDismiss: (id: string) => void }) {
  return (
    <div className="stack appearing" aria-live="polite">
      {app.notices
        .filter(({ key }) => !SETTINGS_NOTICES.includes(key))
        .map((notice) => (
          <Banner key={notice.id} kind={notice.kind} onDismiss={() => onDismiss(notice.id)}>
            {tFromData(notice.key, notice.values)}
          </Banner>
        ))}
    </div>
  );
}

function PageBody({ page, app }: { readonly page: Page; readonly app: AppState }) {
  switch (page) {
    case 'home':
      return <HomePage app={app} />;
    case 'history':
      return <HistoryPage app={app} />;
    case 'settings':
      return <SettingsPage app={app} />;
  }
}

function HistoryPage({ app }: { readonly app: AppState }) {
  const actions = useActions();
  const { problem } = useAction('history');
  return (
    <History
      entries={app.history}
      record={app.record}
      problem={problem}
      onClear={() => void actions.clearHistory()}
      onExport={() => void actions.exportHistory()}
    />
  );
}
