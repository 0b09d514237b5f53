// oxlint-disable-next-line typescript/triple-slash-reference -- ambient types of a package that has none: nothing to import
/// <reference path="./x11.d.ts" />
import x11 from 'x11';
import type { Client, Display, Event, Extensions, Screen } from 'x11';
import { DesktopError } from '../contract.ts';
import { readXCookie } from './xauthority.ts';
import { readDirectly } from '../../direct-reads.ts';
import { Emitter } from '../../emitter.ts';

/** Even a busy X server answers a connection setup within this. */
const CONNECT_DEADLINE_MS = 5_000;

export interface X11Address {
  /** Value of DISPLAY. */
  readonly display: string;
  /** Value of XAUTHORITY, if set. */
  readonly xauthority?: string;
}

/** Of an event's first byte (core protocol, SendEvent). */
const SENT = 0x80;

/** An X server that listens on TCP does so on 6000 plus its number. */
const MAX_DISPLAY_NUMBER = 65_535 - 6_000;

/** The server could not do what was asked. */
export interface XError extends Error {
  /** Which kind of request that was. */
  readonly majorOpcode: number;
}

/** One connection to an X server, with promises. */
export interface X11Connection {
  readonly client: Client;
  readonly display: Display;
  readonly screen: Screen;
  /** The extension, or undefined when the server has none. */
  extension<Name extends keyof Extensions>(name: Name): Promise<Extensions[Name] | undefined>;
  /** What the server tells; of what other clients have it tell (SendEvent) only where a window manager says that a window is. */
  onEvent(listener: (event: Event) => void): void;
  /** What is asked in the call goes to the server in one piece, so that its answers come in one as well. */
  together(ask: () => void): void;
  /** Called once when the server or the connection is lost, but not after `close`. */
  onLost(listener: (why: string) => void): void;
  /**
   * Called for errors of what has no reply, before the reply to anything that was asked later; they leave the connection intact. The returned function takes
   * the listener away.
   */
  onError(listener: (error: XError) => void): () => void;
  close(): void;
}

/**
 * Connects. Rejects with DesktopError NO_DISPLAY when there is no such server, it refuses us, or it does not answer in time.
 * @param fdPassing builds a connection that can hand file descriptors to the server, for MIT-SHM 1.2
 */
export async function connectX11(address: X11Address, fdPassing: boolean): Promise<X11Connection> {
  const parsed = /^(?:unix\/)?(.*):(\d+)(?:\.(\d+))?$/.exec(address.display);
  if (parsed === null || Number(parsed[2]) > MAX_DISPLAY_NUMBER)
    throw new DesktopError(
      'NO_DISPLAY',
      `DISPLAY is not of the form host:number with a number up to ${MAX_DISPLAY_NUMBER}, but ${JSON.stringify(address.display.slice(0, 80))}`,
    );
  const cookie = await readXCookie(parsed[2] ?? '0', address.xauthority);
  const display = await new Promise<Display>((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(new DesktopError('NO_DISPLAY', `no X server at ${address.display}: ${error.message}`, { cause: error }));
    const timer = setTimeout(() => {
      refuse(new Error('no answer'));
      client.stream?.destroy();
    }, CONNECT_DEADLINE_MS);
    const client = x11.createClient(
      { display: address.display, auth: cookie, ...(fdPassing ? {} : { shm: false as const }) },
      (error, answered) => {
        clearTimeout(timer);
        if (error) refuse(error);
        else resolve(answered);
      },
    );
    // A refused authorisation arrives as this event and not in the callback.
    client.on('error', refuse);
  });
  return new Connection(display, Number(parsed[3] ?? 0));
}

/** One reply, as a promise. */
export function reply<T>(ask: (done: (error: Error | null | undefined, result: T) => unknown) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask((error, result) => {
      if (error) reject(error);
      else resolve(result);
      // A truthy result tells `x11` that the error was handled.
      return true;
    });
  });
}

/** Whether another client says it, and not the server. */
export function isSent({ rawData }: Event): boolean {
  return ((rawData?.[0] ?? 0) & SENT) !== 0;
}

/** Those of the socket say nothing of a request. */
function isXError(error: Error): error is XError {
  return 'majorOpcode' in error && typeof error.majorOpcode === 'number';
}

class Connection implements X11Connection {
  readonly client: Client;
  readonly display: Display;
  readonly screen: Screen;
  private readonly losses = new Emitter<string>();
  private readonly errors = new Emitter<XError>();
  private over = false;

  constructor(display: Display, screenNumber: number) {
    this.client = display.client;
    this.display = display;
    const screen = display.screen[screenNumber] ?? display.screen[0];
    if (screen === undefined) throw new DesktopError('NO_DISPLAY', 'the X server has no screen');
    this.screen = screen;
    readDirectly(this.client.stream);
    const gone = () => this.lost('the X server closed the connection');
    this.client.stream.on('close', gone);
    this.client.stream.on('end', gone);
    this.client.on('error', (error) => {
      if (isXError(error)) this.errors.emit(error);
      else this.lost(error.message);
    });
  }

  extension<Name extends keyof Extensions>(name: Name): Promise<Extensions[Name] | undefined> {
    return new Promise((resolve) => this.client.require(name, (error, found) => resolve(error ? undefined : found)));
  }

  onEvent(listener: (event: Event) => void): void {
    this.client.on('event', (event) => {
      if (!isSent(event) || event.name === 'ConfigureNotify') listener(event);
    });
  }

  together(ask: () => void): void {
    const { stream } = this.client;
    stream.cork();
    try {
      ask();
    } finally {
      stream.uncork();
    }
  }

  onLost(listener: (why: string) => void): void {
    this.losses.on(listener);
  }

  onError(listener: (error: XError) => void): () => void {
    return this.errors.on(listener);
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.client.terminate();
  }

  private lost(why: string): void {
    if (this.over) return;
    this.over = true;
    this.losses.finish(why);
  }
}
