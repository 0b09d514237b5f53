import { HandHelping, LifeBuoy, ShieldCheck } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { AppState, ProgramView } from '../../../preload/contract.ts';
import type { PeerAddress } from '../../../protocol/applications/peer.ts';
import { Banner, Button, ProblemLine } from '../design/controls.tsx';
import { desktopReason } from '../session/session-words.ts';
import { askObstacle, isRunning, transportsIn } from '../selectors.ts';
import { problemText, type ActionState } from '../problem.ts';
import { Contacts, NewMessages } from './contacts.tsx';
import { InvitationCard } from './invitation-card.tsx';
import { Missed } from './missed.tsx';
import './home.css';

export interface HomeProps {
  readonly app: AppState;
  readonly states: { readonly contacts: ActionState };
  readonly onPick: () => void;
  readonly onAddContact: (peer: PeerAddress) => Promise<{ readonly ok: boolean }>;
  readonly onRemoveContact: (peer: PeerAddress) => void;
  readonly onTalk: (peer: PeerAddress) => void;
  readonly onStartActivity: (peer: PeerAddress, kind: ProgramView['kind']) => void;
  readonly onOfferHelp: (peer: PeerAddress) => void;
  readonly onSetUpPrograms: () => void;
}

export function Home(props: HomeProps) {
  const { app } = props;
  const obstacle = askObstacle(app);
  const reason = desktopReason(app.desktop.reason);
  return (
    <div className="stack stack--wide">
      <NewMessages contacts={app.contacts} conversations={app.conversations} onTalk={props.onTalk} />
      <section className="card ask" aria-labelledby="ask-title">
        <div className="stack">
          <h1 id="ask-title">{t('home.askTitle')}</h1>
          <p className="ask__lead">{t('home.askLead')}</p>
        </div>
        {reason !== undefined && <Banner kind="warning">{reason}</Banner>}
        <div>
          <Button
            look="primary"
            size="large"
            disabled={obstacle !== undefined}
            aria-describedby={obstacle === 'messenger' ? 'ask-obstacle' : undefined}
            onClick={props.onPick}
          >
            <LifeBuoy size={28} aria-hidden />
            {t('home.ask')}
          </Button>
        </div>
        {obstacle === 'messenger' && (
          <p id="ask-obstacle" className="soft">
            {t('home.askNeedsMessenger')}
          </p>
        )}
        <p className="ask__safety">
          <ShieldCheck size={22} aria-hidden />
          <span>{t('home.safety')}</span>
        </p>
      </section>
      <Missed app={app} onTalk={props.onTalk} />
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
      />
      <p className="give">
        <HandHelping size={24} aria-hidden />
        <span>
          <strong>{t('home.giveTitle')}</strong> {t('home.giveLead')}
        </span>
      </p>
    </div>
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
