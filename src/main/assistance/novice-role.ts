import type { NoviceEvent } from '../../protocol/assistance/novice-negotiation.ts';
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import { CONSENT_DEADLINE_MS, QUIET_SECONDS } from '../../protocol/assistance/timing.ts';
import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import type { DisconnectReason } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import type { NoviceLink, NoviceLinkEvent } from '../connection/contract.ts';
import { NoviceAttendance } from './attendance.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts } from './contract.ts';
import { errorText } from './error-text.ts';
import { followLink, type LinkNews } from './link-news.ts';
import { NoviceReturn } from './novice-return.ts';
import { NoviceSession } from './novice-session.ts';
import { askWhatToShow, askPerson } from './prompt.ts';
import {
  type Entrance,
  interrupterOf,
  type HelpedSession,
  type SessionFacts,
  type SessionHost,
  statusOf,
  trafficOf,
} from './running-session.ts';
import type { Courier } from './race-by-letters.ts';
import { Scope } from './scope.ts';
import { type NoviceChannels, noviceChannels } from './session-channels.ts';
import { SessionLife } from './session-life.ts';

export type NoviceNews = LinkNews | Extract<NoviceEvent, { tag: 'desktopFailed' | 'timeUp' }>;

/** The novice's part in a session, whichever way the expert has come: the question, the picture, control, and an end that leaves nothing open. */
export class NoviceRole implements HelpedSession {
  readonly role = 'novice';
  readonly life: SessionLife;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly entrance: Entrance<NoviceNews>;
  private readonly watch: NoviceAttendance;
  private readonly again: NoviceReturn;
  private link: NoviceLink | undefined;
  private session: NoviceSession | undefined;
  /** What is listened to on the connection that carries the session now. */
  private following = new Scope(() => undefined);
  private allowed = false;
  /** What of this computer the novice has said yes to. */
  private part: SharedPart = { tag: 'all' };
  private connections = 0;
  /** So often the other side was missing and came back. */
  private found = 0;
  private wasControlled = false;
  /** The expert may hear what this computer plays: off until the novice says so, for this session. */
  private soundWished = false;
  private soundPrompt: AbortController | undefined;
  /** Presses and releases of the expert's keys that came on earlier connections. */
  private typed = 0;

  /** `enter` makes the entrance. Nothing happens before `begin`. */
  constructor(parts: AssistanceParts, host: SessionHost, enter: (role: NoviceRole) => Entrance<NoviceNews>) {
    this.parts = parts;
    this.host = host;
    this.life = new SessionLife(parts, host, 'novice', () => trafficOf({ link: this.link, session: this.session }));
    const { scope } = this.life;
    this.watch = new NoviceAttendance({
      clock: parts.clock,
      changed: () => {
        this.session?.attendanceChanged();
        host.changed();
      },
      over: () => {
        host.log('session ended', { after: 'the longest time' });
        this.entrance.tell({ tag: 'timeUp' });
      },
    });
    scope.add(() => this.watch.stop());
    this.again = new NoviceReturn({
      ...parts,
      random: host.random,
      scope,
      arrived: (link) => this.arrived(link),
      // Another connection would take control away: it stays where it is until that has been given back.
      mayMove: () => this.session !== undefined && this.session.controlState !== 'granted' && this.session.controlState !== 'asked',
      changed: () => host.changed(),
      gaveUp: () => this.entrance.tell({ tag: 'linkEnded', end: 'lost' }),
      onError: (error) => host.log('looking for the expert', { message: errorText(error) }),
    });
    this.entrance = enter(this);
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
  offerControl(): void {
    this.session?.offerControl();
  }
  takeBackControl(): void {
    this.session?.takeBackControl();
  }
  setSound(on: boolean): void {
    this.watch.sign();
    if (on) void this.askSound();
    else {
      this.soundPrompt?.abort();
      this.wishSound(false);
    }
  }
  present(): void {
    this.watch.sign();
  }
  /** On this connection and on those that follow. */
  share(part: SharedPart): void {
    // Before the yes nothing is shown.
    if (!this.allowed) return;
    this.part = part;
    this.session?.share(part);
  }

  /* ---------- for the entrance ---------- */

  /** What carries letters between the two while they have no connection. */
  use(courier: Courier): void {
    this.again.use(courier);
  }

  /** The expert says over the messenger that it is over. False where the two are connected, which alone counts then. */
  endedWhileMissing(): boolean {
    if (this.again.now === undefined) return false;
    this.entrance.tell({ tag: 'linkEnded', end: 'disconnected' });
    return true;
  }

  /** The expert is on this connection, and sees and moves nothing before the yes. */
  connected(link: NoviceLink, channels: NoviceChannels): void {
    const { desktop, consent, clock } = this.parts;
    const tell = (news: NoviceNews): void => this.tell(news);
    const session = new NoviceSession({
      link,
      channels,
      desktop,
      consent,
      clock,
      interruptions: this.host.interruptions,
      peer: this.entrance.peer,
      quietSeconds: () => this.parts.quietSeconds?.() ?? QUIET_SECONDS,
      onError: (error) => this.life.logError(error),
      granted: (part) => this.share(part),
      changed: () => this.host.changed(),
      desktopFailed: (detail) => tell({ tag: 'desktopFailed', detail }),
      failed: (detail) => tell({ tag: 'failed', detail }),
      watch: this.watch,
      soundWished: this.soundWished,
      soundEnded: () => {
        this.soundWished = false;
      },
    });
    const following = new Scope((error) => this.life.logError(error));
    this.link = link;
    this.session = session;
    this.following = following;
    this.connections += 1;
    // Whatever way it ends; the reason has been given by `closeLink` before, if there was one to give.
    this.life.scope.add(() => session.close('userRequested'));
    this.life.scope.add(() => following.close());
    followLink({ link, scope: following, tell, onEvent: (event) => this.onLink(session, event) });
    this.again.over(link.connection, channels.again, this.typed);
  }

  /** Puts the question. False as well when the session ends before the answer. */
  async askView(): Promise<boolean> {
    const { interruptions } = this.host;
    const whose = interrupterOf(this.entrance.peer);
    if (interruptions.admit('view', whose) !== 'loud') return false;
    const prompt = new AbortController();
    this.life.scope.add(() => prompt.abort());
    const part = await askWhatToShow((signal) => this.parts.consent.allowView(this.entrance.peer, signal), prompt.signal);
    if (part === undefined) return false;
    this.part = part;
    interruptions.welcome('view', whose);
    return true;
  }

  /** The novice has said yes: the expert is let in. */
  admit(): void {
    this.allowed = true;
    void this.session?.admit(this.part);
  }

  /** The same where the expert has been let in before, to a blank desktop. Resolves when the picture may be seen. */
  async show(active: Extract<NoviceLinkEvent, { tag: 'active' }>): Promise<void> {
    this.allowed = true;
    await this.session?.show(active, this.part);
    if (!this.over) this.life.showing();
  }

  /** Says goodbye with the reason; everything else closes with `finish`. */
  closeLink(reason: DisconnectReason): void {
    const closing = this.session?.close(reason);
    this.life.scope.add(() => closing);
  }

  /** The novice has chosen it; main's own question makes sure that it was they. */
  private async askSound(): Promise<void> {
    const { interruptions } = this.host;
    const whose = interrupterOf(this.entrance.peer);
    if (!this.allowed || this.over || this.soundWished || this.soundPrompt !== undefined || this.session?.sound.state !== 'off') return;
    if (interruptions.admit('sound', whose) !== 'loud') return;
    const prompt = new AbortController();
    this.soundPrompt = prompt;
    this.life.scope.add(() => prompt.abort());
    const cancelDeadline = this.parts.clock.after(CONSENT_DEADLINE_MS, () => prompt.abort());
    const yes = await askPerson((signal) => this.parts.consent.allowSound(this.entrance.peer, signal), prompt.signal);
    cancelDeadline();
    this.soundPrompt = undefined;
    if (!yes || this.over) return;
    interruptions.welcome('sound', whose);
    this.wishSound(true);
  }

  private wishSound(on: boolean): void {
    this.soundWished = on;
    this.session?.setSound(on);
  }

  /** The entrance's progress has come to its end. */
  finish(): void {
    void this.life.finish(() => this.facts);
  }

  /** The expert of this session is on another connection. It has had its yes: seeing goes on, and control is asked for again. */
  private arrived(link: NoviceLink): void {
    if (this.over || !this.allowed) return void link.close('userRequested');
    const { session: before, following } = this;
    this.wasControlled ||= before?.controlled === true;
    this.typed += before?.typed ?? 0;
    void following.close();
    // No key stays down, and one picture is taken at a time.
    void before?.close('userRequested');
    if (this.again.now !== undefined) this.found += 1;
    this.host.log('found again', { by: link.connection.by, connections: this.connections });
    this.connected(link, noviceChannels());
    void this.session?.admit(this.part);
    this.host.changed();
  }

  private tell(news: NoviceNews): void {
    if (news.tag === 'linkEnded' && !this.over && this.again.ended(news.end)) {
      this.session?.lost();
      this.host.changed();
      return;
    }
    this.entrance.tell(news);
  }

  private onLink(session: NoviceSession, event: Exclude<NoviceLinkEvent, { tag: 'ended' }>): void {
    // Before the yes only events about the connection and the expert's window count.
    if (event.tag === 'line') this.again.line(event.silent);
    if (this.allowed || event.tag === 'display' || event.tag === 'roundTrip' || event.tag === 'line') session.onLink(event);
  }

  private get facts(): SessionFacts {
    const { role, entrance, life, link, session, again, watch, wasControlled, found, connections } = this;
    const { id, peer, offered = false, progress: negotiation } = entrance;
    const reunion = { search: again.now, found, moved: connections > 1, wasControlled };
    return { role, id, peer, offered, startedAtMs: life.startedAtMs, noDoor: life.noDoor, negotiation, link, session, watch, reunion };
  }
}
