/* Who may interrupt a person how often: the one place that says so, for everything that others can bring before somebody's eyes. */
import type { Clock } from './clock.ts';

/** What somebody wants. `firstContact`: whatever comes from somebody whom the person does not know. */
export type Interruption = 'view' | 'control' | 'part' | 'sound' | 'invitation' | 'offer' | 'activity' | 'firstContact' | 'chat';

/** `loud`: a window, a notification, a sound. `quiet`: a line where one looks anyway. `none`: nothing; it is answered with no. */
export type Volume = 'loud' | 'quiet' | 'none';

interface Bound {
  readonly loud: number;
  /** The loud ones among them. */
  readonly all: number;
}

interface Rule {
  readonly withinMs: number;
  readonly perPeer: Bound;
  readonly together: Bound;
}

const MINUTE_MS = 60_000;
const TEN_MINUTES_MS = 10 * MINUTE_MS;

const RULES: Readonly<Record<Interruption, Rule>> = {
  // Each comes after something that the person did: asked, saved an invitation, took an offer.
  view: { withinMs: TEN_MINUTES_MS, perPeer: { loud: 6, all: 6 }, together: { loud: 12, all: 12 } },
  control: { withinMs: TEN_MINUTES_MS, perPeer: { loud: 6, all: 60 }, together: { loud: 12, all: 120 } },
  part: { withinMs: TEN_MINUTES_MS, perPeer: { loud: 6, all: 60 }, together: { loud: 12, all: 120 } },
  sound: { withinMs: TEN_MINUTES_MS, perPeer: { loud: 6, all: 6 }, together: { loud: 12, all: 12 } },
  invitation: { withinMs: TEN_MINUTES_MS, perPeer: { loud: 3, all: 12 }, together: { loud: 12, all: 60 } },
  offer: { withinMs: TEN_MINUTES_MS, perPeer: { loud: 2, all: 6 }, together: { loud: 6, all: 20 } },
  activity: { withinMs: TEN_MINUTES_MS, perPeer: { loud: 3, all: 12 }, together: { loud: 12, all: 60 } },
  firstContact: { withinMs: 60 * MINUTE_MS, perPeer: { loud: 0, all: 3 }, together: { loud: 0, all: 20 } },
  // What is written is never lost: it stands in the conversation, however many there are.
  chat: {
    withinMs: MINUTE_MS,
    perPeer: { loud: 6, all: Number.POSITIVE_INFINITY },
    together: { loud: 20, all: Number.POSITIVE_INFINITY },
  },
};

/** Peers remembered for each kind; of more, the one that has been quiet longest is forgotten. What they did still counts together. */
const MAX_PEERS = 500;

interface Happening {
  readonly atMs: number;
  readonly volume: Volume;
}

const PATIENCE: Readonly<Record<Volume, number>> = { loud: 0, quiet: 1, none: 2 };
const quieter = (a: Volume, b: Volume): Volume => (PATIENCE[a] > PATIENCE[b] ? a : b);

function volumeFor(before: readonly Happening[], { loud, all }: Bound): Volume {
  if (before.filter(({ volume }) => volume === 'loud').length < loud) return 'loud';
  return before.length < all ? 'quiet' : 'none';
}

/** Keeps count in a sliding window, for each peer and for all of them together. */
export class Interruptions {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private readonly peers = new Map<string, readonly Happening[]>();
  private readonly together = new Map<Interruption, readonly Happening[]>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.clock = clock;
  }

  /** Counts one, and says how it may reach the person. @param known whether they are among the person's contacts */
  admit(kind: Interruption, peer: string, known = true): Volume {
    const volume = this.count(kind, peer);
    return known || volume === 'none' ? volume : quieter(volume, this.count('firstContact', peer));
  }

  /** The person has said yes: what this peer did before was no nuisance. */
  welcome(kind: Interruption, peer: string): void {
    this.peers.delete(keyOf(kind, peer));
  }

  private count(kind: Interruption, peer: string): Volume {
    const { withinMs, perPeer, together } = RULES[kind];
    const atMs = this.clock.monotonicMs();
    const recent = (happenings: readonly Happening[] | undefined): readonly Happening[] =>
      (happenings ?? []).filter((happening) => atMs - happening.atMs < withinMs);
    const key = keyOf(kind, peer);
    const theirs = recent(this.peers.get(key));
    const all = recent(this.together.get(kind));
    const volume = quieter(volumeFor(theirs, perPeer), volumeFor(all, together));
    // What is refused is not kept: it would let a flood lengthen its own time, and the list grow.
    if (volume !== 'none') {
      const happening = { atMs, volume };
      this.peers.delete(key);
      this.peers.set(key, kept([...theirs, happening], perPeer));
      this.together.set(kind, kept([...all, happening], together));
    }
    for (const oldest of this.peers.keys()) {
      if (this.peers.size <= MAX_PEERS) break;
      this.peers.delete(oldest);
    }
    return volume;
  }
}

const keyOf = (kind: Interruption, peer: string): string => `${kind} ${peer}`;

/** Where quiet ones are not bounded only the loud ones have to be remembered. */
function kept(happenings: readonly Happening[], { all }: Bound): readonly Happening[] {
  return Number.isFinite(all) ? happenings : happenings.filter(({ volume }) => volume === 'loud');
}

/** Questions about one thing that an expert may cause before it becomes a quiet line. */
const REFUSALS = 2;

/**
 * An expert's requests for one thing in one session, for control or for another screen. After a no, nothing for a while; after two, a quiet line instead of a question; after the
 * person has taken control back, nothing. Whatever was before, the person's own offer begins anew.
 */
export class ExpertRequests {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private readonly coolDownMs: number;
  private refusals = 0;
  private taken = false;
  private againAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonicMs'>, coolDownMs: number) {
    this.clock = clock;
    this.coolDownMs = coolDownMs;
  }

  /** How the next request reaches the person. */
  get volume(): Volume {
    if (this.taken || this.clock.monotonicMs() < this.againAtMs) return 'none';
    return this.refusals < REFUSALS ? 'loud' : 'quiet';
  }

  /** A question was answered with no or not at all, or the expert withdrew it: a question that flickers is one. */
  refused(): void {
    this.refusals += 1;
    this.againAtMs = this.clock.monotonicMs() + this.coolDownMs;
  }

  takenBack(): void {
    this.taken = true;
  }

  offered(): void {
    this.refusals = 0;
    this.taken = false;
    this.againAtMs = Number.NEGATIVE_INFINITY;
  }
}
