import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { t } from '../../../words/words.ts';
import { displayName } from '../selectors.ts';
import './live-figures.css';

const QUALITIES = ['balanced', 'sharp', 'thin'] as const;

export interface QualityChoiceProps {
  readonly session: SessionStatus;
  readonly onQuality: (quality: NonNullable<SessionStatus['quality']>) => void;
}

/** What the other side makes the picture for. What is marked is what it has said that it does. */
export function QualityChoice({ session, onQuality }: QualityChoiceProps) {
  const { quality, peer } = session;
  if (quality === undefined) return <p className="soft small">{t('viewer.qualityNone', { name: displayName(peer) })}</p>;
  return (
    <fieldset className="quality">
      <legend>{t('viewer.quality')}</legend>
      {QUALITIES.map((each) => (
        <label key={each}>
          <input type="radio" name="quality" checked={quality === each} onChange={() => onQuality(each)} />
          <span>
            {t(`viewer.quality.${each}`)} <span className="soft small">{t(`viewer.qualityHint.${each}`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
