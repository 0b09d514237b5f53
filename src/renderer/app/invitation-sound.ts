import type { StoreApi } from 'zustand/vanilla';
import soundUrl from '../../../assets/sounds/invitation.wav';
import { newInvitation } from './invitations.ts';
import type { WindowState } from './store.ts';

/** Plays a short sound when someone asks for help, unless the person has switched it off. Returns the way to stop listening. */
export function followInvitations(store: StoreApi<WindowState>): () => void {
  return store.subscribe((state, before) => {
    if (state.app?.settings.playSound !== true || !newInvitation(before.app, state.app)) return;
    playOnce();
  });
}

/** A player that stands ready is a process of its own for as long as the app runs, and one that has played keeps the sound device awake. */
function playOnce(): void {
  const sound = new Audio(soundUrl);
  const letGo = (): void => {
    sound.removeAttribute('src');
    sound.load();
  };
  sound.addEventListener('ended', letGo, { once: true });
  // A machine without a sound device is no reason to trouble anyone.
  sound.play().catch(letGo);
}
