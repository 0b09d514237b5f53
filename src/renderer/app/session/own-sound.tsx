import { Volume2 } from 'lucide-react';
import { t } from '../../../words/words.ts';
import { Button, ProblemLine, Switch } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { noviceSoundText, type SoundState } from './sound-words.ts';

export interface OwnSoundProps {
  readonly name: string;
  readonly sound: SoundState;
  readonly state: ActionState;
  readonly onSound: (on: boolean) => void;
}

/** Whether the expert hears what this computer plays: off until this person turns it on, in every session. */
export function OwnSound({ name, sound, state, onSound }: OwnSoundProps) {
  const said = noviceSoundText(sound, name);
  const on = sound.state === 'on';
  if (sound.state === 'unavailable') return said === undefined ? null : <p className="soft small break">{said}</p>;
  return (
    <section className={on ? 'own-sound own-sound--on' : 'own-sound'}>
      <Switch label={t('sound.novice.switch', { name })} on={on} busy={state.pending} onChange={onSound} />
      <div role="status" aria-live="polite">
        {said !== undefined && <p className="break">{said}</p>}
      </div>
      <p className="soft small">{t('sound.novice.what')}</p>
      <ProblemLine text={problemText(state.problem)} />
    </section>
  );
}

/** In the slim bar, while it is on: that it is, and the way to turn it off. */
export function SoundIsOn({ name, sound, onSound }: Pick<OwnSoundProps, 'name' | 'sound' | 'onSound'>) {
  if (sound.state !== 'on') return null;
  const label = t('sound.novice.turnOff', { name });
  return (
    <Button look="icon" className="sound-is-on" aria-label={label} title={label} onClick={() => onSound(false)}>
      <Volume2 size={22} aria-hidden />
    </Button>
  );
}
