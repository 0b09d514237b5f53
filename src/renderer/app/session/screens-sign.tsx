import type { SessionStatus } from '../../../protocol/assistance/status.ts';

type Shared = NonNullable<SessionStatus['sharing']>;

/** Between two screens that touch, in parts of the whole drawing. */
const GAP = 0.03;
/** In CSS pixels: as high as other icons at most. */
const SIGN = { width: 34, height: 22 };

/** The other side's screens as they stand, the one that is seen filled: that there are others is seen all the time. */
export function ScreensSign({ part, state, screens }: Shared) {
  const left = Math.min(...screens.map(({ area }) => area.x));
  const top = Math.min(...screens.map(({ area }) => area.y));
  const width = Math.max(...screens.map(({ area }) => area.x + area.width)) - left;
  const height = Math.max(...screens.map(({ area }) => area.y + area.height)) - top;
  const gap = Math.max(width, height) * GAP;
  return (
    <svg className="screens-sign" viewBox={`${left} ${top} ${width} ${height}`} {...SIGN} aria-hidden>
      {screens.map(({ id, area }) => {
        const seen = state === 'shown' && (part.tag === 'all' || (part.tag === 'screen' && part.id === id));
        return (
          <rect
            key={id}
            className={seen ? 'screens-sign__seen' : undefined}
            x={area.x + gap}
            y={area.y + gap}
            width={Math.max(0, area.width - 2 * gap)}
            height={Math.max(0, area.height - 2 * gap)}
            rx={gap}
          />
        );
      })}
    </svg>
  );
}
