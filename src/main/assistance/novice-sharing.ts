import type { NotesNovice } from '../../protocol/assistance/notes-novice.ts';
import type { SharedPart, SharedState, Sharing } from '../../protocol/rdp/shared-part.ts';
import type { Desktop } from '../desktop/contract.ts';

export interface NoviceSharingParts {
  readonly desktop: Pick<Desktop, 'parts'>;
  readonly notes: Pick<NotesNovice, 'tell'>;
  readonly changed: () => void;
  readonly onError: (error: unknown) => void;
}

const isSame = (a: SharedPart, b: SharedPart): boolean => a.tag === b.tag && (a.tag === 'all' || ('id' in b && a.id === b.id));

/** What both sides are told of what is shown, and what the expert would rather see. Shows nothing by itself. */
export class NoviceSharing {
  private readonly parts: NoviceSharingParts;
  private said: Sharing | undefined;
  private wishedFor: SharedPart | undefined;

  constructor(parts: NoviceSharingParts) {
    this.parts = parts;
  }

  get now(): Sharing | undefined {
    return this.said;
  }
  get wish(): SharedPart | undefined {
    return this.wishedFor;
  }

  /** This is shown now. Which screens there are, and what the window is called, follows when it is known. */
  share(part: SharedPart): void {
    this.wishedFor = undefined;
    this.say({ part, state: 'shown', screens: this.said?.screens ?? [] });
    void this.look();
  }

  /** The expert would rather see this. Of what the novice shows already, and of screens that are not there, nothing is said. */
  wished(part: SharedPart): void {
    const { said, wishedFor: wish } = this;
    if (said === undefined || part.tag === 'window' || isSame(part, said.part) || (wish !== undefined && isSame(part, wish))) return;
    if (part.tag === 'screen' && !said.screens.some(({ id }) => id === part.id)) return;
    this.wishedFor = part;
    this.parts.changed();
  }

  /** Whether it is to be seen is another thing than before; which screens there are may be, too. */
  become(state: SharedState): void {
    if (this.said === undefined || this.said.state === state) return;
    this.say({ ...this.said, state });
    void this.look();
  }

  private async look(): Promise<void> {
    try {
      const { screens, windows } = await this.parts.desktop.parts();
      const { said } = this;
      if (said === undefined) return;
      const { part, state } = said;
      const title = part.tag === 'window' ? windows.find(({ id }) => id === part.id)?.title : undefined;
      this.say({ part, state, ...(title === undefined ? {} : { title }), screens: screens.map(({ id, name }) => ({ id, name })) });
    } catch (error) {
      this.parts.onError(error);
    }
  }

  private say(said: Sharing): void {
    this.said = said;
    this.parts.notes.tell({ tag: 'sharing', ...said });
    this.parts.changed();
  }
}
