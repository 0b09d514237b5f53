import type { Channel, ChannelOptions, ChannelOutput } from '../rdp/channels/contract.ts';
import { decodeNotes, type Note, NOTES_CHANNEL } from '../rdp/channels/notes.ts';

export type KeyboardNote = Extract<Note, { tag: 'keyboard' }>;
export type PauseNote = Extract<Note, { tag: 'pause' }>;

/** The expert's (client's) end of the notes: keeps what holds. */
export class NotesExpert implements Channel {
  readonly name = NOTES_CHANNEL;
  readonly options: ChannelOptions = { kind: 'static', urgency: 'control' };
  private readonly changed: () => void;
  private keyboardNote: KeyboardNote | undefined;
  private pauseNote: PauseNote | undefined;
  private kept: { readonly what: 'pointer' | 'keys'; readonly count: number } | undefined;

  /** `changed`: something new has been said. */
  constructor(changed: () => void) {
    this.changed = changed;
  }

  get keyboard(): KeyboardNote | undefined {
    return this.keyboardNote;
  }
  get pause(): PauseNote | undefined {
    return this.pauseNote;
  }
  /** What was dropped last, and how often it has been said. */
  get keptAway(): { readonly what: 'pointer' | 'keys'; readonly count: number } | undefined {
    return this.kept;
  }

  start(): readonly ChannelOutput[] {
    return [];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    const notes = decodeNotes(message);
    for (const note of notes) {
      if (note.tag === 'keyboard') this.keyboardNote = note;
      else if (note.tag === 'pause') this.pauseNote = note;
      else this.kept = { what: note.what, count: (this.kept?.count ?? 0) + 1 };
    }
    if (notes.length > 0) this.changed();
    return [];
  }

  close(): void {
    this.pauseNote = undefined;
  }
}
