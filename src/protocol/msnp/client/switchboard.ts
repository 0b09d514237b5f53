import { readError } from '../error-codes.ts';
import { encodeCommand, type Command } from '../framing.ts';
import { decodeFriendlyName } from '../friendly-name.ts';

export type SwitchboardClientEvent =
  /** Our seat is taken: USR OK (then CAL goes out by itself) or ANS OK (those present came as `joined`). */
  | { readonly tag: 'seated' }
  | { readonly tag: 'joined'; readonly address: string; readonly friendlyName: string }
  /** `idle`: the switchboard closed for want of messages, the user is still there. */
  | { readonly tag: 'left'; readonly address: string; readonly idle: boolean }
  | { readonly tag: 'message'; readonly address: string; readonly friendlyName: string; readonly payload: Uint8Array }
  | { readonly tag: 'acknowledged'; readonly transactionId: string; readonly delivered: boolean }
  /** An error number. `step` is what it answers. */
  | { readonly tag: 'refused'; readonly step: 'enter' | 'call' | 'message'; readonly code: number };

/** How we come in: called by nobody (USR, then CAL) or answering a RNG (ANS). */
export type SwitchboardEntry =
  | { readonly tag: 'call'; readonly address: string; readonly cookie: string; readonly peer: string }
  | { readonly tag: 'answer'; readonly address: string; readonly cookie: string; readonly sessionId: string };

type State = { readonly tag: 'entering' } | { readonly tag: 'seated' } | { readonly tag: 'closed' };

/** A client's side of one switchboard connection. */
export class SwitchboardClientMachine {
  private state: State = { tag: 'entering' };
  private readonly entry: SwitchboardEntry;
  private readonly send: (bytes: Uint8Array) => void;
  private readonly report: (event: SwitchboardClientEvent) => void;
  private readonly present = new Map<string, string>();
  private nextTransaction = 1;
  private enterTransaction = '';
  private callTransaction = '';

  constructor(entry: SwitchboardEntry, send: (bytes: Uint8Array) => void, report: (event: SwitchboardClientEvent) => void) {
    this.entry = entry;
    this.send = send;
    this.report = report;
  }

  /** Addresses of the others, lower case. Invitations are taken only while there is exactly one. */
  get others(): readonly string[] {
    return [...this.present.keys()];
  }

  start(): void {
    const { entry } = this;
    this.enterTransaction =
      entry.tag === 'call'
        ? this.command('USR', [entry.address, entry.cookie])
        : this.command('ANS', [entry.address, entry.cookie, entry.sessionId]);
  }

  /** MSG. With acknowledgement (A) the transaction comes back in `acknowledged`; with U nothing does. */
  sendMessage(payload: Uint8Array, acknowledgement: 'A' | 'U' = 'A'): string {
    return this.command('MSG', [acknowledgement], payload);
  }

  leave(): void {
    if (this.state.tag === 'closed') return;
    this.send(encodeCommand('OUT', []));
    this.state = { tag: 'closed' };
  }

  receive(command: Command): void {
    if (this.state.tag === 'closed') return;
    const { args } = command;
    const error = readError(command.name, args);
    if (error !== undefined) {
      const step =
        error.transactionId === this.enterTransaction ? 'enter' : error.transactionId === this.callTransaction ? 'call' : 'message';
      return this.report({ tag: 'refused', step, code: error.code });
    }
    switch (command.name) {
      case 'USR':
      case 'ANS':
        if (args[0] === this.enterTransaction && args[1] === 'OK') this.seated();
        return;
      case 'IRO':
        return this.join(args[3], args[4]);
      case 'JOI':
        return this.join(args[0], args[1]);
      case 'BYE': {
        const address = (args[0] ?? '').toLowerCase();
        if (this.present.delete(address)) this.report({ tag: 'left', address, idle: args[1] === '1' });
        return;
      }
      case 'ACK':
      case 'NAK':
        return this.report({ tag: 'acknowledged', transactionId: args[0] ?? '', delivered: command.name === 'ACK' });
      case 'MSG':
        if (args[0] === undefined || command.payload === undefined) return;
        return this.report({
          tag: 'message',
          address: args[0].toLowerCase(),
          friendlyName: decodeFriendlyName(args[1] ?? args[0]),
          payload: command.payload,
        });
    }
  }

  private seated(): void {
    this.state = { tag: 'seated' };
    this.report({ tag: 'seated' });
    if (this.entry.tag === 'call') this.callTransaction = this.command('CAL', [this.entry.peer]);
  }

  private join(address: string | undefined, name: string | undefined): void {
    if (address === undefined) return;
    const friendlyName = decodeFriendlyName(name ?? address);
    this.present.set(address.toLowerCase(), friendlyName);
    this.report({ tag: 'joined', address: address.toLowerCase(), friendlyName });
  }

  private command(name: string, args: readonly string[], payload?: Uint8Array): string {
    const transactionId = String(this.nextTransaction);
    this.nextTransaction += 1;
    this.send(encodeCommand(name, [transactionId, ...args], payload));
    return transactionId;
  }
}
