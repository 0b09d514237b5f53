import { CircleCheck, CircleSlash, RotateCcw, UserRound } from 'lucide-react';
import { GUEST_TRANSPORT } from '../../../facts/accounts.ts';
import { t } from '../../../words/words.ts';
import type { EndReason, SessionStatus } from '../../../protocol/assistance/status.ts';
import { Button, ProblemLine } from '../design/controls.tsx';
import { duration } from '../figures.ts';
import { displayName } from '../selectors.ts';
import { problemText, type ActionState } from '../problem.ts';
import { endedSentence, isByFile, nextAction, nextStep, relayHelp } from './session-words.ts';
import { Steps } from './steps.tsx';
import './session-card.css';

/** With a connection made, these end a session; everything else ends an attempt. */
const SESSION_ENDS: ReadonlySet<EndReason> = new Set([
  'stoppedByNovice',
  'closedByExpert',
  'timeUp',
  'peerGone',
  'connectionLost',
  'protocolError',
  'internalError',
  'desktopUnavailable',
]);
const GOOD_ENDS: ReadonlySet<EndReason> = new Set(['stoppedByNovice', 'closedByExpert', 'timeUp']);

export interface EndedCardProps extends ActionState {
  readonly session: SessionStatus;
  /** Only where asking is possible: the main window. */
  readonly onAskAgain?: () => void;
  readonly onAskSomeoneElse?: () => void;
  readonly onClose: () => void;
  /** Compact leaves the seven steps behind a fold. */
  readonly compact?: boolean;
}

/** Nobody has answered yet: the code that was given out is good still. */
const CODE_LEFT: ReadonlySet<EndReason> = new Set(['cancelledByYou', 'timedOut']);

/** Whoever asked without an account cannot ask again with the same code. */
const needsNewCode = ({ role, peer }: SessionStatus, reason: EndReason): boolean =>
  role === 'novice' && peer.transport === GUEST_TRANSPORT && !CODE_LEFT.has(reason);

/** Why it is over, in one sentence, and one thing to do next. */
export function EndedCard({ session, pending, problem, onAskAgain, onAskSomeoneElse, onClose, compact = false }: EndedCardProps) {
  if (session.phase.tag !== 'ended') return null;
  const { reason, detail, atMs, sinceMs } = session.phase;
  const { role, offered } = session;
  const name = displayName(session.peer);
  const good = GOOD_ENDS.has(reason);
  const action = nextAction(role, reason);
  // Somebody who came by an invitation file has no messenger address.
  const canAsk = role === 'novice' && !isByFile(session) && onAskAgain !== undefined && onAskSomeoneElse !== undefined;
  const help = relayHelp(session);
  const wasSession = session.connection !== undefined && SESSION_ENDS.has(reason);
  return (
    <section className="session-card" aria-labelledby="ended-title">
      <div className="row row--top">
        <span className={`session-card__badge session-card__badge--${good ? 'good' : 'plain'}`}>
          {good ? <CircleCheck size={30} aria-hidden /> : <CircleSlash size={30} aria-hidden />}
        </span>
        <div className="stack grow" role="status">
          <p className="session-card__kicker">{wasSession || good ? t('ended.title') : t('ended.titleAttempt')}</p>
          <h1 id="ended-title" className="session-card__title break">
            {endedSentence(role, reason, name, offered, session.phase.answeredOn)}
          </h1>
          <p className="session-card__next break">{nextStep(role, reason, name, offered)}</p>
          {needsNewCode(session, reason) && <p className="break">{t('ended.newCode', { name })}</p>}
          {help !== undefined && <p className="soft break">{t(help)}</p>}
          {session.noDoor !== undefined && <p className="soft break">{t(`ended.noDoor.${session.noDoor}`)}</p>}
          {sinceMs !== undefined && <p className="soft">{t('ended.duration', { duration: duration(atMs - sinceMs) })}</p>}
        </div>
      </div>
      <div className="session-card__actions">
        {canAsk && action === 'askSomeoneElse' && (
          <Button look="primary" onClick={onAskSomeoneElse}>
            <UserRound size={20} aria-hidden />
            {t('ended.askSomeoneElse')}
          </Button>
        )}
        {canAsk && action !== 'askSomeoneElse' && (
          <Button look={action === 'askAgain' ? 'primary' : 'plain'} busy={pending} onClick={onAskAgain}>
            <RotateCcw size={20} aria-hidden />
            {t('ended.askAgain')}
          </Button>
        )}
        {canAsk && action === 'askSomeoneElse' && (
          <Button busy={pending} onClick={onAskAgain}>
            {t('ended.askAgain')}
          </Button>
        )}
        <Button look={canAsk && action !== 'close' ? 'plain' : 'primary'} onClick={onClose}>
          {t('ended.close')}
        </Button>
      </div>
      <ProblemLine text={problemText(problem)} />
      <details className="fold" open={!compact && (role === 'expert' || reason === 'noConnection') && !good}>
        <summary>{t('steps.show')}</summary>
        <Steps session={session} />
        {detail !== undefined && <p className="soft small break">{t('common.technical', { detail })}</p>}
      </details>
    </section>
  );
}
