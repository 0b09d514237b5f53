import { useEffect, useState } from 'react';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { inUnit } from '../../../words/locale.ts';
import { t } from '../../../words/words.ts';
import type { CodecShares } from '../../viewer/codec-map.ts';
import { CODEC_COLOURS } from '../../viewer/codec-marks.ts';
import { displayName } from '../selectors.ts';

/** Less is not worth a word. */
const LEAST_SHARE = 0.005;
const KINDS = ['exact', 'copied', 'film', 'remoteFx'] as const;

/** As the overlay on the picture has it, on white. */
const coloured = (kind: (typeof KINDS)[number]) => ({ backgroundImage: `linear-gradient(${CODEC_COLOURS[kind]}, ${CODEC_COLOURS[kind]})` });

/** Tells how much of the picture came how, until the returned function is called. */
export type WatchShares = (listener: (shares: CodecShares) => void) => () => void;

/** How much of the picture in this window came how, and what makes its film at the other side. */
export function CodecFigures({ session, watchShares }: { readonly session: SessionStatus; readonly watchShares: WatchShares }) {
  const [shares, setShares] = useState<CodecShares>();
  useEffect(() => watchShares(setShares), [watchShares]);
  const { filmBy } = session;
  const parts = KINDS.flatMap((kind) => {
    const share = shares?.[kind] ?? 0;
    return share < LEAST_SHARE ? [] : [{ kind, share }];
  });
  return (
    <dl className="codec-figures">
      <div>
        <dt>{t('session.came')}</dt>
        <dd>
          {parts.length === 0 && t('common.unknown')}
          {parts.length > 0 && (
            <div className="codec-figures__bar" aria-hidden>
              {parts.map(({ kind, share }) => (
                <i key={kind} style={{ flexGrow: share, ...coloured(kind) }} />
              ))}
            </div>
          )}
          {parts.map(({ kind, share }) => (
            <span key={kind}>
              <i style={coloured(kind)} aria-hidden />
              {t(`session.came.${kind}`, { share: inUnit(Math.round(share * 100), 'percent', 'short', 0) })}
            </span>
          ))}
        </dd>
      </div>
      {filmBy !== undefined && (
        <div>
          <dt>{t('session.filmBy')}</dt>
          <dd>{makerText(filmBy, displayName(session.peer))}</dd>
        </div>
      )}
    </dl>
  );
}

function makerText(maker: NonNullable<SessionStatus['filmBy']>, name: string): string {
  switch (maker) {
    case 'none':
      return t('session.filmBy.none');
    case 'openh264':
      return t('session.filmBy.library', { name });
    case 'webcodecs':
      return t('session.filmBy.webCodecs', { name });
    case 'webcodecs-hardware':
      return t('session.filmBy.hardware', { name });
    case 'remotefx':
      return t('session.filmBy.remoteFx', { name });
  }
}
