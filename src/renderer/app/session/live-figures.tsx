import { useEffect, useState } from 'react';
import type { SessionTraffic } from '../../../protocol/assistance/status.ts';
import { numberText } from '../../../words/locale.ts';
import { t } from '../../../words/words.ts';
import { useNow } from '../clock.tsx';
import { byteCount } from '../figures.ts';
import { type CountedBytes, SHOWN_MS, TrafficHistory, type TrafficSample } from './traffic-history.ts';
import './live-figures.css';

const WIDTH = 120;
const HEIGHT = 26;

interface Figure {
  readonly key: string;
  readonly label: string;
  readonly valueOf: (sample: TrafficSample) => number | undefined;
  readonly text: (value: number) => string;
}

const milliseconds = (ms: number): string => t('session.roundTripValue', { ms: Math.round(ms) });

/** Keeps what the traffic of a session was over the last minute. */
export function useTrafficHistory(traffic: SessionTraffic | undefined, counted: CountedBytes): TrafficHistory {
  const [history] = useState(() => new TrafficHistory(counted));
  useEffect(() => {
    if (traffic !== undefined) history.add(traffic, Date.now());
  }, [history, traffic]);
  return history;
}

/** The last minute in figures and small curves. It moves once a second, and only while it can be seen. */
export function LiveFigures({
  history,
  bytes,
  ageHint,
}: {
  readonly history: TrafficHistory;
  /** What is said of the bytes that it counts. */
  readonly bytes: string;
  readonly ageHint: string;
}) {
  const nowMs = useNow('second');
  // The present is rounded down to the second, and the newest sample may be of this one.
  const samples = history.until(nowMs);
  const figures: readonly Figure[] = [
    {
      key: 'frames',
      label: t('session.frames'),
      valueOf: ({ framesPerSecond }) => framesPerSecond,
      text: (value) => numberText(Math.round(value)),
    },
    { key: 'bytes', label: bytes, valueOf: ({ bytesPerSecond }) => bytesPerSecond, text: byteCount },
    { key: 'roundTrip', label: t('session.roundTrip'), valueOf: ({ roundTripMs }) => roundTripMs, text: milliseconds },
    { key: 'age', label: t('session.age'), valueOf: ({ ageMs }) => ageMs, text: milliseconds },
  ];
  return (
    <section aria-label={t('session.lastMinute')}>
      <dl className="live-figures">
        {figures.map((figure) => (
          <Curve key={figure.key} figure={figure} samples={samples} nowMs={nowMs} />
        ))}
      </dl>
      <p className="soft small">{ageHint}</p>
    </section>
  );
}

function Curve({
  figure,
  samples,
  nowMs,
}: {
  readonly figure: Figure;
  readonly samples: readonly TrafficSample[];
  readonly nowMs: number;
}) {
  const { label, text, valueOf } = figure;
  const points = samples.flatMap((sample) => {
    const value = valueOf(sample);
    return value === undefined ? [] : [{ atMs: sample.atMs, value }];
  });
  const newest = points.at(-1);
  const values = points.map(({ value }) => value);
  const most = Math.max(1, ...values);
  const line = points
    .map(({ atMs, value }) => {
      const x = Math.min(WIDTH, Math.max(0, WIDTH - ((nowMs - atMs) / SHOWN_MS) * WIDTH));
      return `${x.toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`;
    })
    .join(' ');
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {newest === undefined ? t('common.unknown') : text(newest.value)}
        {newest !== undefined && (
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={t('session.curve', { least: text(Math.min(...values)), most: text(Math.max(...values)) })}
          >
            <polyline points={line} />
          </svg>
        )}
      </dd>
    </div>
  );
}
