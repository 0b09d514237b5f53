import { GUEST_FEATURE } from '../../protocol/assistance/guest-admission.ts';
import type { InvitationDetails, PeerAddress, RendezvousSession } from '../messenger/contract.ts';
import type { AssistanceErrorCode, AssistanceParts } from './contract.ts';
import { AssistanceError } from './contract.ts';
import { GuestRun, type RunOutcome } from './guest-run.ts';
import { noviceFeatures } from './novice-features.ts';
import { openTrust, trustedAnswer } from './open-trust.ts';
import type { TrustedRendezvous } from './rendezvous-signal.ts';
import type { SessionHost } from './running-session.ts';

interface GuestsQuestion {
  readonly expert: PeerAddress;
  readonly code: string;
  /** Sends the invitation. */
  readonly invite: (details: InvitationDetails) => RendezvousSession;
  /** The expert is being asked: the session begins. Called at once, since the answer may follow; what it throws ends the try. */
  readonly begin: (guest: TrustedRendezvous) => void;
}

/** A guest's try with a code. */
export interface AskingGuest {
  /** Resolves once the session has begun. Rejects with AssistanceError GUEST_…, ENDED, and what `begin` throws. */
  readonly begun: Promise<void>;
  stop(): void;
}

/** Asks for help without an account: the invitation goes out, and people hear of it once the code has proved right. */
export function askAsGuest(parts: AssistanceParts, host: SessionHost, { expert, code, invite, begin }: GuestsQuestion): AskingGuest {
  const trust = openTrust(parts, host, { role: 'novice', peer: expert, inviter: true, code: { tag: 'given', code }, guest: true });
  const rendezvous = invite({
    features: new Map([...noviceFeatures(parts.desktop, trust), [GUEST_FEATURE, '']]),
    answer: (_theirs, features) => trustedAnswer(trust, features),
  });
  let stopped = false;
  let run: GuestRun | undefined;
  const guest = { rendezvous, trust };
  const begun = new Promise<void>((resolve, reject) => {
    run = new GuestRun('novice', parts, host, guest, {
      over: (outcome) => {
        if (outcome !== 'admitted') {
          reject(new AssistanceError(stopped ? 'ENDED' : codeOf(outcome), `the code came to nothing: ${outcome}`));
          return;
        }
        try {
          begin(guest);
          resolve();
        } catch (error) {
          rendezvous.cancel();
          reject(error);
        }
      },
    });
  });
  return {
    begun,
    stop() {
      stopped = true;
      run?.stop();
    },
  };
}

function codeOf(outcome: Exclude<RunOutcome, 'admitted'>): AssistanceErrorCode {
  switch (outcome) {
    case 'wrongCode':
      return 'GUEST_CODE_WRONG';
    case 'expired':
      return 'GUEST_CODE_EXPIRED';
    case 'notThere':
    case 'timedOut':
      return 'GUEST_NOBODY';
    default:
      return 'GUEST_FAILED';
  }
}
