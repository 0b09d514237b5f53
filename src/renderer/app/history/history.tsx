import { dateTime } from '../../../words/locale.ts';
import { t } from '../../../words/words.ts';
import type { RecordState } from '../../../facts/record.ts';
import type { HistoryEntry } from '../../../protocol/assistance/status.ts';
import { Avatar, Banner, Button, ProblemLine } from '../design/controls.tsx';
import { duration } from '../figures.ts';
import { problemText, type Problem } from '../problem.ts';
import { displayName } from '../selectors.ts';
import { endedSentence } from '../session/session-words.ts';
import { wayText } from '../session/way-words.ts';
import './history.css';

/** Of one session; the record has them all. */
const MAX_GRANTS = 5;

export interface HistoryProps {
  readonly entries: readonly HistoryEntry[];
  readonly record: RecordState;
  readonly problem: Problem | undefined;
  readonly onClear: () => void;
  readonly onExport: () => void;
}

/** The history page: for each session the person, the time, the connection, what was allowed and how it ended. Newest first. */
export function History({ entries, record, problem, onClear, onExport }: HistoryProps) {
  return (
    <section className="stack stack--wide" aria-labelledby="history-title">
      <div className="row">
        <h1 id="history-title" className="grow">
          {t('history.title')}
        </h1>
        {entries.length > 0 && <Button onClick={onExport}>{t('history.export')}</Button>}
        {entries.length > 0 && <Button onClick={onClear}>{t('history.clear')}</Button>}
      </div>
      <ProblemLine text={problemText(problem)} />
      {record.broken !== undefined && <Banner kind="warning">{brokenSentence(record.broken.afterMs)}</Banner>}
      {entries.length === 0 ? (
        <p className="card soft">{t('history.empty')}</p>
      ) : (
        <ol className="card history">
          {entries
            .toSorted((a, b) => b.startedAtMs - a.startedAtMs)
            .map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
        </ol>
      )}
      {record.clearedAtMs !== undefined && <p className="soft small">{t('history.cleared', { when: dateTime(record.clearedAtMs) })}</p>}
    </section>
  );
}

function brokenSentence(afterMs: number | undefined): string {
  return afterMs === undefined ? t('history.brokenFromStart') : t('history.broken', { when: dateTime(afterMs) });
}

function Entry({ entry }: { readonly entry: HistoryEntry }) {
  const name = displayName(entry.peer);
  const allowed = entry.controlled ? 'controlled' : entry.viewed ? 'viewed' : 'nothing';
  return (
    <li className="history__entry">
      <Avatar name={name} />
      <div className="grow break">
        <p className="person__name">
          {t(`history.role.${entry.role}${entry.viewed ? '' : entry.offered ? 'Offered' : 'Attempt'}`, { name })}
        </p>
        <p className="soft small">
          <time dateTime={new Date(entry.startedAtMs).toISOString()}>{dateTime(entry.startedAtMs)}</time>
          {/* Older entries do not say when it was connected. */}
          {entry.viewed && <> · {duration(entry.endedAtMs - (entry.connectedAtMs ?? entry.startedAtMs))}</>}
          {entry.times !== undefined && <> · {t('history.times', { count: entry.times })}</>}
        </p>
        <dl className="history__facts">
          <div>
            <dt className="visually-hidden">{t('history.allowed')}</dt>
            <dd>{t(`history.allowed.${allowed}`)}</dd>
            {entry.found !== undefined && <dd className="soft small">{t('history.found', { count: entry.found })}</dd>}
            {entry.grants?.slice(0, MAX_GRANTS).map(({ fromMs, toMs = fromMs }) => (
              <dd key={fromMs} className="soft small">
                {t('history.grant', { when: dateTime(fromMs), duration: duration(toMs - fromMs) })}
              </dd>
            ))}
          </div>
          {entry.viewed && entry.peer.verification !== undefined && (
            <div>
              <dt className="visually-hidden">{t('session.verified')}</dt>
              <dd className={entry.peer.verification.tag === 'unverified' ? 'unverified' : undefined}>
                {t(`history.verified.${entry.peer.verification.tag}`)}
              </dd>
            </div>
          )}
          <div>
            <dt className="visually-hidden">{t('history.how')}</dt>
            <dd>
              {entry.connectedBy === undefined
                ? t('history.notConnected')
                : wayText(entry.connectedBy, 'short', { address: entry.address ?? t('common.unknown') })}
            </dd>
          </div>
          <div>
            <dt className="visually-hidden">{t('history.ended')}</dt>
            <dd>{endedSentence(entry.role, entry.reason, name, entry.offered, entry.answeredOn)}</dd>
          </div>
        </dl>
      </div>
    </li>
  );
}
