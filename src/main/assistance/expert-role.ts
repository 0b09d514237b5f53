import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import type { PictureQuality } from '../../protocol/rdp/picture-quality.ts';
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { TypedInput } from './typed-input.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import type { ExpertLink, ExpertLinkEvent } from '../connection/contract.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts, ViewerSink } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { errorText } from './error-text.ts';
import { ExpertReturn, type NextConnection } from './expert-return.ts';
import { ExpertSession } from './expert-session.ts';
import { followLink, type LinkNews } from './link-news.ts';
import { perTurn } from './per-turn.ts';
import { type Entrance, type HelpingSession, type SessionFacts, type SessionHost, statusOf, trafficOf } from './running-session.ts';
import type { Courier } from './race-by-letters.ts';
import { Scope } from './scope.ts';
import { expertChannels, type ExpertChannels } from './session-channels.ts';
import { SessionLife } from './session-life.ts';
import { ViewerSeats } from './viewer-seats.ts';

export type ExpertNews =
  | LinkNews
  /** The session id is out: the novice is being asked. */
  | { readonly tag: 'presented' }
  /** The first picture has come, or this expert has been named among the participants. */
  | { readonly tag: 'shown' };

/** As long as a silent line may take to bring what was typed. */
const TYPED_AGAIN_WITHIN_MS = 60_000;
/** Until what the novice had before them has the keyboard again, and not the question. */
const QUESTION_GONE_AFTER_MS = 700;

/** The expert's part in a session, whichever way the novice was found: the viewers' seats, the picture, asking for control. */
export class ExpertRole implements HelpingSession {
  readonly role = 'expert';
  readonly life: SessionLife;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly entrance: Entrance<ExpertNews>;
  private readonly viewers = new ViewerSeats();
  private readonly again: ExpertReturn;
  /** Those of the connection that carries the session now. */
  private controlChannels: ExpertChannels;
  private link: ExpertLink | undefined;
  private session: ExpertSession | undefined;
  /** What is listened to on that connection. */
  private following = new Scope(() => undefined);
  private shown = false;
  private connections = 0;
  /** So often the other side was missing and came back. */
  private found = 0;
  private wasControlled = false;
  /** What the novice had heard of this side's keys when the connection began; undefined until it says so. */
  private quality: PictureQuality | undefined;
  private typedSoFar: number | undefined = 0;
  /** On the connection before, until there is control again. */
  private typedBefore: { readonly typed: TypedInput; readonly from: number; readonly atMs: number } | undefined;
  /** What never came of it. */
  private untyped: { readonly events: readonly InputEvent[]; readonly atMs: number } | undefined;

  /** `enter` makes the entrance. */
  constructor(parts: AssistanceParts, host: SessionHost, enter: (role: ExpertRole) => Entrance<ExpertNews>) {
    this.parts = parts;
    this.host = host;
    this.life = new SessionLife(parts, host, 'expert', () => trafficOf({ link: this.link, session: this.session }));
    this.life.scope.add(() => this.viewers.close());
    this.again = new ExpertReturn({
      ...parts,
      random: host.random,
      scope: this.life.scope,
      channels: () => this.freshChannels(),
      arrived: (next) => this.arrived(next),
      ready: () => host.log('may be found again', { role: 'expert' }),
      lost: () => this.session?.lost(),
      refused: ({ end, error }) => this.entrance.tell({ tag: 'linkEnded', end, ...(error === undefined ? {} : { detail: error.message }) }),
      // Another connection would take control away: it stays where it is until that has been given back.
      mayMove: () => this.session !== undefined && this.session.controlState !== 'granted' && this.session.controlState !== 'asked',
      changed: () => host.changed(),
      gaveUp: () => this.entrance.tell({ tag: 'linkEnded', end: 'lost' }),
      onError: (error) => host.log('looking for the novice', { message: errorText(error) }),
    });
    this.controlChannels = this.freshChannels();
    this.entrance = enter(this);
    const chosen = parts.pictureChoices?.of(this.entrance.peer);
    if (chosen !== undefined) this.wishFor(chosen);
  }

  get closed(): Promise<void> {
    return this.life.closed;
  }
  get over(): boolean {
    return this.entrance.progress.phase.tag === 'ended';
  }
  get status(): SessionStatus {
    return statusOf(this.facts);
  }

  begin(): void {
    this.entrance.begin();
  }
  stop(): void {
    this.entrance.stop();
  }
  adopt(rendezvous: RendezvousSession): boolean {
    return this.again.now !== undefined && this.entrance.adopt?.(rendezvous) === true;
  }
  enterCode(code: string): void {
    this.entrance.enterCode?.(code);
  }
  fail(detail: string): void {
    this.entrance.tell({ tag: 'failed', detail });
  }

  requestControl(): void {
    // The novice hears nothing of it before the yes.
    if (this.session === undefined || this.entrance.progress.phase.tag !== 'connected')
      throw new AssistanceError('NO_CHANNEL', 'not connected yet');
    this.session.requestControl();
  }

  releaseControl(): void {
    this.session?.releaseControl();
  }

  /** On this connection and on those that follow, and in the next session with this person. */
  choosePicture(quality: PictureQuality): void {
    this.wishFor(quality);
    this.parts.pictureChoices?.keep(this.entrance.peer, quality);
  }

  wishForPart(part: SharedPart): void {
    this.controlChannels.notes.wishForPart(part);
  }

  attachViewer(sink: ViewerSink): () => void {
    return this.viewers.attach(sink);
  }

  /* ---------- for the entrance ---------- */

  /** What carries letters between the two while they have no connection. */
  use(courier: Courier): void {
    this.again.use(courier);
  }

  /** The novice says over the messenger that it is over. False where the two are connected, which alone counts then. */
  endedWhileMissing(): boolean {
    if (this.again.now === undefined) return false;
    this.entrance.tell({ tag: 'linkEnded', end: 'disconnected' });
    return true;
  }

  /** What the connection is to be opened with. */
  get channels(): readonly Channel[] {
    return this.controlChannels.list;
  }

  /** The novice is verified on this connection. `wantsPicture`: before there is a viewer, where nothing else tells that the novice has said yes. */
  connected(link: ExpertLink, wantsPicture: boolean): void {
    this.take(link, wantsPicture);
  }

  private take(link: ExpertLink, wantsPicture: boolean): ExpertSession {
    const session = new ExpertSession({
      link,
      control: this.controlChannels.control,
      notes: this.controlChannels.notes,
      clock: this.parts.clock,
      onError: (error) => this.life.logError(error),
      changed: () => this.host.changed(),
      wantsPicture,
    });
    const following = new Scope((error) => this.life.logError(error));
    this.link = link;
    this.session = session;
    this.following = following;
    this.connections += 1;
    this.life.scope.add(() => session.close());
    this.life.scope.add(() => following.close());
    followLink({ link, scope: following, tell: (news) => this.tell(news), onEvent: (event) => this.onLink(session, event) });
    this.viewers.connect(session);
    this.again.over(link.connection, this.controlChannels);
    return session;
  }

  /** The entrance's progress has come to its end. Without a `trace` it is no session: an invitation that was never accepted. */
  async finish(trace = true): Promise<void> {
    await this.life.finish(() => (trace ? this.facts : undefined));
  }

  /** The novice has let this side in on another connection: the picture goes on there, and what is left of the one before is closed. */
  private arrived({ link, channels, active }: NextConnection): void {
    if (this.over) return void link.close();
    const { session: before, following } = this;
    this.wasControlled ||= before?.controlled === true;
    const { typedSoFar: from } = this;
    this.typedBefore =
      before === undefined || from === undefined
        ? undefined
        : { typed: before.typed, from, atMs: before.silentSinceMs ?? this.parts.clock.now() };
    this.typedSoFar = undefined;
    this.untyped = undefined;
    void following.close();
    this.controlChannels = channels;
    if (this.again.now !== undefined) this.found += 1;
    this.host.log('found again', { by: link.connection.by, connections: this.connections });
    const session = this.take(link, false);
    void before?.close();
    session.onLink(active);
    this.reckon();
    this.host.changed();
  }

  private wishFor(quality: PictureQuality): void {
    this.quality = quality;
    this.controlChannels.notes.wishFor(quality);
  }

  private tell(news: ExpertNews): void {
    if (news.tag === 'linkEnded' && !this.over && this.again.ended(news.end)) return this.host.changed();
    this.entrance.tell(news);
  }

  /** The novice has said how much had come: what is missing is typed again. */
  private reckon(): void {
    const { done } = this.controlChannels.again;
    if (done === undefined || this.typedSoFar !== undefined) return;
    this.typedSoFar = done;
    const { typedBefore: before } = this;
    if (before !== undefined) this.untyped = { events: before.typed.missing(done - before.from), atMs: before.atMs };
    this.typeAgain();
  }

  /** With the novice's yes to control, and soon: later it would come into something else. */
  private typeAgain(): void {
    const { untyped, session } = this;
    if (untyped === undefined || session?.controlState !== 'granted') return;
    this.untyped = undefined;
    const { clock } = this.parts;
    if (untyped.events.length === 0 || clock.now() - untyped.atMs > TYPED_AGAIN_WITHIN_MS) return;
    this.life.scope.add(session.typeAgain(untyped.events, QUESTION_GONE_AFTER_MS));
  }

  private freshChannels(): ExpertChannels {
    const changed = (): void => {
      this.session?.controlChanged();
      this.typeAgain();
    };
    const channels = expertChannels({
      control: { changed, named: () => this.tellShown() },
      noted: perTurn(this.parts.clock, changed),
      sound: { heard: (sound) => this.session?.heard(sound), paused: () => this.session?.heard(undefined) },
      again: { ...this.again.told, done: () => this.reckon() },
      decodesFilm: this.parts.decodesFilm?.() ?? false,
    });
    if (this.quality !== undefined) channels.notes.wishFor(this.quality);
    return channels;
  }

  private onLink(session: ExpertSession, event: Exclude<ExpertLinkEvent, { tag: 'ended' }>): void {
    if (event.tag === 'presented') this.entrance.tell({ tag: 'presented' });
    if (event.tag === 'graphics') this.tellShown();
    if (event.tag === 'line') this.again.line(event.silent);
    session.onLink(event);
  }

  private tellShown(): void {
    if (this.shown) return;
    this.shown = true;
    this.entrance.tell({ tag: 'shown' });
  }

  private get facts(): SessionFacts {
    const { role, entrance, life, link, session, again, wasControlled, found, connections } = this;
    const { id, peer, offered = false, progress: negotiation } = entrance;
    const { keyboard } = this.controlChannels.notes;
    const takesText = entrance.takesText === true || keyboard?.text === true;
    const reunion = { search: again.now, found, moved: connections > 1, wasControlled };
    return {
      role,
      id,
      peer,
      offered,
      takesText,
      keyboard,
      startedAtMs: life.startedAtMs,
      noDoor: life.noDoor,
      negotiation,
      link,
      session,
      reunion,
    };
  }
}
