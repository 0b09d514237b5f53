import type { FilmEncoderOptions } from './contract.ts';

/*
 * What whoever captures and the hidden page that encodes film say to each other over a message port. The page has one encoder at a time: the next
 * `open` ends the one before. `film` goes up with every `open` and comes back, so that an answer of one that has ended is recognised.
 */

export type ToFilmPage =
  | { readonly tag: 'open'; readonly film: number; readonly options: FilmEncoderOptions }
  /** A FilmPicture; answered by `encoded` or `failed`. The bitrate is that of this picture and of those after it. */
  | { readonly tag: 'encode'; readonly film: number; readonly i420: Uint8Array; readonly key: boolean; readonly bitsPerSecond: number }
  | { readonly tag: 'end'; readonly film: number };

export type FromFilmPage =
  | { readonly tag: 'opened'; readonly film: number }
  | { readonly tag: 'encoded'; readonly film: number; readonly bytes: Uint8Array; readonly key: boolean; readonly hardware: boolean }
  /** Last message of this film. */
  | { readonly tag: 'failed'; readonly film: number; readonly unsupported: boolean; readonly message: string };
