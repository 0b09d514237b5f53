import { compoundText } from './compound-text.ts';
import { reply, type X11Connection } from './x11-connection.ts';

/** Longer titles are read by nobody. In code points. */
const MAX_CHARACTERS = 200;
const MAX_WORDS = 256;
/* Core protocol: AnyPropertyType, and the atom of STRING. */
const ANY_TYPE = 0;
const STRING = 31;
/** Core protocol: the atom of WM_NAME. */
export const WM_NAME = 39;

/** What windows' titles are read with. */
export interface TitleAtoms {
  readonly netName: number;
  readonly utf8: number;
  readonly compound: number;
}

export async function titleAtoms({ client }: X11Connection): Promise<TitleAtoms> {
  const atom = (name: string): Promise<number> => reply((done) => client.InternAtom(false, name, done));
  const [netName, utf8, compound] = await Promise.all([atom('_NET_WM_NAME'), atom('UTF8_STRING'), atom('COMPOUND_TEXT')]);
  return { netName, utf8, compound };
}

/**
 * A window's title as a window manager would write it: _NET_WM_NAME (Extended Window Manager Hints), and where there is none WM_NAME (ICCCM 4.1.2.1), whose
 * type says how it is written. Another program's text, cut to {@link MAX_CHARACTERS}. Rejects when the window has gone.
 */
export async function windowTitle({ client }: X11Connection, window: number, atoms: TitleAtoms): Promise<string> {
  const read = (property: number): Promise<Property> =>
    reply((done) => client.GetProperty(0, window, property, ANY_TYPE, 0, MAX_WORDS, done));
  const [net, own] = await Promise.all([read(atoms.netName), read(WM_NAME)]);
  const title = (net.type === atoms.utf8 ? utf8(net.data) : '') || nameText(own, atoms);
  return Array.from(title).slice(0, MAX_CHARACTERS).join('');
}

interface Property {
  readonly type: number;
  readonly data: Buffer;
}

/** '' for what is no text. */
function nameText({ type, data }: Property, atoms: TitleAtoms): string {
  switch (type) {
    case STRING:
      return data.toString('latin1');
    case atoms.utf8:
      return utf8(data);
    case atoms.compound:
      return compoundText(data);
    default:
      return '';
  }
}

const utf8 = (data: Buffer): string => new TextDecoder().decode(data);
