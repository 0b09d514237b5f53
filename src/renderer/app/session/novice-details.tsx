import { type SyntheticEvent, useState } from 'react';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { t } from '../../../words/words.ts';
import { displayName } from '../selectors.ts';
import { useTraffic } from '../window-context.tsx';
import { LiveFigures, useTrafficHistory } from './live-figures.tsx';
import { SessionFacts } from './session-facts.tsx';
import { Steps } from './steps.tsx';

/** What a technician asks for on the phone: the last minute, the connection and the seven steps, behind a fold. `seen`: there is room for it. */
export function NoviceDetails({ session, seen }: { readonly session: SessionStatus; readonly seen: boolean }) {
  const { peer } = session;
  const traffic = useTraffic();
  const history = useTrafficHistory(traffic, 'bytesSent');
  const [open, setOpen] = useState(false);
  const toggled = ({ currentTarget }: SyntheticEvent<HTMLDetailsElement>): void => {
    setOpen(currentTarget.open);
    // It is the last thing in a small window: what was unfolded would be below it.
    if (currentTarget.open) currentTarget.scrollIntoView({ block: 'start' });
  };
  return (
    <details className="fold" onToggle={toggled}>
      <summary>{t('session.details')}</summary>
      {/* It moves each second, on a screen that may be shown: only while somebody looks at it. */}
      {open && seen && traffic !== undefined && (
        <LiveFigures history={history} bytes={t('session.sentASecond')} ageHint={t('session.ageHintThere', { name: displayName(peer) })} />
      )}
      <SessionFacts session={session} />
      <Steps session={session} />
    </details>
  );
}
