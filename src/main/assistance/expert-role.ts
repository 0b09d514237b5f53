import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import type { ExpertLink, ExpertLinkEvent } from '../connection/contract.ts';
import type { AssistanceParts, ViewerSink } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { ExpertSession } from './expert-session.ts';
import { followLink, type LinkNews } from './link-news.ts';
import { type Entrance, type HelpingSession, type SessionFacts, type SessionHost, statusOf } from './running-session.ts';
import { expertChannels, type ExpertChannels } from './session-channels.ts';
import { SessionLife } from './session-life.ts';
import { ViewerSeats } from './viewer-seats.ts';

export type ExpertNews =
  | LinkNews
  /** The session id is out: the novice is being asked. */
  | { readonly tag: 'presented' }
  /** The first picture has come, or this expert has been named among the participants. */
  | { readonly tag: 'shown' };

/** The expert's part in a session, whichever way the novice was found: the viewers' seats, the picture, asking for control. */
export class ExpertRole implements HelpingSession {
  readonly role = 'expert';
  readonly life: SessionLife;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly entrance: Entrance<ExpertNews>;
  private readonly controlChannels: ExpertChannels;
  private readonly viewers = new ViewerSeats();
  private link: ExpertLink | undefined;
  private session: ExpertSession | undefined;
  private shown = false;

  /** `enter` makes the entrance. */
  constructor(parts: AssistanceParts, host: SessionHost, enter: (role: ExpertRole) => Entrance<ExpertNews>) {
    this.parts = parts;
    this.host = host;
    this.life = new SessionLife(parts, host, 'expert');
    this.life.scope.add(() => this.viewers.close());
    this.controlChannels = expertChannels({ changed: () => this.session?.controlChanged(), named: () => this.tellShown() }, () =>
      this.session?.controlChanged(),
    );
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

  attachViewer(sink: ViewerSink): () => void {
    return this.viewers.attach(sink);
  }

  /* ---------- for the entrance ---------- */

  /** What the connection is to be opened with. */
  get channels(): readonly Channel[] {
    return this.controlChannels.list;
  }

  /** The novice is verified on this connection. `wantsPicture`: before there is a viewer, where nothing else tells that the novice has said yes. */
  connected(link: ExpertLink, wantsPicture: boolean): void {
    const session = new ExpertSession({
      link,
      control: this.controlChannels.control,
      notes: this.controlChannels.notes,
      clock: this.parts.clock,
      onError: (error) => this.life.logError(error),
      changed: () => this.host.changed(),
      wantsPicture,
    });
    this.link = link;
    this.session = session;
    this.life.scope.add(() => session.close());
    followLink({ link, scope: this.life.scope, tell: (news) => this.entrance.tell(news), onEvent: (event) => this.onLink(session, event) });
    this.viewers.connect(session);
  }

  /** The entrance's progress has come to its end. Without a `trace` it is no session: an invitation that was never accepted. */
  async finish(trace = true): Promise<void> {
    await this.life.finish(() => (trace ? this.facts : undefined));
  }

  private onLink(session: ExpertSession, event: Exclude<ExpertLinkEvent, { tag: 'ended' }>): void {
    if (event.tag === 'presented') this.entrance.tell({ tag: 'presented' });
    if (event.tag === 'graphics') this.tellShown();
    session.onLink(event);
  }

  private tellShown(): void {
    if (this.shown) return;
    this.shown = true;
    this.entrance.tell({ tag: 'shown' });
  }

  private get facts(): SessionFacts {
    const { role, entrance, life, link, session } = this;
    const { id, peer, offered = false, progress: negotiation } = entrance;
    const { keyboard } = this.controlChannels.notes;
    const takesText = entrance.takesText === true || keyboard?.text === true;
    return { role, id, peer, offered, takesText, keyboard, startedAtMs: life.startedAtMs, negotiation, link, session };
  }
}
