import { reply, type X11Connection } from './x11-connection.ts';
import { screenPixels } from './x11-visual.ts';

/** What sharing depends on in an X server. DAMAGE is not among it: without, changes are found by comparing, ten times a second. */
export interface X11Abilities {
  /** The screen's pixels can be read. */
  readonly capture: boolean;
  readonly input: boolean;
  /** The X server of a Wayland session: it shows and steers only the windows of X programs, not the desktop. */
  readonly xwayland: boolean;
}

export async function x11Abilities(connection: X11Connection): Promise<X11Abilities> {
  return {
    capture: typeof screenPixels(connection) !== 'string',
    input: (await connection.extension('xtest')) !== undefined,
    xwayland: await isXwayland(connection),
  };
}

/** Xwayland names itself in an extension (23.1 and later) and calls its outputs XWAYLAND0 … (all before). */
async function isXwayland(connection: X11Connection): Promise<boolean> {
  const named = await reply<{ readonly present: number }>((done) => connection.client.QueryExtension('XWAYLAND', done));
  if (named.present) return true;
  const randr = await connection.extension('randr');
  if (randr === undefined) return false;
  try {
    const { outputs } = await reply<{ readonly outputs: readonly number[] }>((done) =>
      randr.GetScreenResourcesCurrent(connection.screen.root, done),
    );
    const [first] = outputs;
    if (first === undefined) return false;
    const { name } = await reply<{ readonly name: string }>((done) => randr.GetOutputInfo(first, 0, done));
    return name.startsWith('XWAYLAND');
  } catch {
    // RANDR before 1.3 has no outputs to ask for; Xwayland never had so old a one.
    return false;
  }
}
