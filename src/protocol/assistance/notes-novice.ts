import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../rdp/channels/contract.ts';
import { decodeNotes, encodeNote, MAX_NOTES_BYTES, type Note, NOTES_CHANNEL } from '../rdp/channels/notes.ts';
import type { PictureQuality } from '../rdp/channels/notes.ts';
import type { SharedPart } from '../rdp/channels/notes.ts';

/** Hears what the expert would like: of the picture, and to see. */
export interface NoteWishes {
  quality(quality: PictureQuality): void;
  part(part: SharedPart): void;
}

/** The novice's (server's) end of the notes: says what it is told, and again what still holds when the channel starts. An expert without it hears nothing. */
export class NotesNovice implements Channel {
  readonly name = NOTES_CHANNEL;
  readonly options: ChannelOptions = { kind: 'static', urgency: 'control', maxMessageBytes: MAX_NOTES_BYTES };
  private port: ChannelPort | undefined;
  private wished: NoteWishes = { quality: () => undefined, part: () => undefined };
  private readonly holds = new Map<Note['tag'], Note>();

  listen(wished: NoteWishes): void {
    this.wished = wished;
  }

  tell(note: Note): void {
    // What has happened once does not hold.
    if (note.tag !== 'keptAway' && note.tag !== 'partRefused') this.holds.set(note.tag, note);
    void this.port?.send([encodeNote(note)]);
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    return [...this.holds.values()].map((note) => ({ tag: 'send', message: encodeNote(note) }));
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    for (const note of decodeNotes(message))
      if (note.tag === 'quality') this.wished.quality(note.quality);
      else if (note.tag === 'partWish') this.wished.part(note.part);
    return [];
  }

  close(): void {
    this.port = undefined;
  }
}
