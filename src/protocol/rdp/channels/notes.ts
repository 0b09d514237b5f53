import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { FILM_MAKERS, type FilmMaker } from '../film-maker.ts';
import { KEPT_AWAY, type KeptFrom } from '../kept-away.ts';
import { PICTURE_QUALITIES, type PictureQuality } from '../picture-quality.ts';
import type { SharedPart, Sharing } from '../shared-part.ts';
import { SOUND_REASONS, SOUND_STATES, type SoundState } from '../sound-state.ts';
import { cut, shown } from './note-text.ts';
import { readPart, readSharing, writePart, writeSharing } from './sharing-note.ts';

export type { FilmMaker } from '../film-maker.ts';
export type { KeptFrom } from '../kept-away.ts';
export type { PictureQuality } from '../picture-quality.ts';
export { isSamePart, type SharedPart, type Sharing } from '../shared-part.ts';
export type { SoundState } from '../sound-state.ts';

/** Ringback's own static channel, on which the novice's side tells facts of its computer (docs/decisions/0034), and the expert's what it would like of the picture (0050, 0055). */
export const NOTES_CHANNEL = 'RBNOTES';

/** The longest message of notes, in bytes: the longest note with room for some more. They are few, and each costs its hearer more than its bytes. */
export const MAX_NOTES_BYTES = 16 * 1024;

const KIND = { keyboard: 1, pause: 2, keptAway: 3, quality: 4, picture: 5, sharing: 6, partWish: 7, partRefused: 8, sound: 9 } as const;
const HEADER_BYTES = 4;
const KEYBOARD = { text: 1 } as const;
const MAX_NAME_BYTES = 128;
const MAX_CODE_BYTES = 32;
const MAX_SECONDS = 3_600;
/** No choice, or nothing measured. */
const NO_QUALITY = 0xff;
const NO_AGE = 0xffff;
const NO_MAKER = 0xff;
const MAX_AGE_MS = NO_AGE - 1;
const NO_REASON = 0xff;

export type Note =
  /** `text`: an injected character counts as a key there. `code` and `name` of the layout, '' where unknown. */
  | { readonly tag: 'keyboard'; readonly text: boolean; readonly code: string; readonly name: string }
  /** Whether control pauses because the novice uses mouse or keyboard, and how long after them it comes back. */
  | { readonly tag: 'pause'; readonly paused: boolean; readonly quietSeconds: number }
  /** Input has been dropped, because of what it was aimed at. */
  | { readonly tag: 'keptAway'; readonly what: KeptFrom }
  /** From the expert: what it would like of the picture. Passed over by an older novice's side. */
  | { readonly tag: 'quality'; readonly quality: PictureQuality }
  /** What the picture is made for; undefined where this client is sent nothing that could be made otherwise. `ageMs`: see {@link PictureNote}. */
  | PictureNote
  /** What of the novice's computer is shown, and which screens there are. The window's id stays at home. */
  | SharingNote
  /** From the expert: would rather see this. */
  | { readonly tag: 'partWish'; readonly part: SharedPart }
  /** The novice would not show what the expert would rather have seen. */
  | { readonly tag: 'partRefused' }
  | SoundNote;

export interface SharingNote extends Sharing {
  readonly tag: 'sharing';
}

export interface PictureNote {
  readonly tag: 'picture';
  readonly quality: PictureQuality | undefined;
  /** How old the newest pictures were when the expert's window had painted them, in milliseconds; undefined while nothing has been measured. */
  readonly ageMs: number | undefined;
  /** What makes its film now; undefined where the novice's program does not say, or says what this one does not know. */
  readonly filmBy: FilmMaker | undefined;
}

/** Whether the sound of the novice's computer is to be heard. */
export interface SoundNote extends SoundState {
  readonly tag: 'sound';
}

/** One note with its header: kind and length (with the header), both u16le. */
export function encodeNote(note: Note): Uint8Array {
  const body = new ByteWriter(32);
  switch (note.tag) {
    case 'keyboard': {
      const [code, name] = [cut(note.code, MAX_CODE_BYTES), cut(note.name, MAX_NAME_BYTES)];
      body
        .u8(note.text ? KEYBOARD.text : 0)
        .u8(code.length)
        .bytes(code)
        .u8(name.length)
        .bytes(name);
      break;
    }
    case 'pause':
      body.u8(note.paused ? 1 : 0).u16le(Math.min(MAX_SECONDS, Math.max(0, Math.round(note.quietSeconds))));
      break;
    case 'keptAway':
      body.u8(KEPT_AWAY.indexOf(note.what));
      break;
    case 'quality':
      body.u8(PICTURE_QUALITIES.indexOf(note.quality));
      break;
    case 'picture':
      body
        .u8(note.quality === undefined ? NO_QUALITY : PICTURE_QUALITIES.indexOf(note.quality))
        .u16le(note.ageMs === undefined ? NO_AGE : Math.min(MAX_AGE_MS, Math.max(0, Math.round(note.ageMs))))
        .u8(note.filmBy === undefined ? NO_MAKER : FILM_MAKERS.indexOf(note.filmBy));
      break;
    case 'sharing':
      writeSharing(body, note);
      break;
    case 'partWish':
      writePart(body, note.part);
      break;
    case 'partRefused':
      break;
    case 'sound':
      body.u8(SOUND_STATES.indexOf(note.state)).u8(note.why === undefined ? NO_REASON : SOUND_REASONS.indexOf(note.why));
  }
  const bytes = body.finish();
  return new ByteWriter(HEADER_BYTES + bytes.length)
    .u16le(KIND[note.tag])
    .u16le(HEADER_BYTES + bytes.length)
    .bytes(bytes)
    .finish();
}

/** All notes of one message. Kinds of later versions, and what those have added to a kind, are passed over. */
export function decodeNotes(data: Uint8Array): Note[] {
  const reader = new ByteReader(data);
  const notes: Note[] = [];
  while (reader.remaining > 0) {
    const kind = reader.u16le('Note.kind');
    const length = reader.u16le('Note.length');
    if (length < HEADER_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'Note.length', `>= ${HEADER_BYTES}`, length);
    const note = decodeBody(kind, reader.sub(length - HEADER_BYTES, 'Note.length'));
    if (note !== undefined) notes.push(note);
  }
  return notes;
}

function decodeBody(kind: number, body: ByteReader): Note | undefined {
  switch (kind) {
    case KIND.keyboard: {
      const flags = body.u8('Note.keyboard.flags');
      const code = shown(body.view8(body.u8('Note.keyboard.codeLength'), 'Note.keyboard.code'));
      const name = shown(body.view8(body.u8('Note.keyboard.nameLength'), 'Note.keyboard.name'));
      return { tag: 'keyboard', text: (flags & KEYBOARD.text) !== 0, code, name };
    }
    case KIND.pause:
      return {
        tag: 'pause',
        paused: body.u8('Note.pause.paused') !== 0,
        quietSeconds: Math.min(MAX_SECONDS, body.u16le('Note.pause.quietSeconds')),
      };
    case KIND.keptAway: {
      const what = KEPT_AWAY[body.u8('Note.keptAway.what')];
      return what === undefined ? undefined : { tag: 'keptAway', what };
    }
    case KIND.quality: {
      const quality = PICTURE_QUALITIES[body.u8('Note.quality.quality')];
      return quality === undefined ? undefined : { tag: 'quality', quality };
    }
    case KIND.picture: {
      const quality = PICTURE_QUALITIES[body.u8('Note.picture.quality')];
      const ageMs = body.u16le('Note.picture.ageMs');
      // Earlier versions end here.
      const filmBy = body.remaining === 0 ? undefined : FILM_MAKERS[body.u8('Note.picture.filmBy')];
      return { tag: 'picture', quality, ageMs: ageMs === NO_AGE ? undefined : ageMs, filmBy };
    }
    case KIND.sharing: {
      const sharing = readSharing(body);
      return sharing === undefined ? undefined : { tag: 'sharing', ...sharing };
    }
    case KIND.partWish: {
      const part = readPart(body);
      return part === undefined ? undefined : { tag: 'partWish', part };
    }
    case KIND.partRefused:
      return { tag: 'partRefused' };
    case KIND.sound: {
      const state = SOUND_STATES[body.u8('Note.sound.state')];
      const why = SOUND_REASONS[body.u8('Note.sound.why')];
      return state === undefined ? undefined : { tag: 'sound', state, ...(why === undefined ? {} : { why }) };
    }
    default:
      return undefined;
  }
}
