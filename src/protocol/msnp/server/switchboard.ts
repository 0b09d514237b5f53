import { MSNP_ERROR, type MsnpErrorCode } from '../error-codes.ts';
import { encodeCommand, type Command } from '../framing.ts';
import { encodeFriendlyName } from '../friendly-name.ts';
import { normaliseAddress } from '../address.ts';
import type { Line } from './notification.ts';
import type { Answer } from './signed-in-user.ts';

export interface SwitchboardPerson {
  readonly address: string;
  readonly friendlyName: string;
}

/** One user's place in a switchboard, as the machine of their connection uses it. */
export interface SwitchboardSeat {
  readonly person: SwitchboardPerson;
  /** Rings the notification connection of `address`. */
  call(address: string): Answer<{ readonly sessionId: string }>;
  /** Passes `payload` to the others in the switchboard; false when there are none. */
  relay(payload: Uint8Array): boolean;
  leave(): void;
}

export interface SwitchboardHost {
  /** `USR`: opens the switchboard the cookie was given for (XFR). */
  open(address: string, cookie: string, machine: SwitchboardServerMachine): Answer<{ readonly seat: SwitchboardSeat }>;
  /** `ANS`: takes the seat the cookie was given for (RNG). `present` are those already there. */
  answer(
    address: string,
    cookie: string,
    sessionId: string,
    machine: SwitchboardServerMachine,
  ): Answer<{ readonly seat: SwitchboardSeat; readonly present: readonly SwitchboardPerson[] }>;
}

type State = { readonly tag: 'connected' } | { readonly tag: 'seated'; readonly seat: SwitchboardSeat } | { readonly tag: 'closed' };

/** The switchboard's side of one connection, MSNP2–8 (the shapes we use never changed). */
export class SwitchboardServerMachine {
  private state: State = { tag: 'connected' };
  private readonly host: SwitchboardHost;
  private readonly line: Line;

  constructor(host: SwitchboardHost, line: Line) {
    this.host = host;
    this.line = line;
  }

  get signedIn(): boolean {
    return this.state.tag === 'seated';
  }

  receive(command: Command): void {
    const [transactionId = '0', ...args] = command.args;
    switch (this.state.tag) {
      case 'closed':
        return;
      case 'connected':
        return this.enter(command.name, transactionId, args);
      case 'seated':
        return this.serve(this.state.seat, command, transactionId, args);
    }
  }

  /** Called when the socket has closed. */
  closed(): void {
    const state = this.state;
    this.state = { tag: 'closed' };
    if (state.tag === 'seated') state.seat.leave();
  }

  /* ---------- news from the others ---------- */

  joined(person: SwitchboardPerson): void {
    this.write('JOI', [person.address, encodeFriendlyName(person.friendlyName)]);
  }

  left(person: SwitchboardPerson): void {
    this.write('BYE', [person.address]);
  }

  message(from: SwitchboardPerson, payload: Uint8Array): void {
    this.line.send(encodeCommand('MSG', [from.address, encodeFriendlyName(from.friendlyName)], payload));
  }

  /** Ends the connection because its user signed out, was displaced or removed. */
  end(): void {
    if (this.state.tag === 'closed') return;
    this.closed();
    this.line.close();
  }

  /* ---------- phases ---------- */

  private enter(name: string, transactionId: string, args: readonly string[]): void {
    const address = normaliseAddress(args[0] ?? '') ?? '';
    if (name === 'USR') {
      const answer = this.host.open(address, args[1] ?? '', this);
      if (!answer.ok) return this.fail(answer.error, transactionId);
      this.state = { tag: 'seated', seat: answer.seat };
      return this.write('USR', [transactionId, 'OK', address, encodeFriendlyName(answer.seat.person.friendlyName)]);
    }
    if (name !== 'ANS') return this.fail(MSNP_ERROR.syntax, transactionId);
    const answer = this.host.answer(address, args[1] ?? '', args[2] ?? '', this);
    if (!answer.ok) return this.fail(answer.error, transactionId);
    this.state = { tag: 'seated', seat: answer.seat };
    answer.present.forEach((person, index) => {
      this.write('IRO', [transactionId, index + 1, answer.present.length, person.address, encodeFriendlyName(person.friendlyName)]);
    });
    this.write('ANS', [transactionId, 'OK']);
  }

  private serve(seat: SwitchboardSeat, command: Command, transactionId: string, args: readonly string[]): void {
    switch (command.name) {
      case 'CAL': {
        const address = normaliseAddress(args[0] ?? '');
        const answer: Answer<{ readonly sessionId: string }> =
          address === undefined ? { ok: false, error: MSNP_ERROR.invalidUserName } : seat.call(address);
        if (!answer.ok) return this.refuse(answer.error, transactionId);
        return this.write('CAL', [transactionId, 'RINGING', answer.sessionId]);
      }
      case 'MSG':
        return this.relay(seat, transactionId, args[0], command.payload);
      case 'OUT':
        return this.end();
      case 'PNG':
        return this.write('QNG', []);
      case 'USR':
      case 'ANS':
        return this.fail(MSNP_ERROR.syntax, transactionId);
      default:
        return this.refuse(MSNP_ERROR.disabled, transactionId);
    }
  }

  /** A: ACK or NAK. N: NAK only. U: neither. S (later clients use it for invitations) is taken as N. */
  private relay(seat: SwitchboardSeat, transactionId: string, wish: string | undefined, payload: Uint8Array | undefined): void {
    const acknowledgement = wish?.toUpperCase();
    if (payload === undefined || acknowledgement === undefined || !['A', 'N', 'U', 'S', 'D'].includes(acknowledgement)) {
      return this.refuse(MSNP_ERROR.invalidParameter, transactionId);
    }
    const delivered = seat.relay(payload);
    if (!delivered && acknowledgement !== 'U') this.write('NAK', [transactionId]);
    else if (delivered && (acknowledgement === 'A' || acknowledgement === 'D')) this.write('ACK', [transactionId]);
  }

  private write(name: string, args: readonly (string | number)[]): void {
    this.line.send(encodeCommand(name, args));
  }

  private refuse(error: MsnpErrorCode, transactionId: string): void {
    this.write(String(error), [/^\d{1,10}$/.test(transactionId) ? transactionId : 0]);
  }

  private fail(error: MsnpErrorCode, transactionId: string): void {
    this.refuse(error, transactionId);
    this.end();
  }
}
