import {
  type AdmissionEffect,
  type AdmissionEvent,
  type AdmissionFailure,
  GuestAdmission,
} from '../../protocol/assistance/guest-admission.ts';
import type { Role } from '../../protocol/assistance/status.ts';
import type { AssistanceParts } from './contract.ts';
import { NegotiationDriver } from './negotiation-driver.ts';
import { trustedAnswer } from './open-trust.ts';
import { followRendezvous, logRefusal, sendTicket, type TrustedRendezvous } from './rendezvous-signal.ts';
import type { SessionHost } from './running-session.ts';

/** What came of a run; `admitted`: both programs have proved the code, and the invitation is one like any other from here on. */
export type RunOutcome = 'admitted' | AdmissionFailure;

export interface RunListener {
  /** The expert's side has answered a guess. */
  guessed?(): void;
  /** Expert: whether the code is good, once it has proved right. */
  stillGood?(): boolean;
  over(outcome: RunOutcome): void;
}

/** One guest's invitation while its code is proved; no person hears of it. Times out by itself, and lets go of the rendezvous session before it says `admitted`. */
export class GuestRun {
  private readonly role: Role;
  private readonly host: SessionHost;
  private readonly trusted: TrustedRendezvous;
  private readonly listener: RunListener;
  private readonly driver: NegotiationDriver<AdmissionEvent, AdmissionEffect>;
  private readonly unfollow: () => void;
  /** The expert's side has answered a guess: it counts, whatever becomes of the run. */
  hasGuessed = false;

  constructor(role: Role, parts: AssistanceParts, host: SessionHost, trusted: TrustedRendezvous, listener: RunListener) {
    this.role = role;
    this.host = host;
    this.trusted = trusted;
    this.listener = listener;
    const { rendezvous, trust } = trusted;
    this.driver = new NegotiationDriver(
      new GuestAdmission(role, trust, parts.clock.now(), () => listener.stillGood?.() !== false),
      parts.clock,
      (effect) => this.perform(effect),
      () => {},
    );
    this.unfollow = followRendezvous({ rendezvous, role, host, dispatch: (signal) => this.driver.dispatch(signal) });
  }

  /** Expert: its program says yes by itself, to the code and to nothing else. */
  accept(): void {
    const { rendezvous, trust } = this.trusted;
    const { peerFeatures } = rendezvous;
    rendezvous.accept({ features: trust.features(peerFeatures), ...trustedAnswer(trust, peerFeatures) });
  }

  get address(): string {
    return this.trusted.rendezvous.peer.address;
  }

  stop(): void {
    this.driver.dispatch({ tag: 'stop' });
  }

  private perform(effect: AdmissionEffect): void {
    const { rendezvous } = this.trusted;
    switch (effect.tag) {
      case 'sendContextData':
        sendTicket(rendezvous, effect, this.driver);
        return;
      case 'guessed':
        this.hasGuessed = true;
        this.listener.guessed?.();
        return;
      case 'refused':
        logRefusal(this.host.log, this.role, effect.error);
        return;
      case 'cancelRendezvous':
        rendezvous.cancel(effect.code);
        return;
      case 'admitted':
        return this.over('admitted');
      case 'ended':
        return this.over(effect.failure);
    }
  }

  private over(outcome: RunOutcome): void {
    this.unfollow();
    this.driver.stop();
    this.listener.over(outcome);
  }
}
