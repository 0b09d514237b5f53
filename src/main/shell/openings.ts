/*
 * What the system asks of a running program: to come to the front, or to open an invitation file. macOS says so with an event that may come
 * before Electron is ready, other systems with a second start; either may come while the first start is still reading its files.
 */
import { resolve } from 'node:path';
import { invitationArgument } from './file-invitations.ts';

/** The part of Electron's `app` that is used. */
export interface OpeningEvents {
  on(event: 'open-file', listener: (event: { preventDefault(): void }, path: string) => void): unknown;
  on(event: 'second-instance', listener: (event: unknown, argv: string[], directory: string) => void): unknown;
  on(event: 'activate', listener: () => void): unknown;
}

/** The absolute path of an invitation; undefined for nothing but the window. */
export type Opening = (path: string | undefined) => void;

export interface Openings {
  /** What came so far, then whatever comes. Of several files the last counts, as for a person who clicks on one after another. */
  handTo(open: Opening): void;
}

/** Listens from now on; `first` is the file that this program was started with. */
export function hearOpenings(app: OpeningEvents, first: string | undefined): Openings {
  let listener: Opening | undefined;
  let kept: { readonly path: string | undefined } | undefined = first === undefined ? undefined : { path: first };

  const heard: Opening = (path) => {
    if (listener !== undefined) listener(path);
    else kept = { path: path ?? kept?.path };
  };
  app.on('open-file', (event, path) => {
    event.preventDefault();
    heard(resolve(path));
  });
  app.on('second-instance', (_event, argv, directory) => {
    const path = invitationArgument(argv);
    heard(path === undefined ? undefined : resolve(directory, path));
  });
  // macOS says this at every start as well, also at one that is to stay hidden.
  app.on('activate', () => listener?.(undefined));

  return {
    handTo(open) {
      listener = open;
      const waiting = kept;
      kept = undefined;
      if (waiting !== undefined) open(waiting.path);
    },
  };
}
