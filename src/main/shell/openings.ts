/*
 * What the system asks of a running program: to come to the front, or to open an invitation file or a link. macOS says so with an event that
 * may come before Electron is ready, other systems with a second start; either may come while the first start is still reading its files.
 */
import { resolve } from 'node:path';
import { invitationArgument } from './file-invitations.ts';
import { APP_SCHEME } from './web-security.ts';

/** The part of Electron's `app` that is used. */
export interface OpeningEvents {
  on(event: 'open-file', listener: (event: { preventDefault(): void }, path: string) => void): unknown;
  on(event: 'open-url', listener: (event: { preventDefault(): void }, url: string) => void): unknown;
  on(event: 'second-instance', listener: (event: unknown, argv: string[], directory: string) => void): unknown;
  on(event: 'activate', listener: () => void): unknown;
}

/** An invitation file by its absolute path, or a link as it came. */
export type Opening = { readonly tag: 'file'; readonly path: string } | { readonly tag: 'link'; readonly link: string };

/** Is given undefined for nothing but the window. */
export type Opener = (opening: Opening | undefined) => void;

export interface Openings {
  /** What came so far, then whatever comes. Of several files and links the last counts, as for a person who clicks on one after another. */
  handTo(open: Opener): void;
}

/** Listens from now on; `first` is what this program was started with. */
export function hearOpenings(app: OpeningEvents, first: Opening | undefined): Openings {
  let listener: Opener | undefined;
  let kept: { readonly opening: Opening | undefined } | undefined = first === undefined ? undefined : { opening: first };

  const heard: Opener = (opening) => {
    if (listener !== undefined) listener(opening);
    else kept = { opening: opening ?? kept?.opening };
  };
  app.on('open-file', (event, path) => {
    event.preventDefault();
    heard({ tag: 'file', path: resolve(path) });
  });
  app.on('open-url', (event, link) => {
    event.preventDefault();
    heard({ tag: 'link', link });
  });
  app.on('second-instance', (_event, argv, directory) => heard(openingIn(argv, directory)));
  // macOS says this at every start as well, also at one that is to stay hidden.
  app.on('activate', () => listener?.(undefined));

  return {
    handTo(open) {
      listener = open;
      const waiting = kept;
      kept = undefined;
      if (waiting !== undefined) open(waiting.opening);
    },
  };
}

/** What a program's arguments ask it to open: the link that was clicked, or the file (relative to `directory`). */
export function openingIn(argv: readonly string[], directory: string): Opening | undefined {
  const link = argv.slice(1).find((argument) => argument.toLowerCase().startsWith(`${APP_SCHEME}:`));
  if (link !== undefined) return { tag: 'link', link };
  const path = invitationArgument(argv);
  return path === undefined ? undefined : { tag: 'file', path: resolve(directory, path) };
}
