import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import type { PictureQuality } from '../../protocol/rdp/picture-quality.ts';
import type { FileInvitation, GuestCode, Invitation } from '../../facts/invitations.ts';
import { randomBytes } from 'node:crypto';
import { ASK_FOR_REMOTE_ASSISTANCE, GOING_ON, OFFER_REMOTE_ASSISTANCE } from '../../protocol/assistance/application.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import {
  bindsPassword,
  type InvitationDocument,
  needsPassword,
  type OpenInvitation,
  openInvitation,
} from '../../protocol/assistance/invitation.ts';
import { readGuestCode } from '../../protocol/assistance/guest-code.ts';
import type { InvitationFileType } from '../../protocol/assistance/invitation-file.ts';
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import { readCode } from '../../protocol/trust/code.ts';
import type { Application, InvitationDetails, MessengersEvent, PeerAddress, RendezvousSession } from '../messenger/contract.ts';
import { MessengerError } from '../messenger/contract.ts';
import type { Assistance, AssistanceParts, NewFileInvitation, ViewerSink } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { errorText } from './error-text.ts';
import { ExpertByFile } from './expert-by-file.ts';
import { ExpertByMessenger } from './expert-by-messenger.ts';
import { ExpertRole } from './expert-role.ts';
import { askAsGuest, type AskingGuest } from './asking-guest.ts';
import { GuestDesk, isGuests } from './guest-desk.ts';
import { InviteByFile } from './invite-by-file.ts';
import { NoviceByMessenger } from './novice-by-messenger.ts';
import { noviceFeatures } from './novice-features.ts';
import { NoviceRole } from './novice-role.ts';
import { openTrust, trustedAnswer } from './open-trust.ts';
import { PendingInvitations } from './pending-invitations.ts';
import type { TrustedRendezvous } from './rendezvous-signal.ts';
import type { HelpedSession, HelpingSession, SessionHost } from './running-session.ts';
import { interrupterOf, TicketMemory } from './running-session.ts';
import { Emitter } from '../emitter.ts';
import { Interruptions } from '../interruptions.ts';

/** The only entry of this room. Starts listening for invitations at once. */
export function createAssistance(parts: AssistanceParts): Assistance {
  return new AssistanceRoom(parts);
}

type Session = HelpedSession | HelpingSession;

const isFor = (rendezvous: Pick<RendezvousSession, 'application'>, { guid }: Application): boolean =>
  rendezvous.application.guid.toLowerCase() === guid.toLowerCase();

class AssistanceRoom implements Assistance {
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly pending: PendingInvitations;
  private readonly changes: Emitter;
  private readonly offMessenger: () => void;
  private current: Session | undefined;
  private file: InviteByFile | undefined;
  private readonly guests: GuestDesk;
  private asking: AskingGuest | undefined;

  constructor(parts: AssistanceParts) {
    this.parts = parts;
    const log = parts.log ?? ((): void => {});
    const onError = (error: unknown): void => log('listener failed', { message: errorText(error) });
    this.changes = new Emitter(onError);
    this.host = {
      tickets: new TicketMemory(),
      interruptions: parts.interruptions ?? new Interruptions(parts.clock),
      log,
      random: parts.random ?? ((bytes) => new Uint8Array(randomBytes(bytes))),
      changed: () => this.changes.emit(),
    };
    this.pending = new PendingInvitations(parts, this.host);
    this.guests = new GuestDesk(parts, this.host, (guest) => this.pending.addGuest(guest, (declined) => this.guests.settle(declined)));
    this.offMessenger = parts.messengers.onEvent((event) => this.onMessenger(event));
  }

  get status(): SessionStatus | undefined {
    return this.current?.status;
  }

  get fileInvitation(): FileInvitation | undefined {
    return this.file?.status;
  }

  get guestCode(): GuestCode | undefined {
    return this.guests.status;
  }

  get listensForGuests(): boolean {
    return this.guests.listens;
  }

  get invitations(): readonly Invitation[] {
    return this.pending.invitations;
  }

  get onChange(): Assistance['onChange'] {
    return this.changes.on;
  }

  async askForHelp(expert: PeerAddress): Promise<void> {
    this.requireNoSession();
    this.requireSignedIn(expert);
    await this.requireDesktop();
    // Meanwhile the person may have clicked again or accepted an invitation, or the messenger may be gone.
    this.requireNoSession();
    this.requireSignedIn(expert);
    this.parts.connection.prepare();
    const trust = openTrust(this.parts, this.host, { role: 'novice', peer: expert, inviter: true });
    const rendezvous = this.invite(expert, ASK_FOR_REMOTE_ASSISTANCE, {
      features: noviceFeatures(this.parts.desktop, trust),
      answer: (_theirs, features) => trustedAnswer(trust, features),
    });
    this.run(new NoviceRole(this.parts, this.host, (role) => new NoviceByMessenger(role, this.parts, this.host, { rendezvous, trust })));
  }

  async inviteByFile(type: InvitationFileType): Promise<NewFileInvitation> {
    this.requireNoFileInvitation();
    await this.requireDesktop();
    this.requireNoFileInvitation();
    // One that has expired may still be answering.
    void this.file?.cancel();
    this.parts.connection.prepare();
    const file = new InviteByFile(this.parts, { ...this.host, begin: (session) => this.beginHelped(session) }, type);
    this.file = file;
    try {
      return await file.open();
    } catch (error) {
      await file.cancel();
      if (this.file === file) this.file = undefined;
      throw error;
    }
  }

  async removeFileInvitation(): Promise<void> {
    const { file } = this;
    if (file === undefined) return;
    this.file = undefined;
    await file.cancel();
    this.changes.emit();
  }

  helpByInvitation(document: InvitationDocument, password: string): void {
    this.requireNoSession();
    const bound = bindsPassword(document);
    if (!bound && password !== '' && !needsPassword(document))
      throw new AssistanceError('NO_PASSWORD_IN_FILE', 'the invitation has no password, so it is not the one that was made with it');
    if (!bound && !this.parts.trust.allowUnverified()) throw new AssistanceError('UNBOUND_INVITATION', 'anybody could have made this');
    const invitation = opened(document, password);
    this.run(new ExpertRole(this.parts, this.host, (role) => new ExpertByFile(role, this.parts, this.host, { invitation, bound })));
  }

  openGuestCode(): void {
    this.guests.open();
  }

  closeGuestCode(): void {
    this.guests.close();
  }

  async askAsGuest(expert: PeerAddress, typed: string): Promise<void> {
    const code = readGuestCode(typed);
    if (code === undefined) throw new AssistanceError('BAD_GUEST_CODE', 'not eight characters of its alphabet');
    this.requireMayAsk(expert);
    await this.requireDesktop();
    this.requireMayAsk(expert);
    const invite = (details: InvitationDetails): RendezvousSession => this.invite(expert, ASK_FOR_REMOTE_ASSISTANCE, details);
    const begin = (guest: TrustedRendezvous): void => {
      // An invitation may have been accepted meanwhile.
      this.requireNoSession();
      this.run(new NoviceRole(this.parts, this.host, (role) => new NoviceByMessenger(role, this.parts, this.host, guest)));
    };
    this.asking = askAsGuest(this.parts, this.host, { expert, code, invite, begin });
    try {
      await this.asking.begun;
    } finally {
      this.asking = undefined;
    }
  }

  stopAskingAsGuest(): void {
    this.asking?.stop();
  }

  offerHelp(novice: PeerAddress): void {
    this.requireNoSession();
    this.requireSignedIn(novice);
    this.parts.connection.prepare();
    const trust = openTrust(this.parts, this.host, { role: 'expert', peer: novice, inviter: true });
    const rendezvous = this.invite(novice, OFFER_REMOTE_ASSISTANCE, {
      features: trust.features(),
      answer: (_theirs, features) => trustedAnswer(trust, features),
    });
    this.run(new ExpertRole(this.parts, this.host, (role) => new ExpertByMessenger(role, this.parts, this.host, { rendezvous, trust })));
  }

  acceptInvitation(id: string): void {
    const pending = this.pending.get(id);
    this.requireNoSession();
    const { from, offer } = pending.invitation;
    this.parts.connection.prepare();
    this.host.interruptions.welcome(offer === true ? 'offer' : 'invitation', interrupterOf(from));
    this.pending.forget(id);
    this.run(pending.take());
    if (pending.invitation.guest) this.guests.settle(true);
  }

  declineInvitation(id: string): void {
    this.pending.get(id).decline();
  }

  async endSession(): Promise<void> {
    const session = this.requireSession();
    session.stop();
    await session.closed;
  }

  enterCode(typed: string): void {
    const session = this.requireRunning();
    const code = readCode(typed);
    if (code === undefined) throw new AssistanceError('BAD_CODE', 'not six digits');
    session.enterCode(code);
  }

  failSession(error: unknown): void {
    if (this.current?.over === false) this.current.fail(errorText(error));
  }

  offerControl(): void {
    this.requireNovice().offerControl();
  }
  takeBackControl(): void {
    this.requireNovice().takeBackControl();
  }

  setSound(on: boolean): void {
    this.requireNovice().setSound(on);
  }
  present(): void {
    this.requireNovice().present();
  }
  share(part: SharedPart): void {
    this.requireNovice().share(part);
  }
  requestControl(): void {
    this.requireExpert().requestControl();
  }
  releaseControl(): void {
    this.requireExpert().releaseControl();
  }
  choosePicture(quality: PictureQuality): void {
    this.requireExpert().choosePicture(quality);
  }
  wishForPart(part: SharedPart): void {
    this.requireExpert().wishForPart(part);
  }
  attachViewer(sink: ViewerSink): () => void {
    return this.requireExpert().attachViewer(sink);
  }

  dismissSession(): void {
    if (this.current === undefined) return;
    this.requireNoSession();
    this.current = undefined;
    this.changes.emit();
  }

  async close(): Promise<void> {
    this.offMessenger();
    const abandoned = this.pending.abandon();
    this.asking?.stop();
    this.guests.close();
    this.current?.stop();
    await Promise.all([this.current?.closed, this.file?.cancel(), abandoned]);
  }

  private onMessenger(event: MessengersEvent): void {
    if (event.tag === 'invitation') this.onInvitationSession(event.session);
    else if (event.tag === 'missed' && isFor(event, ASK_FOR_REMOTE_ASSISTANCE)) void this.missed(event);
  }

  /** It came to nothing before anybody here could hear it: in the record it stands as a request that ran out of time. */
  private async missed({ id, peer, atMs }: MessengersEvent & { readonly tag: 'missed' }): Promise<void> {
    const moments = { startedAtMs: atMs, endedAtMs: atMs };
    await this.parts.history.add({ id, role: 'expert', peer, ...moments, viewed: false, controlled: false, reason: 'timedOut' });
  }

  private onInvitationSession(rendezvous: RendezvousSession): void {
    // Invitations of other applications belong to other rooms; the transport answers those whose GUID is not registered.
    if (isFor(rendezvous, GOING_ON)) {
      // Another device of this person's may be the one: this one has no such session.
      if (this.current?.over !== false || !this.current.adopt(rendezvous)) rendezvous.decline('REJECT_NOT_INSTALLED');
      return;
    }
    const isOffer = isFor(rendezvous, OFFER_REMOTE_ASSISTANCE);
    if (!isOffer && isGuests(rendezvous) && isFor(rendezvous, ASK_FOR_REMOTE_ASSISTANCE)) return this.guests.take(rendezvous);
    if (!isOffer && !isFor(rendezvous, ASK_FOR_REMOTE_ASSISTANCE)) return;
    if (isOffer && this.parts.allowOffers?.(rendezvous.peer) !== true) {
      rendezvous.decline('REJECT_NOT_INSTALLED');
      return;
    }
    this.pending.add(rendezvous, isOffer ? 'offer' : 'invitation');
  }

  private run(session: Session): void {
    this.current = session;
    session.begin();
    this.changes.emit();
  }

  private invite(peer: PeerAddress, application: Application, details: InvitationDetails = {}): RendezvousSession {
    try {
      return this.parts.messengers.invite(peer, application, details);
    } catch (error) {
      if (error instanceof MessengerError && error.code === 'NOT_SIGNED_IN') {
        throw new AssistanceError('NOT_SIGNED_IN', 'the messenger is not signed in', { cause: error });
      }
      throw error;
    }
  }

  private requireSignedIn({ transport }: PeerAddress): void {
    const { tag } = this.parts.messengers.stateOf(transport);
    if (tag !== 'signedIn') throw new AssistanceError('NOT_SIGNED_IN', `the messenger is ${tag}`);
  }

  private requireNoSession(): void {
    if (this.current !== undefined && !this.current.over) throw new AssistanceError('BUSY', 'a session is running');
  }

  private requireMayAsk(expert: PeerAddress): void {
    this.requireNoSession();
    if (this.asking !== undefined) throw new AssistanceError('BUSY', 'a code is being tried');
    this.requireSignedIn(expert);
  }

  private requireSession(): Session {
    if (this.current === undefined) throw new AssistanceError('NO_SESSION', 'no session');
    return this.current;
  }

  private requireRunning(): Session {
    const session = this.requireSession();
    if (session.over) throw new AssistanceError('NO_SESSION', 'the session is over');
    return session;
  }

  private requireNovice(): HelpedSession {
    const session = this.requireRunning();
    if (session.role !== 'novice') throw new AssistanceError('WRONG_ROLE', 'not in this role');
    return session;
  }

  private requireExpert(): HelpingSession {
    const session = this.requireRunning();
    if (session.role !== 'expert') throw new AssistanceError('WRONG_ROLE', 'not in this role');
    return session;
  }

  private requireNoFileInvitation(): void {
    if (this.file?.status.state === 'waiting') throw new AssistanceError('BUSY', 'a saved invitation is waiting');
  }

  private async requireDesktop(): Promise<void> {
    const support = await this.parts.desktop.support().catch((error: unknown) => {
      throw new AssistanceError('DESKTOP_UNAVAILABLE', 'the desktop cannot be looked at', { cause: error });
    });
    if (!support.capture) throw new AssistanceError('DESKTOP_UNAVAILABLE', support.reason ?? 'this desktop cannot be shared');
  }

  private beginHelped(session: HelpedSession): boolean {
    if (this.current !== undefined && !this.current.over) return false;
    this.current = session;
    this.changes.emit();
    return true;
  }
}

function opened(document: InvitationDocument, password: string): OpenInvitation {
  try {
    const invitation = openInvitation(document, password);
    if (invitation.keyHashes.length === 0 && invitation.certificate === undefined)
      throw new AssistanceError('NO_KEY_HASH', 'the invitation does not name the key of the computer to connect to');
    return invitation;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const code = error.code === 'REFUSED' && error.field === 'LHTICKET' ? 'WRONG_PASSWORD' : 'BAD_INVITATION';
    throw new AssistanceError(code, error.message, { cause: error });
  }
}
