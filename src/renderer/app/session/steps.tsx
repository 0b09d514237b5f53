import { Check, CircleDashed, LoaderCircle, Minus, X } from 'lucide-react';
import { timeWithSeconds } from '../../../words/locale.ts';
import { t } from '../../../words/words.ts';
import type { SessionStatus, StepStatus } from '../../../protocol/assistance/status.ts';
import { displayName } from '../selectors.ts';
import { stepText } from './session-words.ts';
import { stepOfWay, wayText } from './way-words.ts';
import './steps.css';

const STATE_ICON = { pending: CircleDashed, active: LoaderCircle, done: Check, failed: X, notNeeded: Minus } as const;

/** The seven steps of KB 306298, in plain words, with the time each was done. */
export function Steps({ session }: { readonly session: SessionStatus }) {
  const name = displayName(session.peer);
  return (
    <ol className="steps" aria-label={t('steps.title')}>
      {session.steps.map((status) => (
        <Step
          key={status.step}
          status={status}
          text={stepText(session.role, status.step, name, session.offered, isSealed(session))}
          by={status.way === undefined ? undefined : stepOfWay(status.way, session.role, name)}
          over={session.phase.tag === 'ended'}
        />
      ))}
    </ol>
  );
}

/** Everything but a session that nobody vouches for: also before anything is agreed on, since it is refused otherwise. */
const isSealed = ({ peer }: SessionStatus): boolean => peer.verification?.tag !== 'unverified';

interface StepProps {
  readonly status: StepStatus;
  readonly text: string;
  /** Another way than the step's own has connected. */
  readonly by: ReturnType<typeof stepOfWay>;
  readonly over: boolean;
}

function Step({ status, text, by, over }: StepProps) {
  // After the end nothing is under way any more.
  const state = over && status.state === 'active' ? 'pending' : status.state;
  const Icon = STATE_ICON[state];
  return (
    <li className={`step step--${state}`} aria-current={state === 'active' ? 'step' : undefined}>
      <span className="step__mark">
        <Icon size={18} aria-hidden className={state === 'active' ? 'spin' : undefined} />
      </span>
      <span className="step__words">
        <span className="step__text">{by?.text ?? text}</span>
        <span className="step__caption">
          {by === undefined ? t(`steps.caption.${status.step}`) : t('steps.caption.by', { step: String(status.step), way: by.caption })}
        </span>
        {status.failures?.map(({ way, failure }) => (
          <span key={way} className="step__caption">
            {wayText(way, `failed.${failure}`, {})}
          </span>
        ))}
      </span>
      <span className="step__time">
        {status.atMs !== undefined && state !== 'pending' ? (
          <time dateTime={new Date(status.atMs).toISOString()}>{timeWithSeconds(status.atMs)}</time>
        ) : null}
        {state === 'failed' || state === 'notNeeded' || status.atMs === undefined ? (
          <span className={state === 'done' || state === 'pending' || state === 'active' ? 'visually-hidden' : 'step__state'}>
            {t(`steps.state.${state}`)}
          </span>
        ) : null}
      </span>
    </li>
  );
}
