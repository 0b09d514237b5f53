import { t } from '../../../words/words.ts';
import { cameByFile } from '../../../protocol/applications/peer.ts';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { byteCount } from '../figures.ts';
import { useTraffic } from '../window-context.tsx';
import { connectionText } from './session-words.ts';
import { verifiedText } from './verified-line.tsx';

/** What an expert, or the technician on the phone, wants to know. */
export function SessionFacts({ session }: { readonly session: SessionStatus }) {
  const { connection, desktop, peer } = session;
  const traffic = useTraffic();
  const facts: { readonly label: string; readonly value: string }[] = [];
  if (connection !== undefined) facts.push({ label: t('connection.label'), value: connectionText(connection, session) });
  if (traffic !== undefined) {
    facts.push({
      label: t('session.traffic'),
      value: t('session.trafficValue', { sent: byteCount(traffic.bytesSent), received: byteCount(traffic.bytesReceived) }),
    });
  }
  if (desktop !== undefined)
    facts.push({
      label: t('session.desktop'),
      value: t('session.desktopValue', { width: String(desktop.width), height: String(desktop.height) }),
    });
  const verified = verifiedText(peer);
  if (verified !== undefined) facts.push({ label: t('session.verified'), value: verified });
  if (!cameByFile(peer)) facts.push({ label: t('session.address'), value: peer.address });
  return (
    <dl className="facts">
      {facts.map((fact) => (
        <div key={fact.label}>
          <dt>{fact.label}</dt>
          <dd className="break">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
