import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { screensOutline } from '../../screens-outline.ts';

type Shared = NonNullable<SessionStatus['sharing']>;

/** In CSS pixels: as high as other icons at most. */
const SIGN = { width: 34, height: 22 };

/** The other side's screens as they stand, the one that is seen filled: that there are others is seen all the time. */
export function ScreensSign({ part, state, screens }: Shared) {
  const { viewBox, places } = screensOutline(screens.map(({ area }) => area));
  return (
    <svg className="screens-sign" viewBox={viewBox} {...SIGN} aria-hidden>
      {screens.map(({ id }, at) => {
        const seen = state === 'shown' && (part.tag === 'all' || (part.tag === 'screen' && part.id === id));
        return <rect key={id} className={seen ? 'screens-sign__seen' : undefined} {...places[at]} />;
      })}
    </svg>
  );
}
