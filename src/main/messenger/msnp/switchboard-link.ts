import type { Clock } from '../../clock.ts';
import { MessengerError } from '../contract.ts';
import { MSNP_ERROR } from '../../../protocol/msnp/error-codes.ts';
import { SwitchboardClientMachine, type SwitchboardClientEvent, type SwitchboardEntry } from '../../../protocol/msnp/client/switchboard.ts';
import { CommandSocket, type Destination } from './command-socket.ts';

/** From dialling the switchboard until the other one has joined. */
const JOIN_DEADLINE_MS = 10_000;
const ACKNOWLEDGEMENT_DEADLINE_MS = 5_000;

export interface SwitchboardLinkListener {
  /** From the only other one there. */
  message(link: SwitchboardLink, address: string, friendlyName: string, payload: Uint8Array): void;
  /** `left`: the other said goodbye; `idle`: the switchboard was closed for want of messages; `lost`: it broke. The link is closed. */
  ended(link: SwitchboardLink, why: 'left' | 'idle' | 'lost'): void;
}

/** Our end of one switchboard with one other person. */
export class SwitchboardLink {
  /** Resolves when the other one is there; rejects with MessengerError. */
  readonly joined: Promise<void>;
  private readonly clock: Clock;
  private readonly listener: SwitchboardLinkListener;
  private readonly socket: CommandSocket;
  private readonly machine: SwitchboardClientMachine;
  private readonly unacknowledged = new Map<string, (delivered: boolean) => void>();
  private readonly cancelDeadline: () => void;
  private settleJoined: { readonly resolve: () => void; readonly reject: (error: MessengerError) => void } = {
    resolve: () => {},
    reject: () => {},
  };
  private isClosed = false;

  constructor(destination: Destination, entry: SwitchboardEntry, clock: Clock, listener: SwitchboardLinkListener) {
    this.clock = clock;
    this.listener = listener;
    this.joined = new Promise((resolve, reject) => {
      this.settleJoined = { resolve, reject };
    });
    this.joined.catch(() => {});
    this.socket = new CommandSocket(destination, clock, {
      connected: () => this.machine.start(),
      command: (command) => this.machine.receive(command),
      lost: () => this.ended('lost', new MessengerError('CONNECTION_LOST', 'the switchboard was lost')),
    });
    this.machine = new SwitchboardClientMachine(
      entry,
      (bytes) => this.socket.send(bytes),
      (event) => this.happened(event),
    );
    this.cancelDeadline = clock.after(JOIN_DEADLINE_MS, () =>
      this.ended('lost', new MessengerError('TIMEOUT', 'nobody joined the switchboard')),
    );
  }

  get closed(): Promise<void> {
    return this.socket.closed;
  }

  get localAddress(): string {
    return this.socket.localAddress.replace(/^::ffff:/i, '');
  }

  /**
   * Sends MSG; true once the server says it was delivered, false when it says not, says nothing for 5 s, or the link ends; and at once
   * where `address` is not the only other one: a switchboard lets anybody in it call a third.
   */
  deliver(address: string, payload: Uint8Array): Promise<boolean> {
    if (!this.isWith(address)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const transactionId = this.machine.sendMessage(payload);
      const settle = (delivered: boolean): void => {
        cancel();
        this.unacknowledged.delete(transactionId);
        resolve(delivered);
      };
      const cancel = this.clock.after(ACKNOWLEDGEMENT_DEADLINE_MS, () => settle(false));
      this.unacknowledged.set(transactionId, settle);
    });
  }

  /** Sends MSG of which it does not matter whether it gets there. */
  say(address: string, payload: Uint8Array): void {
    if (this.isWith(address)) this.machine.sendMessage(payload, 'U');
  }

  /** Leaves; no event follows. */
  close(): void {
    if (this.isClosed) return;
    this.machine.leave();
    this.socket.end();
    this.settle(new MessengerError('CONNECTION_LOST', 'the switchboard was closed'));
  }

  private isWith(address: string): boolean {
    const { others } = this.machine;
    return !this.isClosed && others.length === 1 && others[0] === address;
  }

  private happened(event: SwitchboardClientEvent): void {
    switch (event.tag) {
      case 'seated':
        return;
      case 'joined':
        this.cancelDeadline();
        return this.settleJoined.resolve();
      case 'left':
        if (this.machine.others.length === 0)
          this.ended(event.idle ? 'idle' : 'left', new MessengerError('CONTACT_OFFLINE', 'the other one left'));
        return;
      case 'message':
        if (this.isWith(event.address)) this.listener.message(this, event.address, event.friendlyName, event.payload);
        return;
      case 'acknowledged':
        this.unacknowledged.get(event.transactionId)?.(event.delivered);
        return;
      case 'refused':
        if (event.step === 'message') return;
        return this.ended('lost', refusal(event.step, event.code));
    }
  }

  private ended(why: 'left' | 'idle' | 'lost', error: MessengerError): void {
    if (this.isClosed) return;
    if (why !== 'lost') this.machine.leave();
    this.socket.end();
    this.settle(error);
    this.listener.ended(this, why);
  }

  private settle(error: MessengerError): void {
    this.isClosed = true;
    this.cancelDeadline();
    this.settleJoined.reject(error);
    for (const settle of Array.from(this.unacknowledged.values())) settle(false);
  }
}

function refusal(step: 'enter' | 'call', code: number): MessengerError {
  if (step === 'enter') return new MessengerError('REFUSED', `the switchboard refused the cookie: ${code}`);
  if (code === MSNP_ERROR.notOnline) return new MessengerError('CONTACT_OFFLINE', 'the contact is offline');
  if (code === MSNP_ERROR.noSuchUser || code === MSNP_ERROR.invalidUserName)
    return new MessengerError('NO_SUCH_USER', `no such user: ${code}`);
  return new MessengerError('REFUSED', `the call was refused: ${code}`);
}
