import { reply, type X11Connection } from './x11-connection.ts';
import { modifierState } from './x11-locks.ts';

/** The modifiers' bits of a key's state, and GrabModeAsynchronous (core protocol). */
const MODIFIERS = 0xff;
const ASYNCHRONOUS = 1;

/**
 * Whether another program has taken the key for the whole desktop, with the modifiers that are down: then it goes there, whatever has the focus. The
 * server says so by refusing it to a second one. Of grabs by XInput 2 it does not.
 */
export async function isTakenKey(connection: X11Connection, keycode: number): Promise<boolean> {
  const { client, screen } = connection;
  const modifiers = (await modifierState(connection)) & MODIFIERS;
  const refused = reply<void>((done) => client.GrabKey(screen.root, 1, modifiers, keycode, ASYNCHRONOUS, ASYNCHRONOUS, done)).then(
    () => false,
    () => true,
  );
  // Nothing happens where it was refused.
  client.UngrabKey(screen.root, keycode, modifiers);
  return refused;
}
