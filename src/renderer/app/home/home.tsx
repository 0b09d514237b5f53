import { HandHelping, LifeBuoy, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import type { HomeFor } from '../../../facts/preferences.ts';
import { t } from '../../../words/words.ts';
import type { AppState, ContactView, ProgramView } from '../../../preload/contract.ts';
import type { PeerAddress } from '../../../protocol/applications/peer.ts';
import { Banner, Button, ProblemLine } from '../design/controls.tsx';
import { desktopReason } from '../session/session-words.ts';
import { askObstacle, isRunning, reachable, transportsIn } from '../selectors.ts';
import { problemText, type ActionState } from '../problem.ts';
import type { ContactLinkProps } from './contact-link.tsx';
import { Contacts, NewMessages } from './contacts.tsx';
import { InvitationCard } from './invitation-card.tsx';
import { Missed } from './missed.tsx';
import './home.css';

export interface HomeProps {
  readonly app: AppState;
  /** Whom Home is for. */
  readonly needs: HomeFor;
  readonly states: { readonly contacts: ActionState };
  readonly onPick: () => void;
  readonly onAddContact: (peer: PeerAddress) => Promise<{ readonly ok: boolean }>;
  readonly onRemoveContact: (peer: PeerAddress) => void;
  readonly onTalk: (peer: PeerAddress) => void;
  readonly onStartActivity: (peer: PeerAddress, kind: ProgramView['kind']) => void;
  readonly onOfferHelp: (peer: PeerAddress) => void;
  readonly onSetUpPrograms: () => void;
  readonly contactLink: ContactLinkProps | undefined;
  /** "Help somebody new". */
  readonly newcomer: ReactNode;
}

/** What a person mostly comes for is on top: the one big button, or the people that are helped. */
export function Home({ needs, ...props }: HomeProps) {
  const { app } = props;
  const messages = <NewMessages contacts={app.contacts} conversations={app.conversations} onTalk={props.onTalk} />;
  const people = (
    <>
      <Missed app={app} onTalk={props.onTalk} onOfferHelp={isRunning(app.session) ? undefined : props.onOfferHelp} />
      <People {...props} />
    </>
  );
  return needs === 'give' ? (
    <div className="stack stack--wide">
      {messages}
      <Ready contacts={app.contacts} connected={app.messenger.tag === 'signedIn'} />
      {props.newcomer}
      {people}
      <Ask app={app} big={false} onPick={props.onPick} />
    </div>
  ) : (
    <div className="stack stack--wide">
      {messages}
      <Ask app={app} big onPick={props.onPick} />
      {people}
      <p className="give">
        <HandHelping size={24} aria-hidden />
        <span>
          <strong>{t('home.giveTitle')}</strong> {t('home.giveLead')}
        </span>
      </p>
      {props.newcomer}
    </div>
  );
}

function Ask({ app, big, onPick }: Pick<HomeProps, 'app' | 'onPick'> & { readonly big: boolean }) {
  const obstacle = askObstacle(app);
  const reason = desktopReason(app.desktop.reason);
  const Title = big ? 'h1' : 'h2';
  return (
    <section className="card ask" aria-labelledby="ask-title">
      <div className="stack">
        <Title id="ask-title">{t('home.askTitle')}</Title>
        {big && <p className="ask__lead">{t('home.askLead')}</p>}
      </div>
      {reason !== undefined && <Banner kind="warning">{reason}</Banner>}
      <div>
        <Button
          {...(big ? { look: 'primary', size: 'large' } : {})}
          disabled={obstacle !== undefined}
          aria-describedby={obstacle === 'messenger' ? 'ask-obstacle' : undefined}
          onClick={onPick}
        >
          <LifeBuoy size={big ? 28 : 22} aria-hidden />
          {t('home.ask')}
        </Button>
      </div>
      {obstacle === 'messenger' && (
        <p id="ask-obstacle" className="soft">
          {t('home.askNeedsMessenger')}
        </p>
      )}
      {big && (
        <p className="ask__safety">
          <ShieldCheck size={22} aria-hidden />
          <span>{t('home.safety')}</span>
        </p>
      )}
    </section>
  );
}

/** For those who help: whether anybody could ask now, and that nothing is to be done meanwhile. */
function Ready({ contacts, connected }: { readonly contacts: readonly ContactView[]; readonly connected: boolean }) {
  const online = reachable(contacts).length;
  return (
    <section className="card stack" aria-labelledby="ready-title">
      <h1 id="ready-title">{t('home.giveHead')}</h1>
      {connected ? (
        <>
          <p className="ask__lead">{online === 0 ? t('home.giveNobody') : t('home.giveOnline', { count: online })}</p>
          <p className="soft">{t('home.giveWaits')}</p>
        </>
      ) : (
        <p className="ask__lead">{t('home.giveOffline')}</p>
      )}
    </section>
  );
}

function People(props: Omit<HomeProps, 'needs' | 'onPick' | 'newcomer'>) {
  const { app } = props;
  return (
    <Contacts
      contacts={app.contacts}
      transports={transportsIn(app)}
      {...props.states.contacts}
      onAdd={props.onAddContact}
      onRemove={props.onRemoveContact}
      conversations={app.conversations}
      onTalk={props.onTalk}
      programs={app.programs}
      onStartActivity={props.onStartActivity}
      onOfferHelp={isRunning(app.session) ? undefined : props.onOfferHelp}
      onSetUpPrograms={props.onSetUpPrograms}
      link={props.contactLink}
    />
  );
}

export interface AskingProps extends ActionState {
  readonly app: AppState;
  readonly onAccept: (id: string) => void;
  readonly onDecline: (id: string) => void;
}

/**
 * The invitations that wait for an answer, shown on every page. The live region exists while empty, so that screen readers announce the
 * first one.
 */
export function Asking({ app, pending, problem, onAccept, onDecline }: AskingProps) {
  return (
    <div className="stack appearing" aria-live="assertive">
      {/* The question may be gone together with its card. */}
      <ProblemLine text={problemText(problem)} />
      {app.invitations.map((invitation) => (
        <InvitationCard
          key={invitation.id}
          invitation={invitation}
          pending={pending}
          onAccept={() => onAccept(invitation.id)}
          onDecline={() => onDecline(invitation.id)}
        />
      ))}
    </div>
  );
}
