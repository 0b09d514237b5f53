import { randomBytes } from 'node:crypto';
import { reply, type X11Connection } from './x11-connection.ts';

/* Core protocol: CARDINAL, AnyPropertyType, and ChangeProperty's Append. */
const CARDINAL = 6;
const ANY_TYPE = 0;
const APPEND = 2;
const MARK_WORDS = 2;
const MARK_BYTES = MARK_WORDS * 4;

/** A window that was chosen: the server gives its number to another one once it is gone, and not the mark that it was given in the list. */
export interface MarkedWindow {
  readonly window: number;
  readonly mark: string;
}

/** Marks the window, where it is not, and gives its id as a part. Rejects when it has gone. */
export async function markedId(connection: X11Connection, window: number): Promise<string> {
  let mark = await markOf(connection, window);
  if (mark === '') {
    // Appended: where two do so at once, both take the first.
    connection.client.ChangeProperty(APPEND, window, await property(connection), CARDINAL, 32, randomBytes(MARK_BYTES));
    mark = await markOf(connection, window);
  }
  return `${window}.${mark}`;
}

/** Undefined for what is no id of a window. */
export function markedWindow(id: string): MarkedWindow | undefined {
  const [, window, mark] = /^(\d{1,10})\.([0-9a-f]{16})$/.exec(id) ?? [];
  return window === undefined || mark === undefined ? undefined : { window: Number(window), mark };
}

/** Whether it is that window still, and not another one with its number. Rejects when there is none. */
export async function isMarked(connection: X11Connection, { window, mark }: MarkedWindow): Promise<boolean> {
  return (await markOf(connection, window)) === mark;
}

/** '' where it has none. */
async function markOf(connection: X11Connection, window: number): Promise<string> {
  const name = await property(connection);
  const { data } = await reply<{ readonly data: Buffer }>((done) =>
    connection.client.GetProperty(0, window, name, ANY_TYPE, 0, MARK_WORDS, done),
  );
  return data.length < MARK_BYTES ? '' : data.subarray(0, MARK_BYTES).toString('hex');
}

function property({ client }: X11Connection): Promise<number> {
  return reply((done) => client.InternAtom(false, '_RINGBACK_WINDOW', done));
}
