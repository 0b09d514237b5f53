import { type KeyboardEvent, type ReactNode, type SyntheticEvent, useState } from 'react';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { t } from '../../../words/words.ts';
import { Elapsed } from '../clock.tsx';
import { byteCount } from '../figures.ts';
import { useTraffic } from '../window-context.tsx';
import { CodecFigures, type WatchShares } from './codec-figures.tsx';
import { LiveFigures, useTrafficHistory } from './live-figures.tsx';
import { QualityChoice, type QualityChoiceProps } from './quality-choice.tsx';
import { SessionFacts } from './session-facts.tsx';
import { Steps } from './steps.tsx';
import { ONE_SHEET } from './tool-menu.tsx';
import { connectedBriefly } from './way-words.ts';

/** What it is a figure of is read out, and shown under the mouse. */
function Figure({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <span title={label}>
      <span className="visually-hidden">{label}</span> <span>{children}</span>
    </span>
  );
}

/** Figures at a glance; the choice of the picture, the last minute, the connection and the seven steps behind them. */
export function Details({
  session,
  sinceMs,
  onQuality,
  watchShares,
}: { readonly session: SessionStatus; readonly sinceMs: number; readonly watchShares: WatchShares } & Pick<
  QualityChoiceProps,
  'onQuality'
>) {
  const { connection } = session;
  const traffic = useTraffic();
  const history = useTrafficHistory(traffic, 'bytesReceived');
  const [open, setOpen] = useState(false);
  const toggled = ({ currentTarget }: SyntheticEvent<HTMLDetailsElement>): void => {
    setOpen(currentTarget.open);
    currentTarget.querySelector('.figures__sheet')?.scrollTo(0, 0);
  };
  const close = (event: KeyboardEvent<HTMLDetailsElement>): void => {
    if (event.key !== 'Escape' || !event.currentTarget.open) return;
    event.preventDefault();
    event.stopPropagation();
    event.currentTarget.open = false;
    event.currentTarget.querySelector('summary')?.focus();
  };
  return (
    <details name={ONE_SHEET} className="figures" onKeyDown={close} onToggle={toggled}>
      <summary title={t('session.detailsHint')}>
        <Figure label={t('session.duration')}>
          <Elapsed sinceMs={sinceMs} />
        </Figure>
        {traffic !== undefined && (
          <span className="figures__more">
            <Figure label={t('session.frames')}>{t('viewer.fps', { count: Math.round(traffic.framesPerSecond) })}</Figure>
            {traffic.roundTripMs !== undefined && (
              <Figure label={t('session.roundTrip')}>{t('viewer.roundTrip', { ms: Math.round(traffic.roundTripMs) })}</Figure>
            )}
            <Figure label={t('session.received')}>{byteCount(traffic.bytesReceived)}</Figure>
          </span>
        )}
        {connection !== undefined && (
          <span className="figures__most">
            <Figure label={t('connection.label')}>{connectedBriefly(connection)}</Figure>
          </span>
        )}
      </summary>
      <div className="toolbar__sheet figures__sheet card" role="region" aria-label={t('session.detailsTitle')} tabIndex={0}>
        <h2>{t('session.detailsTitle')}</h2>
        {/* Above what grows and shrinks: nothing that is chosen moves under the hand. */}
        <QualityChoice session={session} onQuality={onQuality} />
        {open && traffic !== undefined && (
          <LiveFigures history={history} bytes={t('session.receivedASecond')} ageHint={t('session.ageHint')} />
        )}
        {open && <CodecFigures session={session} watchShares={watchShares} />}
        <SessionFacts session={session} />
        <h2>{t('steps.title')}</h2>
        <Steps session={session} />
      </div>
    </details>
  );
}
