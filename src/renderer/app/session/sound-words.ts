import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { t } from '../../../words/words.ts';

export type SoundState = NonNullable<SessionStatus['sound']>;

/** What there is to say of the sound to the person at the computer that it comes from; undefined where the switch says it all, or nobody knows. */
export function noviceSoundText({ why }: SoundState, name: string): string | undefined {
  switch (why) {
    case 'otherProgram':
      return t('sound.novice.otherProgram', { name });
    case undefined:
      return undefined;
    default:
      return t(`sound.novice.${why}`);
  }
}

/** The same to the expert, who may have muted it here. */
export function expertSoundText({ state, why }: SoundState, name: string, muted: boolean): string {
  switch (why) {
    case 'otherProgram':
      return t('sound.expert.otherProgram');
    case 'thinLine':
      return t('sound.expert.thinLine');
    case undefined:
      if (state === 'on' && muted) return t('sound.expert.muted', { name });
      return t(state === 'unavailable' ? 'sound.expert.notHere' : `sound.expert.${state}`, { name });
    default:
      return t(`sound.expert.${why}`, { name });
  }
}
