import { Square } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { RunningFor } from '../clock.tsx';
import { Button, ProblemLine } from '../design/controls.tsx';
import { shortcutText } from '../figures.ts';
import { problemText, type ActionState } from '../problem.ts';
import { connectionText, headline } from './session-words.ts';
import { Steps } from './steps.tsx';
import { VerifiedLine } from './verified-line.tsx';
import './session-card.css';

export interface RunningCardProps extends ActionState {
  readonly session: SessionStatus;
  /** Undefined where no keys are surely ours. */
  readonly stopShortcut: string | undefined;
  readonly onEnd: () => void;
}

/** The main window's view of a session that runs in its own window. */
export function RunningCard({ session, stopShortcut, pending, problem, onEnd }: RunningCardProps) {
  if (session.phase.tag !== 'connected') return null;
  const novice = session.role === 'novice';
  return (
    <section className="session-card" aria-labelledby="running-title">
      <div className="row row--top">
        <span className="session-card__live">
          <span className={`dot dot--${novice && session.viewing ? 'live' : 'safe'}`} />
        </span>
        <div className="stack grow">
          <div role="status" aria-live="polite">
            <h1 id="running-title" className="session-card__title break">
              {headline(session)}
            </h1>
          </div>
          <p className="soft">
            <RunningFor sinceMs={session.phase.sinceMs} />
          </p>
          <p>{t('session.inOtherWindow')}</p>
          <VerifiedLine peer={session.peer} />
        </div>
      </div>
      {session.connection !== undefined && <p className="soft small break">{connectionText(session.connection, session)}</p>}
      <ProblemLine text={problemText(problem)} />
      <div className="session-card__actions">
        <Button look="danger" size="large" busy={pending} onClick={onEnd}>
          <Square size={20} fill="currentColor" aria-hidden />
          {novice ? t('session.stopLong') : t('session.endLong')}
        </Button>
        {novice && stopShortcut !== undefined && (
          <span className="soft">{t('session.stopShortcut', { shortcut: shortcutText(stopShortcut) })}</span>
        )}
      </div>
      <details className="fold">
        <summary>{t('steps.show')}</summary>
        <Steps session={session} />
      </details>
    </section>
  );
}
