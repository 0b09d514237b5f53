import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { MSNP_ERROR } from '../../../protocol/msnp/error-codes.ts';
import type { Answer } from '../../../protocol/msnp/server/signed-in-user.ts';
import type {
  SwitchboardHost,
  SwitchboardPerson,
  SwitchboardSeat,
  SwitchboardServerMachine,
} from '../../../protocol/msnp/server/switchboard.ts';
import type { ServerLimits } from './limits.ts';
import { invites, type Reaching } from './reaching.ts';

/** Rings the callee's notification connection (RNG), or answers why that cannot be. */
export type Ring = (caller: SwitchboardPerson, callee: string, sessionId: string, cookie: string) => Answer;

interface Switchboard {
  readonly sessionId: string;
  readonly seats: Map<string, Seat>;
}

interface Cookie {
  readonly address: string;
  readonly expiresAtMs: number;
  /** The switchboard that the cookie leads into; absent for a new one. */
  readonly sessionId?: string;
}

/** Every open switchboard, and the one-time cookies that lead into them. */
export class Switchboards implements SwitchboardHost {
  private readonly clock: Clock;
  private readonly limits: ServerLimits;
  readonly reaching: Reaching;
  private readonly ring: Ring;
  private readonly nameOf: (address: string) => string;
  private readonly rooms = new Map<string, Switchboard>();
  private readonly cookies = new Map<string, Cookie>();
  private readonly machines = new Map<string, Set<SwitchboardServerMachine>>();
  private nextSessionId = 1;

  /** `nameOf` gives the friendly name an address has now. */
  constructor(clock: Clock, limits: ServerLimits, reaching: Reaching, ring: Ring, nameOf: (address: string) => string) {
    this.clock = clock;
    this.limits = limits;
    this.reaching = reaching;
    this.ring = ring;
    this.nameOf = nameOf;
  }

  get count(): number {
    return this.rooms.size;
  }

  newCookie(address: string, sessionId?: string): string {
    const now = this.clock.monotonicMs();
    // The map is in the order of expiry, since all cookies live equally long.
    for (const [value, cookie] of this.cookies) {
      if (cookie.expiresAtMs > now && this.cookies.size < this.limits.connections * 4) break;
      this.cookies.delete(value);
    }
    const value = randomBytes(16).toString('hex');
    this.cookies.set(value, {
      address,
      expiresAtMs: now + this.limits.cookieLifetimeMs,
      ...(sessionId === undefined ? {} : { sessionId }),
    });
    return value;
  }

  open(address: string, cookie: string, machine: SwitchboardServerMachine): Answer<{ readonly seat: SwitchboardSeat }> {
    const given = this.redeem(address, cookie);
    if (given === undefined || given.sessionId !== undefined || !this.hasRoom(address))
      return { ok: false, error: MSNP_ERROR.authenticationFailed };
    const room: Switchboard = { sessionId: String(this.nextSessionId), seats: new Map() };
    this.nextSessionId += 1;
    this.rooms.set(room.sessionId, room);
    return { ok: true, seat: this.seat(room, address, machine) };
  }

  answer(
    address: string,
    cookie: string,
    sessionId: string,
    machine: SwitchboardServerMachine,
  ): Answer<{ readonly seat: SwitchboardSeat; readonly present: readonly SwitchboardPerson[] }> {
    const given = this.redeem(address, cookie);
    const room = this.rooms.get(sessionId);
    const full = room !== undefined && room.seats.size >= this.limits.peoplePerSwitchboard;
    if (given?.sessionId !== sessionId || room === undefined || full || room.seats.has(address) || !this.hasRoom(address)) {
      return { ok: false, error: MSNP_ERROR.authenticationFailed };
    }
    const present = [...room.seats.values()].map((seat) => seat.person);
    const seat = this.seat(room, address, machine);
    for (const other of room.seats.values()) if (other !== seat) other.machine.joined(seat.person);
    return { ok: true, seat, present };
  }

  /** Ends the seats and cookies of a user who is no longer signed in. */
  evict(address: string): void {
    for (const machine of this.machines.get(address) ?? []) machine.end();
    for (const [value, cookie] of this.cookies) if (cookie.address === address) this.cookies.delete(value);
  }

  /* ---------- seats ---------- */

  call(caller: SwitchboardPerson, room: Switchboard, callee: string): Answer<{ readonly sessionId: string }> {
    if (room.seats.has(callee)) return { ok: false, error: MSNP_ERROR.alreadyThere };
    if (room.seats.size >= this.limits.peoplePerSwitchboard) return { ok: false, error: MSNP_ERROR.listFull };
    const cookie = this.newCookie(callee, room.sessionId);
    const answer = this.ring(caller, callee, room.sessionId, cookie);
    if (!answer.ok) {
      this.cookies.delete(cookie);
      return answer;
    }
    return { ok: true, sessionId: room.sessionId };
  }

  left(room: Switchboard, seat: Seat): void {
    if (room.seats.get(seat.person.address) !== seat) return;
    room.seats.delete(seat.person.address);
    this.machines.get(seat.person.address)?.delete(seat.machine);
    if (this.machines.get(seat.person.address)?.size === 0) this.machines.delete(seat.person.address);
    for (const other of room.seats.values()) other.machine.left(seat.person);
    if (room.seats.size === 0) this.rooms.delete(room.sessionId);
  }

  private seat(room: Switchboard, address: string, machine: SwitchboardServerMachine): Seat {
    const seat = new Seat(this, room, { address, friendlyName: this.nameOf(address) }, machine);
    room.seats.set(address, seat);
    const machines = this.machines.get(address) ?? new Set();
    machines.add(machine);
    this.machines.set(address, machines);
    return seat;
  }

  private hasRoom(address: string): boolean {
    return (this.machines.get(address)?.size ?? 0) < this.limits.switchboardsPerUser;
  }

  /** The cookie, if it was issued to `address` and has not expired; it is used up. */
  private redeem(address: string, value: string): Cookie | undefined {
    const cookie = this.cookies.get(value);
    if (cookie === undefined || cookie.address !== address) return undefined;
    this.cookies.delete(value);
    return cookie.expiresAtMs > this.clock.monotonicMs() ? cookie : undefined;
  }
}

class Seat implements SwitchboardSeat {
  readonly machine: SwitchboardServerMachine;
  readonly person: SwitchboardPerson;
  private readonly owner: Switchboards;
  private readonly room: Switchboard;

  constructor(owner: Switchboards, room: Switchboard, person: SwitchboardPerson, machine: SwitchboardServerMachine) {
    this.owner = owner;
    this.room = room;
    this.person = person;
    this.machine = machine;
  }

  call(address: string): Answer<{ readonly sessionId: string }> {
    return this.owner.call(this.person, this.room, address);
  }

  relay(payload: Uint8Array): boolean {
    let delivered = false;
    const invitation = invites(payload);
    for (const seat of this.room.seats.values()) {
      if (seat === this) continue;
      if (invitation && !this.owner.reaching.admit('invitation', this.person.address, seat.person.address)) continue;
      seat.machine.message(this.person, payload);
      delivered = true;
    }
    return delivered;
  }

  leave(): void {
    this.owner.left(this.room, this);
  }
}
