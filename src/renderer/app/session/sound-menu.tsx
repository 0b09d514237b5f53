import { Volume2, VolumeOff, VolumeX } from 'lucide-react';
import { t } from '../../../words/words.ts';
import { expertSoundText, type SoundState } from './sound-words.ts';
import { ToolMenu } from './tool-menu.tsx';

/** What the expert has chosen, for this session. `volume`: from 0 to 100. */
export interface Loudness {
  readonly muted: boolean;
  readonly volume: number;
}

export const FULL_LOUDNESS: Loudness = { muted: false, volume: 100 };

export interface SoundMenuProps {
  readonly name: string;
  readonly sound: SoundState;
  readonly loudness: Loudness;
  readonly onLoudness: (loudness: Loudness) => void;
}

/** Whether the novice's computer is heard, which only the novice decides, and how loud it is here. */
export function SoundMenu({ name, sound, loudness, onLoudness }: SoundMenuProps) {
  const { muted, volume } = loudness;
  const on = sound.state === 'on';
  const Icon = !on ? VolumeOff : muted ? VolumeX : Volume2;
  return (
    <ToolMenu label={t(`sound.expert.label.${on && muted ? 'muted' : sound.state}`)} icon={<Icon size={20} aria-hidden />}>
      <h2 className="break">{t('sound.expert.title', { name })}</h2>
      <p className="break">{expertSoundText(sound, name, muted)}</p>
      {on && (
        <>
          <label className="tool-menu__switch">
            <input
              type="checkbox"
              role="switch"
              checked={muted}
              onChange={(event) => onLoudness({ ...loudness, muted: event.target.checked })}
            />
            {t('sound.expert.mute')}
          </label>
          <label className="tool-menu__slider">
            {t('sound.expert.volume')}
            <input
              type="range"
              min={0}
              max={100}
              step={5}
              value={volume}
              disabled={muted}
              onChange={(event) => onLoudness({ ...loudness, volume: event.target.valueAsNumber })}
            />
          </label>
        </>
      )}
    </ToolMenu>
  );
}
