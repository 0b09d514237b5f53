/* A connection to the session's message bus. Nothing here waits: a service that never answers costs an answer, and nobody's thread. */
import { connect, type Socket } from 'node:net';
import {
  decodeMessage,
  encodeBody,
  encodeMessage,
  MESSAGE_TYPE,
  messageLength,
  NO_REPLY_EXPECTED,
  type BusMessage,
} from '../../protocol/dbus/message.ts';
import type { BusValue } from '../../protocol/dbus/values.ts';
import type { Clock } from '../clock.ts';
import type { BusPath } from './bus-address.ts';

/** Connecting and the bus's welcome. The bus is a program on this computer. */
export const CONNECT_DEADLINE_MS = 5_000;
/** A bus waits two minutes for a service to start, and then says so. */
export const ANSWER_DEADLINE_MS = 150_000;
/** Calls that have no answer yet; more are refused, so that a bus that reads nothing costs no memory without bound. */
const MAX_WAITING_CALLS = 64;
/** The bus's line in the handshake. */
const MAX_LINE_BYTES = 1_024;

const BUS = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' } as const;

export type BusErrorCode = 'UNREACHABLE' | 'REFUSED' | 'CLOSED' | 'NO_ANSWER' | 'BUSY' | 'ERROR_REPLY';

export class BusError extends Error {
  override readonly name = 'BusError';
  readonly code: BusErrorCode;
  constructor(code: BusErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Of the arguments; none when left out. */
  readonly signature?: string;
  readonly values?: readonly BusValue[];
}

export interface SessionBus {
  /** Rejects with BusError. */
  call(call: BusCall): Promise<BusMessage>;
  /** Asks for what no answer is waited for. Dropped when the connection is gone. */
  tell(call: BusCall): void;
  /** Asks the bus for the signals of an interface; they go to `onSignal`. */
  watch(what: { readonly path: string; readonly interface: string }): void;
  close(): void;
}

export interface SessionBusOptions {
  readonly paths: readonly BusPath[];
  /** The user's number, by which the bus knows who is allowed in. */
  readonly uid: number;
  readonly clock: Clock;
  readonly onSignal: (message: BusMessage) => void;
  /** The connection is gone, by itself or by `close`. Once. */
  readonly onClosed: () => void;
}

/** Connects to the first bus that welcomes us. Rejects with BusError, after `CONNECT_DEADLINE_MS` at the latest. */
export async function openSessionBus(options: SessionBusOptions): Promise<SessionBus> {
  let last: unknown;
  for (const path of options.paths) {
    try {
      return await openBus(path, options);
    } catch (error) {
      last = error;
    }
  }
  throw new BusError('UNREACHABLE', 'there is no message bus', { cause: last });
}

interface Waiting {
  readonly resolve: (message: BusMessage) => void;
  readonly reject: (error: BusError) => void;
  readonly cancelDeadline: () => void;
}

function openBus(path: BusPath, { uid, clock, onSignal, onClosed }: SessionBusOptions): Promise<SessionBus> {
  const waiting = new Map<number, Waiting>();
  let serial = 0;
  let closed = false;
  let welcomed = false;
  let received: Uint8Array = new Uint8Array(0);
  let socket: Socket;

  function end(error: BusError): void {
    if (closed) return;
    closed = true;
    socket.destroy();
    for (const { reject, cancelDeadline } of waiting.values()) {
      cancelDeadline();
      reject(error);
    }
    waiting.clear();
    if (welcomed) onClosed();
  }

  function send({ signature = '', values = [], ...where }: BusCall, flags: number): number {
    serial = (serial % 0xffff_fffe) + 1;
    socket.write(encodeMessage({ type: MESSAGE_TYPE.call, flags, serial, ...where, signature, body: encodeBody(signature, values) }));
    return serial;
  }

  const bus: SessionBus = {
    call: (call) =>
      new Promise((resolve, reject) => {
        if (closed) throw new BusError('CLOSED', 'the message bus is gone');
        if (waiting.size >= MAX_WAITING_CALLS) throw new BusError('BUSY', 'too many calls without an answer');
        const mine = send(call, 0);
        const cancelDeadline = clock.after(ANSWER_DEADLINE_MS, () => {
          waiting.delete(mine);
          reject(new BusError('NO_ANSWER', `${call.destination} does not answer`));
        });
        waiting.set(mine, { resolve, reject, cancelDeadline });
      }),
    tell(call) {
      if (!closed) send(call, NO_REPLY_EXPECTED);
    },
    watch({ path: from, interface: name }) {
      bus.tell({ ...BUS, member: 'AddMatch', signature: 's', values: [`type='signal',path='${from}',interface='${name}'`] });
    },
    close: () => end(new BusError('CLOSED', 'the message bus was closed')),
  };

  function receive(message: BusMessage): void {
    if (message.type === MESSAGE_TYPE.signal) {
      onSignal(message);
      return;
    }
    if (message.replySerial === undefined) return;
    const call = waiting.get(message.replySerial);
    if (call === undefined) return;
    waiting.delete(message.replySerial);
    call.cancelDeadline();
    if (message.type === MESSAGE_TYPE.reply) call.resolve(message);
    else call.reject(new BusError('ERROR_REPLY', message.errorName ?? 'an error without a name'));
  }

  function takeMessages(): void {
    for (;;) {
      const length = messageLength(received);
      if (length === undefined || received.length < length) return;
      const message = decodeMessage(received.subarray(0, length));
      received = received.slice(length);
      receive(message);
    }
  }

  return new Promise<SessionBus>((resolve, reject) => {
    const fail = (error: BusError): void => {
      cancelDeadline();
      end(error);
      reject(error);
    };
    const cancelDeadline = clock.after(CONNECT_DEADLINE_MS, () => fail(new BusError('UNREACHABLE', 'the message bus does not answer')));

    /** "Authentication Protocol": EXTERNAL, the user being known by the socket. True when the bus has agreed. */
    function agreed(): boolean {
      const text = Buffer.from(received).toString('latin1');
      const lineEnd = text.indexOf('\r\n');
      if (lineEnd === -1) {
        if (received.length > MAX_LINE_BYTES) throw new BusError('REFUSED', 'the message bus speaks another protocol');
        return false;
      }
      if (!text.startsWith('OK ')) throw new BusError('REFUSED', 'the message bus does not let us in');
      received = received.slice(lineEnd + 2);
      return true;
    }

    async function greet(): Promise<void> {
      await bus.call({ ...BUS, member: 'Hello' });
      cancelDeadline();
      welcomed = true;
      resolve(bus);
    }

    let authenticated = false;
    socket = connect({ path });
    socket.on('connect', () => socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(uid)).toString('hex')}\r\n`));
    socket.on('data', (chunk: Buffer) => {
      try {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        if (!authenticated) {
          if (!agreed()) return;
          authenticated = true;
          socket.write('BEGIN\r\n');
          greet().catch((error: BusError) => fail(error));
        }
        takeMessages();
      } catch (error) {
        // What makes no sense ends the connection and nothing else.
        fail(error instanceof BusError ? error : new BusError('REFUSED', 'the message bus said what makes no sense', { cause: error }));
      }
    });
    socket.on('error', (error) => fail(new BusError('UNREACHABLE', 'the message bus cannot be reached', { cause: error })));
    socket.on('close', () => fail(new BusError('CLOSED', 'the message bus is gone')));
  });
}
