import type { FileInvitation } from '../../facts/invitations.ts';
import { createHash, randomUUID } from 'node:crypto';
import { generatePassword } from '../../protocol/assistance/assistance-crypto.ts';
import { writeInvitation, type WrittenInvitation } from '../../protocol/assistance/invitation.ts';
import type { InvitationFileType } from '../../protocol/assistance/invitation-file.ts';
import type { NoviceEndpointEvent, NoviceLink } from '../connection/contract.ts';
import type { AssistanceParts, NewFileInvitation } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { errorText } from './error-text.ts';
import { NoviceByFile } from './novice-by-file.ts';
import { NoviceRole } from './novice-role.ts';
import { RemdeskGate } from './remdesk-gate.ts';
import type { HelpedSession, SessionHost } from './running-session.ts';
import { noviceChannels } from './session-channels.ts';
import { Scope } from './scope.ts';

const VALID_MINUTES = 60;
/** So long after its time an invitation still answers, to say that it has expired. */
const EXPIRED_ANSWER_MS = 600_000;
const MAX_WRONG_PASSWORDS = 3;
/** After each wrong password nobody is listened to for this long, times the number of them. */
const WRONG_PASSWORD_PAUSE_MS = 3_000;
const MAX_NAME_CHARACTERS = 64;

export interface InviteByFileHost extends SessionHost {
  /** Begins the session of an expert who has the password; false where another session is running. */
  readonly begin: (session: HelpedSession) => boolean;
}

type State = FileInvitation['state'];

/**
 * One saved invitation, from the file to the one expert who has its password. Listens until it is used, cancelled, burnt by wrong passwords
 * or past its time; then it is never good again.
 */
export class InviteByFile {
  private readonly id = randomUUID();
  private readonly parts: AssistanceParts;
  private readonly host: InviteByFileHost;
  private readonly type: InvitationFileType;
  private readonly scope: Scope;
  private readonly expiresAtMs: number;
  private state: State = 'waiting';
  private wrongPasswords = 0;
  private pausedUntilMs = Number.NEGATIVE_INFINITY;
  private written: WrittenInvitation | undefined;
  private gate: RemdeskGate | undefined;

  constructor(parts: AssistanceParts, host: InviteByFileHost, type: InvitationFileType) {
    this.parts = parts;
    this.host = host;
    this.type = type;
    this.expiresAtMs = parts.clock.now() + VALID_MINUTES * 60_000;
    this.scope = new Scope((error) => host.log('error', { role: 'novice', message: errorText(error) }));
  }

  get status(): FileInvitation {
    const { id, state, expiresAtMs, wrongPasswords } = this;
    return { id, state, expiresAtMs, wrongPasswords };
  }

  /** Starts listening and gives the file and the password, which is kept nowhere else. Throws ConnectionError, AssistanceError ENDED. */
  async open(): Promise<NewFileInvitation> {
    const endpoint = await this.scope.open((signal) => this.parts.connection.openNovice(signal, { standing: true }));
    if (endpoint === undefined) throw new AssistanceError('ENDED', 'the invitation was cancelled');
    const password = generatePassword(this.host.random);
    const { ticket, sessionId, pin, certificate } = endpoint;
    const fromMs = this.parts.clock.now();
    this.written = writeInvitation(
      {
        type: this.type,
        userName: this.parts.userName(),
        password,
        addresses: ticket.addresses,
        sessionId,
        pin,
        sha1: createHash('sha1').update(certificate).digest(),
        fromMs,
        minutes: VALID_MINUTES,
      },
      this.host.random,
    );
    this.scope.add(endpoint.onEvent((event) => this.onEndpoint(event)));
    this.scope.add(this.parts.clock.after(this.expiresAtMs - fromMs, () => this.expire()));
    this.host.changed();
    return { text: this.written.text, password, expiresAtMs: this.expiresAtMs };
  }

  /** The person takes it back, or the program quits. Resolves when nothing of it is open; a session that came of it goes on. */
  async cancel(): Promise<void> {
    this.end('cancelled');
    await this.scope.close();
  }

  private onEndpoint(event: NoviceEndpointEvent): void {
    if (event.tag === 'refused') this.host.log('connection refused', { role: 'novice', by: event.by, code: event.error.code });
    if (event.tag === 'presented') this.onPresented(event.link);
  }

  private onPresented(link: NoviceLink): void {
    // A timer does not run while the computer sleeps.
    if (this.parts.clock.now() >= this.expiresAtMs) this.expire();
    const { written } = this;
    if (written === undefined || this.parts.clock.monotonicMs() < this.pausedUntilMs) {
      void link.close('denied');
      return;
    }
    const channels = noviceChannels();
    const gate: RemdeskGate = new RemdeskGate({
      link,
      channels: channels.list,
      clock: this.parts.clock,
      remdesk: { version: this.type, pass: written.pass, rcTicket: written.rcTicket, usable: () => this.state === 'waiting' },
      desktopSize: () => this.parts.desktop.size({ tag: 'all' }),
      allowPlain: () => this.state === 'waiting' && this.parts.allowPlainExperts(),
      verified: (expertName, active, byPassword) => {
        const address = link.connection.address;
        const verification = { tag: byPassword ? 'password' : 'unverified' } as const;
        const peer = { address, friendlyName: expertName.slice(0, MAX_NAME_CHARACTERS), verification };
        const expert = {
          link,
          peer,
          active: () => gate.newestActive ?? active,
          channels,
          answer: (allowed: boolean) => gate.answer(allowed),
        };
        const session = new NoviceRole(this.parts, this.host, (role) => new NoviceByFile(role, this.parts, this.host, expert));
        if (!this.host.begin(session)) {
          gate.answer(false);
          return;
        }
        this.end('used');
        session.begin();
      },
      refused: (why) => {
        if (this.gate === gate) this.gate = undefined;
        if (why !== 'gone') this.host.log('expert refused', { why });
        if (why === 'wrongPassword' || why === 'outOfOrder') this.countWrong();
      },
    });
    this.gate = gate;
  }

  private countWrong(): void {
    if (this.state !== 'waiting') return;
    this.wrongPasswords += 1;
    this.pausedUntilMs = this.parts.clock.monotonicMs() + this.wrongPasswords * WRONG_PASSWORD_PAUSE_MS;
    if (this.wrongPasswords >= MAX_WRONG_PASSWORDS) this.end('burnt');
    else this.host.changed();
  }

  private expire(): void {
    if (this.state !== 'waiting') return;
    this.state = 'expired';
    this.gate?.expire();
    this.scope.add(this.parts.clock.after(EXPIRED_ANSWER_MS, () => void this.scope.close()));
    this.host.changed();
  }

  private end(state: Exclude<State, 'waiting' | 'expired'>): void {
    if (this.state === 'waiting') {
      this.state = state;
      // An expert that has not proved the password yet is told why.
      this.gate?.expire();
      this.host.changed();
    }
    void this.scope.close();
  }
}
