import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../rdp/channels/contract.ts';
import {
  decodeNotes,
  encodeNote,
  MAX_NOTES_BYTES,
  type Note,
  NOTES_CHANNEL,
  type PictureNote,
  type SharingNote,
  type SoundNote,
} from '../rdp/channels/notes.ts';
import type { KeptFrom, PictureQuality } from '../rdp/channels/notes.ts';
import { isSamePart, type SharedPart } from '../rdp/channels/notes.ts';

export type KeyboardNote = Extract<Note, { tag: 'keyboard' }>;
export type PauseNote = Extract<Note, { tag: 'pause' }>;

/** The expert's (client's) end of the notes: keeps what holds, and says what it would like of the picture. */
export class NotesExpert implements Channel {
  readonly name = NOTES_CHANNEL;
  readonly options: ChannelOptions = { kind: 'static', urgency: 'control', maxMessageBytes: MAX_NOTES_BYTES };
  private readonly changed: () => void;
  private keyboardNote: KeyboardNote | undefined;
  private pauseNote: PauseNote | undefined;
  private pictureNote: PictureNote | undefined;
  private sharingNote: SharingNote | undefined;
  private askedPart: 'asked' | 'refused' | undefined;
  private soundNote: SoundNote | undefined;
  private wish: PictureQuality | undefined;
  private port: ChannelPort | undefined;
  private kept: { readonly what: KeptFrom; readonly count: number } | undefined;

  /** `changed`: something new has been said. That the picture has another age is none: it has one each second, and whoever shows it asks. */
  constructor(changed: () => void) {
    this.changed = changed;
  }

  get keyboard(): KeyboardNote | undefined {
    return this.keyboardNote;
  }
  get pause(): PauseNote | undefined {
    return this.pauseNote;
  }
  /** What the novice's side says of its picture; undefined where its program does not. */
  get picture(): PictureNote | undefined {
    return this.pictureNote;
  }
  /** What of the novice's computer is shown; undefined where its program does not say. */
  get sharing(): SharingNote | undefined {
    return this.sharingNote;
  }
  /** What has come of the newest wish for another part, until another is shown. */
  get partWish(): 'asked' | 'refused' | undefined {
    return this.askedPart;
  }
  /** What the novice's side says of its computer's sound; undefined where its program does not. */
  get sound(): SoundNote | undefined {
    return this.soundNote;
  }
  /** What was dropped last, and how often it has been said. */
  get keptAway(): { readonly what: KeptFrom; readonly count: number } | undefined {
    return this.kept;
  }

  /** Said as soon as the novice's side has shown that it listens: before its yes it does not. */
  wishFor(quality: PictureQuality): void {
    this.wish = quality;
    if (this.pictureNote !== undefined) this.sayWish();
  }

  /** Says that this person would rather see that. The novice's side listens once it has said what is shown. */
  wishForPart(part: SharedPart): void {
    if (this.sharingNote === undefined || this.port === undefined) return;
    this.askedPart = 'asked';
    void this.port.send([encodeNote({ tag: 'partWish', part })]);
    this.changed();
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    return [];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    let changed = false;
    for (const note of decodeNotes(message)) {
      changed ||= note.tag !== 'picture' || !differsInAgeAtMost(note, this.pictureNote);
      this.keep(note);
    }
    if (changed) this.changed();
    return [];
  }

  close(): void {
    this.pauseNote = undefined;
    this.pictureNote = undefined;
    this.sharingNote = undefined;
    this.askedPart = undefined;
    this.soundNote = undefined;
    this.port = undefined;
  }

  private keep(note: Note): void {
    switch (note.tag) {
      case 'keyboard':
        this.keyboardNote = note;
        return;
      case 'pause':
        this.pauseNote = note;
        return;
      case 'keptAway':
        this.kept = { what: note.what, count: (this.kept?.count ?? 0) + 1 };
        return;
      case 'sharing':
        if (this.sharingNote === undefined || !isSamePart(note.part, this.sharingNote.part)) this.askedPart = undefined;
        this.sharingNote = note;
        return;
      case 'partRefused':
        this.askedPart = 'refused';
        return;
      case 'sound':
        this.soundNote = note;
        return;
      case 'picture': {
        const first = this.pictureNote === undefined;
        this.pictureNote = note;
        if (first) this.sayWish();
        return;
      }
      default:
    }
  }

  private sayWish(): void {
    if (this.wish !== undefined) void this.port?.send([encodeNote({ tag: 'quality', quality: this.wish })]);
  }
}

function differsInAgeAtMost(now: PictureNote, before: PictureNote | undefined): boolean {
  return before !== undefined && now.quality === before.quality && now.filmBy === before.filmBy;
}
