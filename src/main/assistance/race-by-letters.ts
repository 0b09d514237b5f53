import { type Letter, Letters } from '../../protocol/assistance/letters.ts';
import type { Role } from '../../protocol/assistance/status.ts';
import type { WayPlan, WayTicket } from '../../protocol/assistance/ways.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { RandomBytes } from '../../protocol/trust/random.ts';
import type { Clock } from '../clock.ts';
import type { RaceEvent } from '../connection/contract.ts';
import type { ReachServices } from '../reach-services.ts';

/** What carries letters between the two, while it does; none is answered for. */
export interface Courier {
  /** Never throws. */
  send(text: string): void;
  /** Nothing comes back. */
  renew(): void;
  onLetter(listener: (text: string) => void): () => void;
  /** What its messenger's server offers for reaching the other side. */
  readonly reach: ReachServices | undefined;
}

/** An endpoint of either role in such a race. */
interface Racing {
  readonly ticket: WayTicket;
  reach(way: string): void;
  signal(way: string, text: string): void;
  onEvent(listener: (event: RaceEvent | { readonly tag: 'presented' | 'verified' }) => void): () => void;
  close(): Promise<void>;
}

export interface RaceByLettersParts<Endpoint extends Racing> {
  readonly role: Role;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly ways: readonly WayPlan[];
  /** The connection before went through somebody else's server: nothing direct is waited for. */
  readonly wasRelayed: () => boolean;
  readonly courier: Courier;
  /** What only the two have. */
  readonly secret: Uint8Array;
  /** Whether the other side is missing; a letter that comes otherwise is an old one. */
  readonly isSearching: () => boolean;
  /** A fresh endpoint on every way, which closes with the session. Undefined when that has ended. */
  readonly open: () => Promise<Endpoint | undefined>;
  /** The other side is to be found there. */
  readonly expect: (endpoint: Endpoint, ticket: WayTicket) => void;
  readonly onError: (error: unknown) => void;
}

/** A race that has brought nothing is followed by the next after so long. */
const RACE_MS = 14_000;
/** After so many calls without an answer another conversation is tried. */
const UNANSWERED_CALLS = 2;

/** The same race as at the beginning, by every way, once more (docs/decisions/0047). The expert numbers the races, the novice answers. */
export class RaceByLetters<Endpoint extends Racing> {
  private readonly parts: RaceByLettersParts<Endpoint>;
  private readonly letters: Letters;
  private endpoint: Endpoint | undefined;
  private race = 0;
  private expected = false;
  private startedMs = 0;
  private unanswered = 0;
  private sent = 0;
  private heard = 0;
  private stops: (() => void)[] = [];
  private readonly off: () => void;

  constructor(parts: RaceByLettersParts<Endpoint>) {
    this.parts = parts;
    this.letters = new Letters(parts.role, parts.secret, parts.random);
    this.off = parts.courier.onLetter((text) => this.onLetter(text));
  }

  /** From time to time while the other side is missing. A race under way has its time, and a call that was not answered is said again. */
  begin(): void {
    if (this.parts.role === 'novice') return this.send({ tag: 'missing' });
    const { endpoint, expected } = this;
    if (endpoint === undefined || (expected && this.parts.clock.monotonicMs() - this.startedMs >= RACE_MS))
      return void this.start(this.race + 1);
    if (expected) return;
    this.unanswered += 1;
    if (this.unanswered % UNANSWERED_CALLS === 0) this.parts.courier.renew();
    this.say(endpoint, 'call');
  }

  /** The two have found each other, or the race is not wanted any more. */
  settle(): void {
    for (const stop of this.stops.splice(0)) stop();
    void this.endpoint?.close();
    this.endpoint = undefined;
    this.expected = false;
  }

  stop(): void {
    this.off();
    this.settle();
  }

  private send(letter: Letter): void {
    this.parts.courier.send(this.letters.seal(letter));
  }

  private onLetter(text: string): void {
    let letter: Letter;
    try {
      letter = this.letters.open(text);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.parts.onError(error);
      return;
    }
    if (!this.parts.isSearching()) return;
    const expert = this.parts.role === 'expert';
    if (letter.tag === 'missing') {
      if (expert && this.endpoint === undefined) this.begin();
    } else if (letter.tag === 'call') {
      if (expert) return;
      if (letter.race > this.race) void this.start(letter.race, letter.addresses);
      else if (letter.race === this.race && this.endpoint !== undefined) this.say(this.endpoint, 'answer');
    } else if (letter.race === this.race && this.endpoint !== undefined) {
      if (letter.tag === 'answer') this.meet(this.endpoint, { addresses: letter.addresses });
      else this.onSignal(this.endpoint, letter);
    }
  }

  private onSignal(endpoint: Racing, { count, way, text }: Extract<Letter, { tag: 'signal' }>): void {
    if (count <= this.heard) return;
    this.heard = count;
    endpoint.signal(way, text);
  }

  private async start(race: number, theirs?: WayTicket['addresses']): Promise<void> {
    this.settle();
    this.race = race;
    this.startedMs = this.parts.clock.monotonicMs();
    this.unanswered = 0;
    this.sent = 0;
    this.heard = 0;
    try {
      const endpoint = await this.parts.open();
      if (endpoint === undefined) return;
      if (this.race !== race || !this.parts.isSearching()) return void endpoint.close();
      this.endpoint = endpoint;
      this.stops.push(
        endpoint.onEvent((event) => {
          if (event.tag !== 'signal') return;
          this.sent += 1;
          this.send({ tag: 'signal', race, count: this.sent, way: event.by, text: event.text });
        }),
      );
      this.say(endpoint, theirs === undefined ? 'call' : 'answer');
      if (theirs !== undefined) this.meet(endpoint, { addresses: theirs });
    } catch (error) {
      this.parts.onError(error);
    }
  }

  private say({ ticket: { addresses } }: Racing, tag: 'call' | 'answer'): void {
    this.send({ tag, race: this.race, addresses });
  }

  /** Both know where: one way after the other, as the list has them. */
  private meet(endpoint: Endpoint, ticket: WayTicket): void {
    if (this.expected) return;
    this.expected = true;
    const { parts } = this;
    parts.expect(endpoint, ticket);
    const atOnce = parts.wasRelayed();
    for (const { id, offeredBy, afterMs } of parts.ways)
      if (offeredBy !== parts.role) this.stops.push(parts.clock.after(atOnce ? 0 : afterMs, () => endpoint.reach(id)));
  }
}
