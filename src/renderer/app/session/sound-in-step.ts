import { type RefObject, useEffect } from 'react';
import { soundAheadMs } from '../../viewer/sound/in-step.ts';
import { useTraffic } from '../window-context.tsx';
import type { PictureKeyboard } from './picture.tsx';

/** Draws nothing: it stands apart from what does because the traffic is another each second. */
export function SoundInStep({ picture }: { readonly picture: RefObject<Pick<PictureKeyboard, 'keepSoundAhead'> | null> }) {
  const traffic = useTraffic();
  useEffect(() => {
    if (traffic !== undefined) picture.current?.keepSoundAhead(soundAheadMs(traffic));
  }, [picture, traffic]);
  return null;
}
