import type { Activity, ActivityRole } from '../../facts/activities.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { Features } from '../../protocol/rendezvous/features.ts';
import { applicationOfActivity, type ActivityKind, type InvitationApplication } from '../../protocol/applications/applications.ts';
import { readDialAddress, writeDialAddress, type DialAddress } from '../../protocol/applications/dial-address.ts';
import { readSipContext, writeSipContext, type SipCapability } from '../../protocol/applications/sip-context.ts';
import {
  MessengerError,
  type InvitationDetails,
  type Peer,
  type RendezvousAnswer,
  type RendezvousEvent,
  type RendezvousSession,
} from '../messenger/contract.ts';
import { type AddressSeal, SEALED_KIND } from './address-seal.ts';
import type { ActivitiesParts, ActivityErrorCode, ActivityNews } from './contract.ts';
import { ActivityError } from './contract.ts';
import { fillTemplate, probeOf, takes, type Template } from './template.ts';

/** An inviter waits this long for an answer; an invitee's question stays longer, because the inviter's TIMEOUT may never arrive. */
const ANSWER_MS = 120_000;
const QUESTION_MS = 300_000;
/** From the first yes to the start of the program. */
const NEGOTIATION_MS = 30_000;
/** A program that exits sooner with code 0 has handed its work to another process. */
const HANDED_ON_MS = 5_000;

export interface Doing {
  readonly kind: ActivityKind;
  readonly line: string;
  readonly template: Template;
  /** What this computer has programs for, of voice and video. */
  readonly capabilities: readonly SipCapability[];
}

type Ending = Exclude<Extract<ActivityNews, { kind: ActivityKind }>['tag'], 'failedHere'>;

/** This side's address, and how it travels. */
export interface OwnAddress {
  readonly own: DialAddress | undefined;
  readonly seal: AddressSeal;
}

export interface ActivityHost {
  changed(): void;
  news(news: ActivityNews): void;
  /** The activity's program runs: it neither waits nor is being negotiated any more. */
  settled(activity: RunningActivity): void;
  /** The activity has ended, and its session with it. */
  over(activity: RunningActivity): void;
  /** The activity's program runs in a process whose exit cannot be observed. */
  handedOn(activity: RunningActivity): void;
}

/** The port that this side is reached at, as docs/decisions/0004 chooses it. */
export async function announcedPort(
  { ports }: InvitationApplication,
  template: Template,
  { launcher }: ActivitiesParts,
): Promise<number | undefined> {
  if (ports.fixed !== undefined) return ports.fixed;
  return takes(template, 'ownPort') ? launcher.freePort() : ports.standard;
}

/** The fields of this side's ACCEPT; both roles send the same ones. */
function answerOf(application: InvitationApplication, own: DialAddress, seal: AddressSeal, theirs: Features | undefined): RendezvousAnswer {
  const address = application.address.ipAddress === 'addressAndPort' ? writeDialAddress(own) : own.host;
  return { ipAddress: seal.writeMarked(address, theirs) };
}

/** The fields of the INVITE and of the inviter's later ACCEPT. */
export function detailsOf(application: InvitationApplication, doing: Doing, own: DialAddress, seal: AddressSeal): InvitationDetails {
  const answer: InvitationDetails['answer'] = (_theirs, features) => answerOf(application, own, seal, features);
  const { features } = seal;
  if (application.address.contextData !== 'capabilities') return { answer, features };
  return { features, contextData: writeSipContext({ requested: requestedBy(doing.kind), capabilities: doing.capabilities }), answer };
}

const requestedBy = (kind: ActivityKind): readonly SipCapability[] => (kind === 'video' ? ['audio', 'video'] : ['audio']);

/** Whether an address that a template makes would reach a program: the system takes any, and does nothing with one that nobody has registered for. */
export async function hasProgram({ template }: Pick<Doing, 'template'>, { launcher }: Pick<ActivitiesParts, 'launcher'>): Promise<boolean> {
  return template.tag === 'program' || launcher.knows(probeOf(template));
}

/** One activity with one contact, from the invitation to the end of its program. */
export class RunningActivity {
  readonly session: RendezvousSession;
  private readonly role: ActivityRole;
  private readonly doing: Doing;
  private readonly application: InvitationApplication;
  private readonly parts: ActivitiesParts;
  private readonly host: ActivityHost;
  private readonly seal: AddressSeal;
  private readonly startedAtMs: number;
  private readonly offSession: () => void;
  private phase: 'waiting' | 'negotiating' | 'launching' | 'running' | 'over' = 'waiting';
  private cancelTimer: () => void;
  private own: DialAddress | undefined;

  /** `own` is this side's address: given for an inviter, chosen on accepting for an invitee. */
  constructor(session: RendezvousSession, doing: Doing, { own, seal }: OwnAddress, parts: ActivitiesParts, host: ActivityHost) {
    this.session = session;
    this.seal = seal;
    seal.begin(session);
    this.role = session.flag === 'INVITER' ? 'inviter' : 'invitee';
    this.doing = doing;
    this.application = applicationOfActivity(doing.kind);
    this.own = own;
    this.parts = parts;
    this.host = host;
    this.startedAtMs = parts.clock.now();
    this.offSession = session.onEvent((event) => this.heard(event));
    this.cancelTimer =
      this.role === 'inviter'
        ? parts.clock.after(ANSWER_MS, () => this.end('TIMEOUT', 'noAnswer'))
        : parts.clock.after(QUESTION_MS, () => this.decline());
  }

  get view(): Activity {
    return {
      id: this.session.id,
      kind: this.doing.kind,
      role: this.role,
      peer: this.session.peer,
      startedAtMs: this.startedAtMs,
      phase: this.phase === 'waiting' ? 'waiting' : 'negotiating',
      line: this.doing.line,
    };
  }

  get peer(): Peer {
    return this.session.peer;
  }

  /**
   * Accepts as the invitee. Throws ActivityError UNKNOWN_ACTIVITY when the activity no longer waits; later failures are told to the host.
   */
  async accept(): Promise<void> {
    if (this.role !== 'invitee' || this.phase !== 'waiting')
      throw new ActivityError('UNKNOWN_ACTIVITY', 'not one that waits for an answer');
    this.negotiating();
    try {
      if (!(await hasProgram(this.doing, this.parts))) return this.notInstalled();
      if (this.isOver) return;
      const port = await announcedPort(this.application, this.doing.template, this.parts);
      this.own = { host: this.parts.ownAddress(), ...(port === undefined ? {} : { port }) };
      if (this.isOver) return;
      const answer = { ...answerOf(this.application, this.own, this.seal, this.session.peerFeatures), features: this.seal.features };
      const capabilities = this.application.address.contextData === 'capabilities';
      this.session.accept(capabilities ? { ...answer, contextData: writeSipContext({ requested: requestedBy(this.doing.kind) }) } : answer);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Declines or cancels, as this side's person asked. */
  cancel(): void {
    if (this.role === 'invitee' && this.session.state === 'INVITATION') this.decline();
    else this.end('OUTBANDCANCEL');
  }

  /** Stops timers and listeners; sends nothing and tells nobody. */
  abandon(): void {
    this.cancelTimer();
    this.offSession();
    this.phase = 'over';
  }

  private get isOver(): boolean {
    return this.phase === 'over';
  }

  private heard(event: RendezvousEvent): void {
    const connectsByContext = this.application.address.contextData === 'addressAndPort' && this.role === 'inviter';
    switch (event.tag) {
      case 'accepted':
        this.negotiating();
        return;
      case 'readyToLaunch':
        // Applications that send their port as context data make the inviter wait for that.
        if (!connectsByContext) void this.launch(this.session.peerAnswer?.ipAddress);
        return;
      case 'contextData':
        if (connectsByContext && (event.kind === undefined || event.kind === SEALED_KIND)) void this.launch(event.data, event.kind);
        else this.parts.log('activity message refused', { kind: this.doing.kind, message: 'context data without need' });
        return;
      case 'passedOver':
        this.parts.log('activity message refused', { kind: this.doing.kind, message: event.error.message });
        return;
      case 'declined':
        return this.ended('declined');
      case 'appNotPresent':
        return this.ended('notInstalledThere');
      case 'cancelled':
        if (event.code === 'OUTBANDCANCEL' || (this.phase === 'waiting' && this.role === 'invitee')) return this.ended('takenBack');
        return this.ended(event.code === 'TIMEOUT' || event.code === 'FTTIMEOUT' ? 'noAnswer' : 'failedThere');
      case 'answeredElsewhere':
        return this.ended('takenBack');
      case 'terminated':
        return this.ended('connectionLost');
      case 'sendError':
        return this.ended(
          event.error.code === 'CONTACT_OFFLINE' || event.error.code === 'NO_SUCH_USER' ? 'contactOffline' : 'connectionLost',
        );
    }
  }

  private negotiating(): void {
    this.phase = 'negotiating';
    this.cancelTimer();
    this.cancelTimer = this.parts.clock.after(NEGOTIATION_MS, () => this.end('FAIL', 'failedThere'));
    this.host.changed();
  }

  /** `said` is the other side's address as its message has it, with its kind. */
  private async launch(said: string | undefined, kind?: string): Promise<void> {
    if (this.phase !== 'negotiating') return;
    this.phase = 'launching';
    this.cancelTimer();
    try {
      const { ports, address } = this.application;
      const { own } = this;
      const answered = this.session.peerAnswer?.contextData;
      if (address.contextData === 'capabilities' && answered !== undefined) readSipContext(answered);
      const there = said === undefined ? undefined : readDialAddress(this.opened(said, kind));
      const port = ports.fixed ?? there?.port ?? ports.standard;
      const target = fillTemplate(this.doing.template, {
        ...(there === undefined ? {} : { address: there.host }),
        ...(port === undefined ? {} : { port }),
        role: this.role,
        contact: this.peer.address,
        ownAddress: own?.host ?? '',
        ...(own?.port === undefined ? {} : { ownPort: own.port }),
      });
      const { exited } = await this.parts.launcher.start(target);
      this.tell('started');
      if (this.isOver) return;
      // The other side connects to what has just been started.
      if (address.contextData === 'addressAndPort' && this.role === 'invitee' && own !== undefined) this.sayAddress(writeDialAddress(own));
      this.running(exited);
    } catch (error) {
      this.failed(error);
    }
  }

  private opened(said: string, kind: string | undefined): string {
    const { peerFeatures } = this.session;
    return kind === SEALED_KIND ? this.seal.read(said, peerFeatures) : this.seal.readMarked(said, peerFeatures);
  }

  private sayAddress(address: string): void {
    const { peerFeatures } = this.session;
    if (this.seal.seals(peerFeatures)) this.session.sendContextData(this.seal.write(address, peerFeatures), SEALED_KIND);
    else this.session.sendContextData(address);
  }

  private running(exited: Promise<number | null> | undefined): void {
    this.phase = 'running';
    this.host.settled(this);
    if (exited === undefined) this.host.handedOn(this);
    else void this.followProgram(exited);
  }

  private async followProgram(exited: Promise<number | null>): Promise<void> {
    const startedAtMs = this.parts.clock.monotonicMs();
    const code = await exited;
    if (this.isOver) return;
    if (this.parts.clock.monotonicMs() - startedAtMs >= HANDED_ON_MS) this.end('OUTBANDCANCEL');
    else if (code === 0) this.host.handedOn(this);
    else this.failed(new ActivityError('PROGRAM_FAILED', `the program ended at once with ${code ?? 'a signal'}`));
  }

  /** The other side hears the truth, and so does this person. */
  private notInstalled(): void {
    if (this.isOver) return;
    this.session.decline('REJECT_NOT_INSTALLED');
    this.tell('notInstalledHere');
    this.finish();
  }

  private decline(): void {
    this.session.decline();
    this.finish();
  }

  /** Cancels the session from this side; `say` is told to the person. */
  private end(code: 'TIMEOUT' | 'FAIL' | 'OUTBANDCANCEL', say?: Ending): void {
    if (this.isOver) return;
    this.session.cancel(code);
    if (say !== undefined) this.tell(say);
    this.finish();
  }

  /** Notes that the other side or the messenger ended the session. A started program belongs to this person and goes on. */
  private ended(say: Ending): void {
    if (this.isOver) return;
    if (this.phase !== 'running') this.tell(say);
    this.finish();
  }

  private failed(error: unknown): void {
    const code: ActivityErrorCode =
      error instanceof ActivityError ? error.code : error instanceof ProtocolError ? 'BAD_ADDRESS' : 'PROGRAM_FAILED';
    const known = error instanceof ProtocolError || error instanceof MessengerError || error instanceof ActivityError;
    this.parts.log('activity failed', { kind: this.doing.kind, code, message: known ? error.message : 'unexpected' });
    if (!this.isOver) this.session.cancel('FAIL');
    this.host.news({ tag: 'failedHere', kind: this.doing.kind, peer: this.session.peer, code });
    this.finish();
  }

  private tell(tag: Ending): void {
    this.host.news({ tag, kind: this.doing.kind, peer: this.session.peer });
  }

  private finish(): void {
    if (this.isOver) return;
    this.abandon();
    this.host.over(this);
  }
}
