import type { GuestCode } from '../../facts/invitations.ts';
import { GUEST_FEATURE } from '../../protocol/assistance/guest-admission.ts';
import { GUEST_CODE_LIFE_MS, GUEST_RUNS, makeGuestCode } from '../../protocol/assistance/guest-code.ts';
import type { RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceParts } from './contract.ts';
import { GuestRun } from './guest-run.ts';
import { GuestTraffic } from './guest-traffic.ts';
import { openTrust } from './open-trust.ts';
import type { TrustedRendezvous } from './rendezvous-signal.ts';
import type { SessionHost } from './running-session.ts';

/** Runs at once that have not come to a guess; one more takes the place of the oldest. Those that have are counted, and so few. */
const OPEN_RUNS = 8;
/** So long whoever proves a code that is good no more is told so; strangers learn nothing of it. */
const TELLS_EXPIRED_MS = 600_000;

/** An invitation of somebody without an account, whose program says that it begins with a code. */
export const isGuests = ({ peerFeatures }: RendezvousSession): boolean => peerFeatures?.named.has(GUEST_FEATURE) === true;

/** The one code that this person has given out, and the runs of those who say that they have it. Nobody is asked anything before a code has proved right. */
export class GuestDesk {
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly admitted: (guest: TrustedRendezvous) => void;
  private readonly runs = new Set<GuestRun>();
  private code: { readonly text: string; state: GuestCode['state']; readonly expiresAtMs: number; readonly dueMs: number } | undefined;
  /** Guesses answered that have not proved right. */
  private wrong = 0;
  private readonly traffic: GuestTraffic;
  private cancelExpiry: () => void = () => {};

  /** `admitted` gets an invitation whose code both programs have proved. */
  constructor(parts: AssistanceParts, host: SessionHost, admitted: (guest: TrustedRendezvous) => void) {
    this.parts = parts;
    this.host = host;
    this.admitted = admitted;
    this.traffic = new GuestTraffic(() => parts.clock.monotonicMs());
  }

  get status(): GuestCode | undefined {
    const { code, wrong } = this;
    return code && { code: code.text, state: code.state, expiresAtMs: code.expiresAtMs, wrong };
  }

  /** A fresh code, in the place of the one before. */
  open(): void {
    this.close();
    const { clock } = this.parts;
    const code = {
      text: makeGuestCode(this.host.random),
      state: 'open' as const,
      expiresAtMs: clock.now() + GUEST_CODE_LIFE_MS,
      dueMs: clock.monotonicMs() + GUEST_CODE_LIFE_MS,
    };
    this.code = code;
    this.cancelExpiry = clock.after(GUEST_CODE_LIFE_MS, () => this.expire());
    this.host.changed();
  }

  /** Takes it back, or puts away one that is over. Runs that are under way end. */
  close(): void {
    this.cancelExpiry();
    this.cancelExpiry = () => {};
    this.code = undefined;
    this.wrong = 0;
    for (const run of Array.from(this.runs)) run.stop();
    this.host.changed();
  }

  /** Whether a guest's invitation is looked at at all, so that whoever carries them can drop the others unread. */
  get listens(): boolean {
    const { code } = this;
    if (code === undefined || this.parts.clock.monotonicMs() >= code.dueMs + TELLS_EXPIRED_MS) return false;
    return this.wrong < GUEST_RUNS && this.traffic.isOpen;
  }

  /** Begins a run, where there is a code for it. */
  take(rendezvous: RendezvousSession): void {
    const { code } = this;
    const { peer } = rendezvous;
    if (code === undefined || !this.listens || !this.traffic.admits(peer.address)) return rendezvous.decline();
    this.makeRoomFor(peer.address);
    const trust = openTrust(this.parts, this.host, {
      role: 'expert',
      peer,
      inviter: false,
      code: { tag: 'given', code: code.text },
      guest: true,
    });
    const guest = { rendezvous, trust };
    const run = new GuestRun('expert', this.parts, this.host, guest, {
      guessed: () => this.guessed(code),
      stillGood: () => code === this.code && code.state === 'open',
      over: (outcome) => {
        this.runs.delete(run);
        // It was no wrong one.
        if (code === this.code && (outcome === 'admitted' || outcome === 'expired')) this.wrong -= 1;
        if (outcome === 'admitted') this.claim(code, guest);
        this.burnWhenDue(code);
      },
    });
    this.runs.add(run);
    run.accept();
  }

  /** What became of the guest who had the code: taken or declined, or gone before that. */
  settle(answered: boolean): void {
    const { code } = this;
    if (code?.state !== 'claimed') return;
    const isPast = this.parts.clock.monotonicMs() >= code.dueMs;
    code.state = answered ? 'used' : isPast ? 'expired' : 'open';
    this.host.changed();
  }

  private guessed(code: NonNullable<GuestDesk['code']>): void {
    if (code !== this.code) return;
    this.wrong += 1;
    this.host.log('guest code tried', { tries: this.wrong });
    // No guess beyond those that the code can bear is answered.
    if (this.wrong >= GUEST_RUNS) for (const run of this.unguessed) run.stop();
    this.host.changed();
  }

  /** Those that have cost nobody anything yet, the oldest first. */
  private get unguessed(): GuestRun[] {
    return [...this.runs].filter(({ hasGuessed }) => !hasGuessed);
  }

  /** An address has one run at a time; and places that are held for nothing do not keep out whoever comes with the code. */
  private makeRoomFor(address: string): void {
    const open = this.unguessed;
    const own = open.find((run) => run.address === address);
    const leaving = own ?? (open.length < OPEN_RUNS ? undefined : open[0]);
    leaving?.stop();
  }

  private claim(code: NonNullable<GuestDesk['code']>, guest: TrustedRendezvous): void {
    code.state = 'claimed';
    this.admitted(guest);
  }

  private burnWhenDue(code: NonNullable<GuestDesk['code']>): void {
    if (code === this.code && this.wrong >= GUEST_RUNS && code.state === 'open') code.state = 'burnt';
    this.host.changed();
  }

  private expire(): void {
    if (this.code?.state === 'open') this.code.state = 'expired';
    this.host.changed();
  }
}
