import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { NotesExpert } from '../../../../src/protocol/assistance/notes-expert.ts';
import { NotesNovice } from '../../../../src/protocol/assistance/notes-novice.ts';
import { decodeNotes, encodeNote, type Note } from '../../../../src/protocol/rdp/channels/notes.ts';
import { FILM_MAKERS } from '../../../../src/protocol/rdp/film-maker.ts';
import { KEPT_AWAY } from '../../../../src/protocol/rdp/kept-away.ts';
import { PICTURE_QUALITIES } from '../../../../src/protocol/rdp/picture-quality.ts';
import { SOUND_REASONS, SOUND_STATES } from '../../../../src/protocol/rdp/sound-state.ts';
import { concat, damaged, onlyProtocolErrors } from '../pdu/arbitrary-bytes.ts';
import type { SharedPart } from '../../../../src/protocol/rdp/shared-part.ts';

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
const pause: Note = { tag: 'pause', paused: true, quietSeconds: 5 };
const keyboard: Note = { tag: 'keyboard', text: true, code: 'de', name: 'Deutsch (ß)' };

const text = fc.stringMatching(/^[a-zA-Z0-9-]{0,20}$/);
const area = fc.record({
  x: fc.integer({ min: -0x8000, max: 0x7fff }),
  y: fc.integer({ min: -0x8000, max: 0x7fff }),
  width: fc.integer({ min: 1, max: 0xffff }),
  height: fc.integer({ min: 1, max: 0xffff }),
});
const parts: fc.Arbitrary<SharedPart> = fc.oneof(
  fc.constant({ tag: 'all' as const }),
  fc.record({ tag: fc.constant('screen' as const), id: text }),
  fc.constant({ tag: 'window' as const, id: '' }),
);
const notes: fc.Arbitrary<Note> = fc.oneof(
  fc.record({
    tag: fc.constant('keyboard' as const),
    text: fc.boolean(),
    code: fc.stringMatching(/^[a-z,() -]{0,30}$/),
    name: fc.stringMatching(/^[\p{L} ()]{0,20}$/u),
  }),
  fc.record({ tag: fc.constant('pause' as const), paused: fc.boolean(), quietSeconds: fc.integer({ min: 0, max: 3_600 }) }),
  fc.record({ tag: fc.constant('keptAway' as const), what: fc.constantFrom(...KEPT_AWAY) }),
  fc.record({ tag: fc.constant('quality' as const), quality: fc.constantFrom(...PICTURE_QUALITIES) }),
  fc
    .record({ state: fc.constantFrom(...SOUND_STATES), why: fc.option(fc.constantFrom(...SOUND_REASONS), { nil: undefined }) })
    .map(({ state, why }) => ({ tag: 'sound' as const, state, ...(why === undefined ? {} : { why }) })),
  fc.record({
    tag: fc.constant('picture' as const),
    quality: fc.constantFrom(undefined, ...PICTURE_QUALITIES),
    ageMs: fc.option(fc.integer({ min: 0, max: 0xfffe }), { nil: undefined }),
    filmBy: fc.constantFrom(undefined, ...FILM_MAKERS),
  }),
  fc.record({ tag: fc.constant('partWish' as const), part: parts }),
  fc.constant({ tag: 'partRefused' as const }),
  fc
    .record({
      tag: fc.constant('sharing' as const),
      part: parts,
      state: fc.constantFrom('shown' as const, 'hidden' as const, 'gone' as const),
      title: fc.stringMatching(/^[\p{L} ()]{0,20}$/u),
      screens: fc.array(fc.record({ id: text, name: text, area }), { maxLength: 5 }),
      oneAtATime: fc.boolean(),
    })
    .map(({ title, oneAtATime, ...note }) => ({
      ...note,
      ...(title === '' ? {} : { title }),
      ...(oneAtATime ? { oneAtATime: true as const } : {}),
    })),
);

it('has this shape', () => {
  expect(hex(encodeNote(pause))).toBe('02000700010500');
  expect(hex(encodeNote({ tag: 'keptAway', what: 'keys' }))).toBe('0300050001');
  expect(hex(encodeNote({ tag: 'keptAway', what: 'shortcut' }))).toBe('0300050004');
  expect(hex(encodeNote({ tag: 'keyboard', text: true, code: 'de', name: 'ß' }))).toBe('01000b000102646502c39f');
  expect(hex(encodeNote({ tag: 'quality', quality: 'thin' }))).toBe('0400050002');
  expect(hex(encodeNote({ tag: 'partWish', part: { tag: 'screen', id: 'A' } }))).toBe('07000700010141');
  const sharing = {
    tag: 'sharing',
    part: { tag: 'window', id: '77' },
    state: 'hidden',
    title: 'T',
    screens: [{ id: 'A', name: 'B', area: { x: -1920, y: 0, width: 1920, height: 1080 } }],
  } as const;
  expect(hex(encodeNote(sharing))).toBe('060016000200010154010141014280f8000080073804');
  // What came later stands after what earlier versions read.
  expect(hex(encodeNote({ ...sharing, oneAtATime: true }))).toBe('060017000200010154010141014280f800008007380401');
  expect(hex(encodeNote({ tag: 'partRefused' }))).toBe('08000400');
  expect(hex(encodeNote({ tag: 'picture', quality: undefined, ageMs: undefined, filmBy: undefined }))).toBe('05000800ffffffff');
  expect(hex(encodeNote({ tag: 'picture', quality: 'sharp', ageMs: 90_000, filmBy: 'webcodecs' }))).toBe('0500080001feff02');
  expect(hex(encodeNote({ tag: 'sound', state: 'unavailable', why: 'noProgram' }))).toBe('090006000000');
  expect(hex(encodeNote({ tag: 'sound', state: 'on' }))).toBe('0900060002ff');
  expect(hex(encodeNote({ tag: 'sound', state: 'off', why: 'refused' }))).toBe('090006000105');
});

it('comes back as it was, several in a message', () => {
  fc.assert(
    fc.property(fc.array(notes, { maxLength: 5 }), (list) => {
      expect(decodeNotes(concat(list.map((note) => encodeNote(note))))).toEqual(list);
    }),
  );
});

it('passes over what a later version says, and what it adds', () => {
  const later = Uint8Array.of(99, 0, 6, 0, 1, 2);
  const longer = Uint8Array.from([...encodeNote(pause), 7, 7]);
  longer[2] = longer.length;
  expect(decodeNotes(concat([later, longer, Uint8Array.of(3, 0, 5, 0, 9)]))).toEqual([pause]);
  const [maker] = decodeNotes(Uint8Array.of(5, 0, 8, 0, 1, 40, 0, 99));
  expect(maker).toEqual({ tag: 'picture', quality: 'sharp', ageMs: 40, filmBy: undefined });
});

it('takes the picture’s note of an earlier version, which does not say what makes the film', () => {
  expect(decodeNotes(Uint8Array.of(5, 0, 7, 0, 1, 40, 0))).toEqual([{ tag: 'picture', quality: 'sharp', ageMs: 40, filmBy: undefined }]);
});

it('shows nothing that is no writing, and cuts long names between characters', () => {
  const told = (name: string) => decodeNotes(encodeNote({ ...keyboard, name }))[0];
  expect(told('a\u202Eb\nc\u0000')).toMatchObject({ name: 'abc' });
  expect(told('😀'.repeat(50))).toMatchObject({ name: '😀'.repeat(32) });
});

it('bytes that make no sense are a ProtocolError', () => {
  fc.assert(
    fc.property(
      notes.chain((note) => damaged(encodeNote(note))),
      (bytes) => onlyProtocolErrors(() => decodeNotes(bytes)),
    ),
  );
});

it('the novice’s end says what still holds when it starts, the expert’s keeps the newest', () => {
  const novice = new NotesNovice();
  for (const note of [keyboard, pause, { ...pause, paused: false }, { tag: 'keptAway', what: 'keys' }] as const) novice.tell(note);
  let changes = 0;
  const expert = new NotesExpert(() => (changes += 1));
  const said = novice.start({ send: () => Promise.resolve(), close: () => {} });
  expect(said).toHaveLength(2);
  for (const output of said) if (output.tag === 'send') expert.receive(output.message);
  expect([expert.keyboard, expert.pause, expert.keptAway, changes]).toEqual([keyboard, { ...pause, paused: false }, undefined, 2]);
  expert.receive(encodeNote({ tag: 'keptAway', what: 'keys' }));
  expert.receive(encodeNote({ tag: 'keptAway', what: 'keys' }));
  expect(expert.keptAway).toEqual({ what: 'keys', count: 2 });
});

it('that the picture has another age is no change to the expert, and all else that is said of it is one', () => {
  let changes = 0;
  const expert = new NotesExpert(() => (changes += 1));
  const picture = { tag: 'picture', quality: 'balanced', ageMs: undefined, filmBy: 'none' } as const;
  const said = (...notes: readonly Note[]): number => {
    for (const note of notes) expert.receive(encodeNote(note));
    return changes;
  };
  expect(said(picture)).toBe(1);
  expect(said({ ...picture, ageMs: 40 }, { ...picture, ageMs: 60 }, { ...picture, ageMs: 60 })).toBe(1);
  expect(expert.picture?.ageMs).toBe(60);
  expect(said({ ...picture, ageMs: 60, quality: 'thin' })).toBe(2);
  expect(said({ ...picture, ageMs: 60, quality: 'thin', filmBy: 'openh264' })).toBe(3);
  expert.receive(Uint8Array.of(...encodeNote({ ...picture, quality: 'thin', filmBy: 'openh264' }), ...encodeNote(keyboard)));
  expect(changes).toBe(4);
});

it('the expert says what it would like of the picture once it has been heard, and to an older novice’s side nothing', () => {
  const expert = new NotesExpert(() => undefined);
  const said: Uint8Array[] = [];
  const port = { send: async (messages: readonly Uint8Array[]) => void said.push(...messages), close: () => undefined };
  expert.start(port);
  expert.wishFor('sharp');
  expert.receive(encodeNote(keyboard));
  expect(said).toEqual([]);
  expert.receive(encodeNote({ tag: 'picture', quality: 'balanced', ageMs: undefined, filmBy: undefined }));
  expert.receive(encodeNote({ tag: 'picture', quality: 'sharp', ageMs: 40, filmBy: 'none' }));
  expert.wishFor('thin');
  expect(said.flatMap((message) => decodeNotes(message))).toEqual([
    { tag: 'quality', quality: 'sharp' },
    { tag: 'quality', quality: 'thin' },
  ]);
  expect(expert.picture).toEqual({ tag: 'picture', quality: 'sharp', ageMs: 40, filmBy: 'none' });
  const novice = new NotesNovice();
  const wishes: string[] = [];
  novice.listen({ quality: (quality) => wishes.push(quality), part: () => undefined });
  for (const message of said) novice.receive(message);
  expect(wishes).toEqual(['sharp', 'thin']);
});
