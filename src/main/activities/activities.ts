import type { Activity } from '../../facts/activities.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import {
  APPLICATIONS,
  applicationOf,
  applicationOfActivity,
  guidsOf,
  invited,
  type ActivityKind,
} from '../../protocol/applications/applications.ts';
import { peerKey, samePeer } from '../../protocol/applications/peer.ts';
import { readSipContext, type SipCapability } from '../../protocol/applications/sip-context.ts';
import type { MessengersEvent, PeerAddress, RendezvousSession } from '../messenger/contract.ts';
import { AddressSeal } from './address-seal.ts';
import type { Activities, ActivitiesParts, ActivityNews } from './contract.ts';
import { ActivityError } from './contract.ts';
import {
  announcedPort,
  detailsOf,
  hasProgram,
  RunningActivity,
  type ActivityHost,
  type Doing,
  type OwnAddress,
} from './running-activity.ts';
import { templateOf } from './template.ts';
import { Emitter } from '../emitter.ts';
import { Interruptions } from '../interruptions.ts';

/** Activities that may wait or be negotiated at a time; further invitations are declined. */
const LIMIT = 12;
/** Invitation sessions kept open for programs whose exit cannot be observed; a further one cancels the oldest. */
const HANDED_ON_LIMIT = 4;

/** Every GUID that this room answers. */
export const ACTIVITY_GUIDS: readonly string[] = Object.values(APPLICATIONS)
  .filter(({ key }) => key !== 'remoteAssistance' && key !== 'offerRemoteAssistance')
  .flatMap(guidsOf);

/** Creates the use case, which answers the messenger's invitations from this call on. */
export function createActivities(parts: ActivitiesParts): Activities {
  return new ActivitiesRoom(parts);
}

class ActivitiesRoom implements Activities, ActivityHost {
  private readonly parts: ActivitiesParts;
  private readonly interruptions: Interruptions;
  /** Those that call nobody. */
  private readonly quiet = new Set<string>();
  /** Activities that wait or are being negotiated, by session id. */
  private readonly open = new Map<string, RunningActivity>();
  private readonly running = new Set<RunningActivity>();
  private handed: readonly RunningActivity[] = [];
  private readonly changes = new Emitter();
  private readonly allNews = new Emitter<ActivityNews>();
  private readonly offMessenger: () => void;

  constructor(parts: ActivitiesParts) {
    this.parts = parts;
    this.interruptions = parts.interruptions ?? new Interruptions(parts.clock);
    this.offMessenger = parts.messengers.onEvent((event) => this.heard(event));
  }

  get list(): readonly Activity[] {
    return Array.from(this.open, ([id, { view }]) => (this.quiet.has(id) ? { ...view, quiet: true } : view));
  }

  get onChange(): Activities['onChange'] {
    return this.changes.on;
  }

  get onNews(): Activities['onNews'] {
    return this.allNews.on;
  }

  async start(peer: PeerAddress, kind: ActivityKind): Promise<void> {
    const doing = this.doing(kind);
    if (doing === undefined) throw new ActivityError('NO_PROGRAM', 'no program is registered for it');
    if (!(await hasProgram(doing, this.parts))) throw new ActivityError('NO_PROGRAM', 'the system has no program for such addresses');
    const application = applicationOfActivity(kind);
    this.requireSignedIn(peer);
    const port = await announcedPort(application, doing.template, this.parts);
    this.requireSignedIn(peer);
    if (this.open.size >= LIMIT) throw new ActivityError('TOO_MANY_ACTIVITIES', 'too many at a time');
    const own = { host: this.parts.ownAddress(), ...(port === undefined ? {} : { port }) };
    const seal = this.sealFor(peer);
    const session = this.parts.messengers.invite(peer, invited(application), detailsOf(application, doing, own, seal));
    this.add(session, doing, { own, seal });
  }

  async accept(id: string): Promise<void> {
    const activity = this.require(id);
    this.interruptions.welcome('activity', peerKey(activity.peer));
    await activity.accept();
  }

  cancel(id: string): void {
    this.require(id).cancel();
  }

  close(): void {
    this.offMessenger();
    for (const activity of [...this.open.values(), ...this.running]) activity.abandon();
    this.open.clear();
    this.quiet.clear();
    this.running.clear();
    this.handed = [];
  }

  /* ---------- what activities say ---------- */

  changed(): void {
    this.changes.emit();
  }

  news(news: ActivityNews): void {
    this.allNews.emit(news);
  }

  settled(activity: RunningActivity): void {
    this.open.delete(activity.session.id);
    this.quiet.delete(activity.session.id);
    this.running.add(activity);
    this.changed();
  }

  over(activity: RunningActivity): void {
    this.open.delete(activity.session.id);
    this.quiet.delete(activity.session.id);
    this.running.delete(activity);
    this.handed = this.handed.filter((each) => each !== activity);
    this.changed();
  }

  handedOn(activity: RunningActivity): void {
    const older = this.handed.filter(({ peer }) => samePeer(peer, activity.peer));
    this.handed = [...this.handed, activity];
    for (const each of older) each.cancel();
    if (this.handed.length > HANDED_ON_LIMIT) this.handed[0]?.cancel();
  }

  /* ---------- invitations ---------- */

  private heard(event: MessengersEvent): void {
    if (event.tag === 'invitation') this.invited(event.session);
    else if (event.tag === 'invitationRefused') {
      this.parts.log('invitation refused', { reason: event.reason, what: event.what });
      this.told({ tag: event.reason === 'malformed' ? 'malformed' : 'unknown', what: event.what, peer: event.peer });
    }
  }

  /** Of an invitation that came to nothing at once: as often as one that rings may come. */
  private told(news: ActivityNews): void {
    if (this.interruptions.admit('activity', peerKey(news.peer)) === 'loud') this.news(news);
  }

  private invited(session: RendezvousSession): void {
    const kind = this.kindOf(session);
    if (kind === undefined) return;
    if (kind === 'malformed') {
      session.decline();
      return this.told({ tag: 'malformed', what: session.application.name, peer: session.peer });
    }
    const doing = this.doing(kind);
    if (doing === undefined) {
      session.decline('REJECT_NOT_INSTALLED');
      return this.told({ tag: 'notInstalledHere', kind, peer: session.peer });
    }
    if (this.open.size >= LIMIT || this.open.has(session.id)) {
      this.parts.log('invitation declined', { open: this.open.size });
      return session.decline();
    }
    const volume = this.interruptions.admit('activity', peerKey(session.peer));
    if (volume === 'none') {
      this.parts.log('invitation declined', { reason: 'too many' });
      return session.decline();
    }
    if (volume === 'quiet') this.quiet.add(session.id);
    this.add(session, doing, { own: undefined, seal: this.sealFor(session.peer) });
  }

  /**
   * The activity that the invitation's GUID and capabilities stand for; undefined for Remote Assistance and unknown GUIDs, which other
   * rooms answer.
   */
  private kindOf(session: RendezvousSession): ActivityKind | 'malformed' | undefined {
    const key = applicationOf(session.application.guid)?.key;
    if (key === undefined || key === 'remoteAssistance' || key === 'offerRemoteAssistance') return undefined;
    if (key !== 'conversation') return key;
    // An invitation without capabilities means voice, which every client of the time could do.
    if (session.contextData === undefined) return 'voice';
    try {
      return readSipContext(session.contextData).requested.includes('video') ? 'video' : 'voice';
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.parts.log('invitation refused', { reason: 'malformed', what: error.message });
      return 'malformed';
    }
  }

  private sealFor(peer: PeerAddress): AddressSeal {
    const state = this.parts.messengers.stateOf(peer.transport);
    return new AddressSeal(this.parts.trust, state.tag === 'signedIn' ? state.address : '', peer);
  }

  private add(session: RendezvousSession, doing: Doing, address: OwnAddress): void {
    this.open.set(session.id, new RunningActivity(session, doing, address, this.parts, this));
    this.changed();
  }

  private doing(kind: ActivityKind): Doing | undefined {
    const programs = this.parts.programs();
    const found = templateOf(kind, programs[kind]);
    if (found === undefined) return undefined;
    const capabilities: readonly SipCapability[] = templateOf('video', programs.video) === undefined ? ['audio'] : ['audio', 'video'];
    return { kind, ...found, capabilities };
  }

  private require(id: string): RunningActivity {
    const activity = this.open.get(id);
    if (activity === undefined) throw new ActivityError('UNKNOWN_ACTIVITY', 'this invitation is gone');
    return activity;
  }

  private requireSignedIn({ transport }: PeerAddress): void {
    if (this.parts.messengers.stateOf(transport).tag !== 'signedIn')
      throw new ActivityError('NOT_SIGNED_IN', 'the messenger is not signed in');
  }
}
