/**
 * What makes the film of a picture: a library of the novice's system, WebCodecs in a page of ours (in software or in hardware), RemoteFX for who takes
 * no H.264, or nothing, because everything goes exactly. The order is that of their numbers on the wire.
 */
export const FILM_MAKERS = ['none', 'openh264', 'webcodecs', 'webcodecs-hardware', 'remotefx'] as const;
export type FilmMaker = (typeof FILM_MAKERS)[number];
