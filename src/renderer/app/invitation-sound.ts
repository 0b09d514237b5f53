import type { StoreApi } from 'zustand/vanilla';
import soundUrl from '../../../assets/sounds/invitation.wav';
import { newInvitation } from './invitations.ts';
import type { WindowState } from './store.ts';

/** Plays a short sound when someone asks for help, unless the person has switched it off. Returns the way to stop listening. */
export function followInvitations(store: StoreApi<WindowState>): () => void {
  const sound = new Audio(soundUrl);
  sound.preload = 'auto';
  return store.subscribe((state, before) => {
    if (state.app?.settings.playSound !== true || !newInvitation(before.app, state.app)) return;
    sound.currentTime = 0;
    // A machine without a sound device is no reason to trouble anyone.
    sound.play().catch(() => undefined);
  });
}
