/** The part of Electron's MessagePortMain that is used before the port is handed on. */
export interface FilmPageEnd {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** A hidden page that runs `src/renderer/film` and has been given the other end of `port`: it encodes what comes, and may do nothing else. */
export interface FilmPage {
  /** Not started: what comes waits. */
  readonly port: FilmPageEnd;
  /** Once, when it has ended. */
  onGone(listener: (why: string) => void): void;
  /** Ends it at once, whatever it is doing. Idempotent. */
  close(): void;
}

/** Rejects when the page does not load. */
export type OpenFilmPage = () => Promise<FilmPage>;
