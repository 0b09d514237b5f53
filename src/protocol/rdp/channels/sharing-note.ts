import type { ByteReader } from '../../bytes/reader.ts';
import type { ByteWriter } from '../../bytes/writer.ts';
import type { Rect } from '../geometry.ts';
import type { NamedScreen, SharedPart, SharedState, Sharing } from '../shared-part.ts';
import { cut, shown } from './note-text.ts';

/* The bodies of the two notes about what is shown: a part is its kind (u8) and its id; a text its length (u8) and UTF-8; an area two i16le and two u16le. Flags (u8) come last, left out where there are none. */

const PARTS = ['all', 'screen', 'window'] as const;
const STATES: readonly SharedState[] = ['shown', 'hidden', 'gone'];
const FLAG = { oneAtATime: 1 } as const;
const MAX_ID_BYTES = 64;
const MAX_TEXT_BYTES = 128;
/** No desk has more. */
const MAX_SCREENS = 32;

export function writePart(body: ByteWriter, part: SharedPart): void {
  body.u8(PARTS.indexOf(part.tag));
  // A window's number means nothing to the other side.
  writeText(body, part.tag === 'screen' ? part.id : '', MAX_ID_BYTES);
}

/** Undefined for a kind of a later version. */
export function readPart(body: ByteReader): SharedPart | undefined {
  const tag = PARTS[body.u8('Note.part.kind')];
  const id = readText(body, 'Note.part.id');
  switch (tag) {
    case 'all':
      return { tag };
    case 'screen':
      return { tag, id };
    case 'window':
      return { tag, id: '' };
    default:
      return undefined;
  }
}

export function writeSharing(body: ByteWriter, { part, state, title, screens, oneAtATime }: Sharing): void {
  writePart(body, part);
  body.u8(STATES.indexOf(state));
  writeText(body, title ?? '', MAX_TEXT_BYTES);
  const told = screens.slice(0, MAX_SCREENS);
  body.u8(told.length);
  for (const { id, name, area } of told) {
    writeText(body, id, MAX_ID_BYTES);
    writeText(body, name, MAX_TEXT_BYTES);
    writeArea(body, area);
  }
  if (oneAtATime === true) body.u8(FLAG.oneAtATime);
}

export function readSharing(body: ByteReader): Sharing | undefined {
  const part = readPart(body);
  const state = STATES[body.u8('Note.sharing.state')];
  const title = readText(body, 'Note.sharing.title');
  const count = body.u8('Note.sharing.screenCount');
  const screens: NamedScreen[] = [];
  for (let index = 0; index < count; index += 1)
    screens.push({ id: readText(body, 'Note.sharing.screenId'), name: readText(body, 'Note.sharing.screenName'), area: readArea(body) });
  const flags = body.remaining === 0 ? 0 : body.u8('Note.sharing.flags');
  if (part === undefined || state === undefined) return undefined;
  const oneAtATime = (flags & FLAG.oneAtATime) === 0 ? {} : { oneAtATime: true as const };
  return { part, state, ...(title === '' ? {} : { title }), screens: screens.slice(0, MAX_SCREENS), ...oneAtATime };
}

function writeArea(body: ByteWriter, { x, y, width, height }: Rect): void {
  const place = (value: number): number => Math.max(-0x8000, Math.min(0x7fff, Math.round(value)));
  const length = (value: number): number => Math.max(1, Math.min(0xffff, Math.round(value)));
  body.i16le(place(x)).i16le(place(y)).u16le(length(width)).u16le(length(height));
}

function readArea(body: ByteReader): Rect {
  const field = 'Note.sharing.screenArea';
  const length = (): number => Math.max(1, body.u16le(field));
  return { x: body.i16le(field), y: body.i16le(field), width: length(), height: length() };
}

function writeText(body: ByteWriter, text: string, maxBytes: number): void {
  const bytes = cut(text, maxBytes);
  body.u8(bytes.length).bytes(bytes);
}

function readText(body: ByteReader, field: string): string {
  return shown(body.view8(body.u8(`${field}Length`), field));
}
