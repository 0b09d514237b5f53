import type { Invitation } from '../../facts/invitations.ts';
import type {
  ControlPause,
  ControlState,
  HistoryEntry,
  KeptAway,
  NoDoor,
  Role,
  SessionConnection,
  SessionPhase,
  SessionStatus,
  SessionTraffic,
  StepStatus,
} from '../../protocol/assistance/status.ts';
import type { Search } from '../../protocol/assistance/reconnection.ts';
import type { SessionTrust } from '../../protocol/assistance/session-trust.ts';
import type { SeenTickets } from '../../protocol/assistance/ticket.ts';
import { rememberTicket } from '../../protocol/assistance/ticket.ts';
import type { FilmMaker } from '../../protocol/rdp/film-maker.ts';
import type { PictureQuality } from '../../protocol/rdp/picture-quality.ts';
import type { SharedPart, Sharing } from '../../protocol/rdp/shared-part.ts';
import type { SoundState } from '../../protocol/rdp/sound-state.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { Clock } from '../clock.ts';
import type { LinkTraffic } from '../connection/contract.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { Interruptions } from '../interruptions.ts';
import type { Attendance } from './attendance.ts';
import type { AssistanceLog, Peer, ViewerSink } from './contract.ts';

/** Traffic, frame rate and round trip are told as often as a person reads them, and where they differ: each telling draws the windows anew. */
const TRAFFIC_PERIOD_MS = 1_000;

/** What a session needs from the room beside its parts. */
export interface SessionHost {
  readonly tickets: TicketMemory;
  readonly log: AssistanceLog;
  readonly random: (bytes: number) => Uint8Array;
  readonly interruptions: Interruptions;
  /** The session's status has changed. */
  readonly changed: () => void;
}

interface RunningSession {
  readonly status: SessionStatus;
  readonly over: boolean;
  /** Resolves when it is over and nothing of it is open. */
  readonly closed: Promise<void>;
  /** Begins. Called once, when the room has made this its current session. */
  begin(): void;
  /** Ends it, on this person's wish. */
  stop(): void;
  /** Six digits that this side's person was told. */
  enterCode(code: string): void;
  /** The other side has begun a conversation to find this one again. False where it is nobody's, or nobody is missing. */
  adopt(rendezvous: RendezvousSession): boolean;
  /** Ends it, because of a mistake in this program. */
  fail(detail: string): void;
}

/** A session of the novice, as the room sees it. */
export interface HelpedSession extends RunningSession {
  readonly role: 'novice';
  offerControl(): void;
  takeBackControl(): void;
  /** On asks the novice; nothing happens before the screen is shown. */
  setSound(on: boolean): void;
  /** The novice has given a sign of being there. */
  present(): void;
  share(part: SharedPart): void;
}

/** A session of the expert. */
export interface HelpingSession extends RunningSession {
  readonly role: 'expert';
  /** Throws AssistanceError NO_CHANNEL. */
  requestControl(): void;
  releaseControl(): void;
  choosePicture(quality: PictureQuality): void;
  wishForPart(part: SharedPart): void;
  attachViewer(sink: ViewerSink): () => void;
}

/** Somebody asks for help, or offers it, until it is answered. */
export interface PendingInvitation {
  readonly invitation: Invitation;
  /** The person's yes: the session that comes of it, not begun. */
  take(): HelpedSession | HelpingSession;
  /** The person's no. */
  decline(): void;
  /** The program quits: lets it go without a word; the messenger's signing out says it. */
  abandon(): Promise<void>;
}

/** How a session comes to its connection, how far it is on the way, and why it ends. `News` is what its role tells. */
export interface Entrance<News> {
  readonly id: string;
  readonly peer: Peer;
  /** The expert's offer began it. */
  readonly offered?: boolean;
  /** Of the novice: what the expert's keyboard writes may travel as text. */
  readonly takesText?: boolean;
  readonly progress: SessionFacts['negotiation'];
  begin(): void;
  stop(): void;
  /** Where a code can be asked for. */
  enterCode?(code: string): void;
  /** Where there is a messenger between the two. */
  adopt?(rendezvous: RendezvousSession): boolean;
  tell(news: News): void;
}

/** Whose interruptions are counted together: a person, or whoever has a saved invitation. */
export const interrupterOf = ({ transport, address }: Peer): string => (transport === undefined ? 'file' : `${transport} ${address}`);

/** Ids of every ticket used since the program started, the newest of them. */
export class TicketMemory {
  private ids: SeenTickets = [];
  get seen(): SeenTickets {
    return this.ids;
  }
  remember(id: Uint8Array): void {
    this.ids = rememberTicket(this.ids, id);
  }
}

/** Where a session's facts come from. */
export interface SessionFacts {
  readonly role: Role;
  readonly id: string;
  readonly peer: Peer;
  readonly offered: boolean;
  readonly takesText?: boolean;
  readonly keyboard?: { readonly code: string; readonly name: string } | undefined;
  readonly startedAtMs: number;
  readonly noDoor?: NoDoor | undefined;
  readonly negotiation: {
    readonly phase: SessionPhase;
    readonly steps: readonly StepStatus[];
    readonly connection: SessionConnection | undefined;
    /** What makes sure who the other side is; nothing over an invitation file says it here. */
    readonly trust?: Pick<SessionTrust, 'dialogue' | 'device'>;
  };
  /** Once there is an RDP connection. */
  readonly link: { readonly traffic: LinkTraffic; readonly connection: SessionConnection } | undefined;
  /** Of the novice: whether they are still there. */
  readonly watch?: { readonly now: Attendance; readonly endsAtMs: number | undefined };
  /** How the two find each other again. */
  readonly reunion?: {
    /** While the other side is missing. */
    readonly search: Search | undefined;
    readonly found: number;
    /** The session goes over another connection than it began with. */
    readonly moved: boolean;
    /** On an earlier connection. */
    readonly wasControlled: boolean;
  };
  readonly session:
    | {
        readonly controlState: ControlState;
        readonly controlPause?: ControlPause | undefined;
        readonly keptAway?: KeptAway | undefined;
        readonly controlled: boolean;
        readonly controlWished?: boolean;
        readonly framesPerSecond: number;
        readonly roundTripMs: number | undefined;
        readonly pictureAgeMs: number | undefined;
        readonly quality?: PictureQuality | undefined;
        readonly filmBy?: FilmMaker | undefined;
        readonly sound?: SoundState | undefined;
        readonly silentSinceMs: number | undefined;
        /** The expert's window is to be seen. */
        readonly viewing: boolean;
        readonly desktop?: Size | undefined;
        readonly shared?: Sharing | undefined;
        readonly wishedPart?: SharedPart | undefined;
        readonly partWish?: 'asked' | 'refused' | undefined;
      }
    | undefined;
}

/** Figures of the connection that there is now; undefined while there is none. */
export function trafficOf({ link, session }: Pick<SessionFacts, 'link' | 'session'>): SessionTraffic | undefined {
  if (link === undefined || session === undefined) return undefined;
  return {
    bytesSent: link.traffic.bytesSent,
    bytesReceived: link.traffic.bytesReceived,
    framesPerSecond: session.framesPerSecond,
    ...(session.roundTripMs === undefined ? {} : { roundTripMs: session.roundTripMs }),
    ...(session.pictureAgeMs === undefined ? {} : { pictureAgeMs: session.pictureAgeMs }),
  };
}

/** The status as people see it, as of now. */
export function statusOf({
  role,
  id,
  peer,
  offered,
  takesText,
  keyboard,
  startedAtMs,
  noDoor,
  negotiation,
  link,
  session,
  watch,
  reunion,
}: SessionFacts): SessionStatus {
  const { phase, steps, trust } = negotiation;
  const { dialogue, device } = trust ?? {};
  const { search, found = 0 } = reunion ?? {};
  const connection = connectionOf({ negotiation, link, reunion });
  const traffic = trafficOf({ link, session });
  return {
    id,
    role,
    peer,
    ...(offered ? { offered } : {}),
    ...(takesText === true ? { takesText } : {}),
    startedAtMs,
    phase,
    ...(dialogue === undefined || phase.tag !== 'tickets' ? {} : { code: dialogue }),
    ...(device === undefined ? {} : { device }),
    steps,
    ...(connection === undefined ? {} : { connection }),
    ...(noDoor === undefined || phase.tag !== 'ended' || phase.reason !== 'noConnection' ? {} : { noDoor }),
    viewing: phase.tag === 'connected' && search === undefined && session?.viewing === true,
    control: phase.tag === 'ended' || session === undefined ? 'no' : session.controlState,
    ...(phase.tag === 'connected' && session?.controlWished === true ? { controlWished: true } : {}),
    ...(phase.tag === 'connected' && watch !== undefined && watch.now !== 'there' ? { attendance: watch.now } : {}),
    ...(phase.tag === 'connected' && watch?.endsAtMs !== undefined ? { endsAtMs: watch.endsAtMs } : {}),
    ...(phase.tag === 'ended' || session?.controlPause === undefined ? {} : { controlPause: session.controlPause }),
    ...(session?.keptAway === undefined ? {} : { keptAway: session.keptAway }),
    ...(keyboard === undefined || (keyboard.code === '' && keyboard.name === '')
      ? {}
      : { keyboard: { code: keyboard.code, name: keyboard.name } }),
    ...(traffic === undefined ? {} : { traffic }),
    ...(phase.tag !== 'connected' || session?.silentSinceMs === undefined ? {} : { silentSinceMs: session.silentSinceMs }),
    ...(phase.tag !== 'connected' || search === undefined ? {} : { search: { sinceMs: search.sinceMs, untilMs: search.untilMs } }),
    ...(found === 0 ? {} : { found }),
    ...(session?.quality === undefined ? {} : { quality: session.quality }),
    ...(session?.filmBy === undefined ? {} : { filmBy: session.filmBy }),
    ...(phase.tag !== 'connected' || session?.sound === undefined ? {} : { sound: session.sound }),
    ...(session?.desktop === undefined ? {} : { desktop: session.desktop }),
    ...(phase.tag !== 'connected' || session?.shared === undefined ? {} : { sharing: session.shared }),
    ...(phase.tag !== 'connected' || session?.wishedPart === undefined ? {} : { wishedPart: session.wishedPart }),
    ...(phase.tag !== 'connected' || session?.partWish === undefined ? {} : { partWish: session.partWish }),
  };
}

/** What is kept of an ended session; undefined before its end. `viewed`: the picture has been shown. */
export function historyEntryOf(
  { role, id, peer, offered, startedAtMs, negotiation, link, session, reunion }: SessionFacts,
  viewed: boolean,
): HistoryEntry | undefined {
  const { phase } = negotiation;
  const connection = connectionOf({ negotiation, link, reunion });
  if (phase.tag !== 'ended') return undefined;
  return {
    id,
    role,
    peer,
    ...(offered ? { offered } : {}),
    startedAtMs,
    ...(phase.sinceMs === undefined ? {} : { connectedAtMs: phase.sinceMs }),
    endedAtMs: phase.atMs,
    ...(connection === undefined ? {} : { connectedBy: connection.by, address: connection.address }),
    viewed,
    controlled: session?.controlled === true || reunion?.wasControlled === true,
    ...(reunion === undefined || reunion.found === 0 ? {} : { found: reunion.found }),
    reason: phase.reason,
    ...(phase.answeredOn === undefined ? {} : { answeredOn: phase.answeredOn }),
  };
}

/** The newest, where the two have found each other again. */
function connectionOf({
  negotiation,
  link,
  reunion,
}: Pick<SessionFacts, 'negotiation' | 'link'> & { readonly reunion: SessionFacts['reunion'] | undefined }): SessionConnection | undefined {
  return reunion?.moved !== true ? negotiation.connection : (link?.connection ?? negotiation.connection);
}

/** Calls `tick` at the beginning of every second, when windows move their clocks on as well and draw both at once, until the returned function is called. */
export function everyTrafficPeriod(clock: Clock, tick: () => void): () => void {
  let cancel = (): void => {};
  const arm = (): void => {
    cancel = clock.after(TRAFFIC_PERIOD_MS - (clock.now() % TRAFFIC_PERIOD_MS), () => {
      arm();
      tick();
    });
  };
  arm();
  return () => cancel();
}
