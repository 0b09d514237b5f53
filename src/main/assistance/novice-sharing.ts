import type { NotesNovice } from '../../protocol/assistance/notes-novice.ts';
import { CONSENT_DEADLINE_MS, CONTROL_COOL_DOWN_MS } from '../../protocol/assistance/timing.ts';
import { isSamePart, type SharedPart, type SharedState, type Sharing } from '../../protocol/rdp/shared-part.ts';
import type { Clock } from '../clock.ts';
import type { Desktop } from '../desktop/contract.ts';
import { ExpertRequests, type Interruptions, type Volume } from '../interruptions.ts';
import type { ConsentPrompts, Peer } from './contract.ts';
import { perTurn } from './per-turn.ts';
import { askPerson } from './prompt.ts';
import { interrupterOf } from './running-session.ts';

/** People read no faster whether something is to be seen. */
const TELL_STATE_EACH_MS = 250;

export interface NoviceSharingParts {
  readonly desktop: Pick<Desktop, 'parts'>;
  readonly notes: Pick<NotesNovice, 'tell'>;
  readonly consent: Pick<ConsentPrompts, 'allowPart'>;
  readonly clock: Clock;
  readonly interruptions: Interruptions;
  readonly peer: Peer;
  /** The session's; closes a question. */
  readonly signal: AbortSignal;
  /** The novice has said yes to the expert's wish. */
  readonly granted: (part: SharedPart) => void;
  readonly changed: () => void;
  readonly onError: (error: unknown) => void;
}

/** What both sides are told of what is shown, and the novice's question when the expert would rather see something else. Shows nothing by itself. */
export class NoviceSharing {
  private readonly parts: NoviceSharingParts;
  private readonly requests: ExpertRequests;
  private said: Sharing | undefined;
  /** What the capture says that the window is called: newer than any list. */
  private title: string | undefined;
  private wishedFor: SharedPart | undefined;
  private prompt: AbortController | undefined;
  /** Whether it is to be seen, as the capture has said last. */
  private newest: SharedState = 'shown';
  private settling = false;
  private looking = false;
  private lookAgain = false;
  /** The answers to an expert that wishes without end. */
  private readonly refuse: () => void;
  private readonly tellWish: () => void;

  constructor(parts: NoviceSharingParts) {
    this.parts = parts;
    const { clock, notes, signal } = parts;
    this.refuse = perTurn(clock, () => {
      if (!signal.aborted) notes.tell({ tag: 'partRefused' });
    });
    this.tellWish = perTurn(clock, parts.changed);
    this.requests = new ExpertRequests(parts.clock, CONTROL_COOL_DOWN_MS);
  }

  get now(): Sharing | undefined {
    return this.said;
  }
  /** What the expert would rather see, where no question is put about it any more. */
  get wish(): SharedPart | undefined {
    return this.wishedFor;
  }

  /** This is shown now. Which screens there are, and what the window is called, follows when it is known. */
  share(part: SharedPart): void {
    this.wishedFor = undefined;
    this.prompt?.abort();
    this.prompt = undefined;
    this.title = undefined;
    this.newest = 'shown';
    const { screens = [], oneAtATime } = this.said ?? {};
    this.say({ part, state: 'shown', screens, ...(oneAtATime === undefined ? {} : { oneAtATime }) });
    void this.look();
  }

  /** The expert would rather see this. Of what the novice shows already, and of screens that are not there, nothing is said. */
  wished(part: SharedPart): void {
    const { said, prompt } = this;
    if (said === undefined || this.parts.signal.aborted || part.tag === 'window' || isSamePart(part, said.part)) return;
    if (part.tag === 'screen' && !said.screens.some(({ id }) => id === part.id)) return;
    // There is nothing to ask the person about.
    if (part.tag === 'all' && said.oneAtATime === true) return this.refuse();
    if (prompt !== undefined) return;
    const volume = this.volume();
    if (volume === 'loud') void this.ask(part);
    // The answer is given again, the person is not bothered again.
    else if (volume === 'none') this.refuse();
    else if (this.wishedFor === undefined || !isSamePart(part, this.wishedFor)) {
      this.wishedFor = part;
      this.tellWish();
    }
  }

  /** Within this session, and of all that this expert asks for: a new session is no new patience. */
  private volume(): Volume {
    const { volume } = this.requests;
    return volume === 'loud' ? this.parts.interruptions.admit('part', interrupterOf(this.parts.peer)) : volume;
  }

  private async ask(part: SharedPart): Promise<void> {
    const { clock, consent, peer, signal, notes } = this.parts;
    const prompt = new AbortController();
    this.prompt = prompt;
    const cancelDeadline = clock.after(CONSENT_DEADLINE_MS, () => prompt.abort());
    const yes = await askPerson((closed) => consent.allowPart(peer, part, closed), AbortSignal.any([prompt.signal, signal]));
    cancelDeadline();
    // The novice has shown something else meanwhile: that is the answer.
    if (this.prompt !== prompt) return;
    this.prompt = undefined;
    if (signal.aborted) return;
    if (yes) {
      this.parts.granted(part);
      return;
    }
    this.requests.refused();
    notes.tell({ tag: 'partRefused' });
  }

  /**
   * Whether it is to be seen is another thing than before; which screens there are may be, too. A program may hide its window and show it without end: that
   * is told now and then.
   */
  become(state: SharedState): void {
    this.newest = state;
    if (!this.settling || state === 'gone') this.tellState();
  }

  private tellState(): void {
    const { said, newest: state } = this;
    if (said === undefined || said.state === state || this.parts.signal.aborted) return;
    if (!this.settling) {
      this.settling = true;
      this.parts.clock.after(TELL_STATE_EACH_MS, () => {
        this.settling = false;
        this.tellState();
      });
    }
    if (state === 'gone') this.title = undefined;
    this.say({ ...said, state });
    void this.look();
  }

  screensChanged(): void {
    void this.look();
  }

  /** The window that is shown is called so by now. */
  titled(title: string): void {
    const { said } = this;
    if (said?.part.tag !== 'window' || said.state === 'gone' || this.title === title) return;
    this.title = title;
    if (said.title !== title) this.say({ ...said, title });
  }

  /** One at a time: each is a connection to the desktop. */
  private async look(): Promise<void> {
    this.lookAgain = this.looking;
    if (this.looking) return;
    this.looking = true;
    try {
      const { screens, windows, oneAtATime } = await this.parts.desktop.parts();
      const { said } = this;
      if (said === undefined) return;
      const { part, state } = said;
      // One that is minimised is not among them, and is still called what was told.
      const listed = part.tag === 'window' ? windows.find(({ id }) => id === part.id) : undefined;
      const title = part.tag === 'window' ? (this.title ?? listed?.title ?? titleBefore(said)) : undefined;
      const told = screens.map(({ id, name, area }) => ({ id, name, area }));
      this.say({
        part,
        state,
        ...(title === undefined ? {} : { title }),
        screens: told,
        ...(oneAtATime === undefined ? {} : { oneAtATime }),
      });
    } catch (error) {
      this.parts.onError(error);
    } finally {
      this.looking = false;
    }
    if (this.lookAgain) void this.look();
  }

  private say(said: Sharing): void {
    this.said = said;
    this.parts.notes.tell({ tag: 'sharing', ...said });
    this.parts.changed();
  }
}

function titleBefore({ state, title }: Sharing): string | undefined {
  return state === 'gone' ? undefined : title;
}
