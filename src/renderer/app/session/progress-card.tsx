import { LoaderCircle, PhoneCall, X } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { Button, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { CodeDialogue } from './code-dialogue.tsx';
import { VerifiedLine } from './verified-line.tsx';
import { connectionText, headline } from './session-words.ts';
import { usePhaseHint } from './phase-hint.ts';
import { Steps } from './steps.tsx';
import './session-card.css';

export interface ProgressCardProps extends ActionState {
  readonly session: SessionStatus;
  readonly codeState: ActionState;
  readonly onCode: (typed: string) => void;
  readonly onCancel: () => void;
}

/** From the question to the connection: where we are, what that means, and the way out. */
export function ProgressCard({ session, pending, problem, codeState, onCode, onCancel }: ProgressCardProps) {
  const hint = usePhaseHint(session);
  const asksYou = session.role === 'novice' && session.phase.tag === 'awaitingConsent';
  return (
    <section className="session-card" aria-labelledby="progress-title">
      <div className="row row--top">
        <span className={`session-card__badge session-card__badge--${asksYou ? 'warm' : 'active'}`}>
          {asksYou ? <PhoneCall size={30} aria-hidden /> : <LoaderCircle size={30} className="spin" aria-hidden />}
        </span>
        <div className="stack grow">
          <div role="status" aria-live="polite">
            <h1 id="progress-title" className="session-card__title break">
              {headline(session)}
            </h1>
          </div>
          {hint !== undefined && <p className="session-card__next break">{hint}</p>}
          <VerifiedLine peer={session.peer} />
        </div>
      </div>
      <CodeDialogue session={session} {...codeState} onCode={onCode} />
      <ProblemLine text={problemText(problem)} />
      <div className="session-card__actions">
        <Button busy={pending} onClick={onCancel}>
          <X size={20} aria-hidden />
          {t('session.cancel')}
        </Button>
      </div>
      {/* A novice has one sentence and one button; the expert, or whoever is on the phone, looks at the steps. */}
      {session.role === 'expert' ? (
        <Steps session={session} />
      ) : (
        <details className="fold">
          <summary>{t('steps.show')}</summary>
          <Steps session={session} />
        </details>
      )}
      {session.connection !== undefined && <p className="soft small break">{connectionText(session.connection, session)}</p>}
    </section>
  );
}
