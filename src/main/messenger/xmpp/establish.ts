import type { LookupFunction } from 'node:net';
import type { ServerCertificate } from '../../../facts/server.ts';
import { scopeOf } from '../../../protocol/ip-address.ts';
import type { Framed } from '../../../protocol/xmpp/framer.ts';
import { RegistrationError } from '../../../protocol/xmpp/registration.ts';
import type { ChannelBinding } from '../../../protocol/xmpp/scram.ts';
import { serverNamed } from '../../../protocol/xmpp/server-name.ts';
import type { StreamStep } from '../../../protocol/xmpp/sign-in.ts';
import { XmppStreamError } from '../../../protocol/xmpp/stream-error.ts';
import type { Clock } from '../../clock.ts';
import { MessengerError, type MessengerErrorCode } from '../contract.ts';
import { lookupFor } from '../msnp/line.ts';
import type { DerivedKeys } from './derived-keys.ts';
import { XMPP_PORT } from './discovery.ts';
import type { XmppServer } from './stream-contract.ts';
import { problemOf } from './stream-problems.ts';
import { XmppSocket } from './xmpp-socket.ts';

/** From one word of the server to the next, and for all of them. */
const STEP_DEADLINE_MS = 15_000;
const SIGN_IN_DEADLINE_MS = 60_000;
/** What is wrong with one server need not be wrong with the next one that the domain names: a node that has died, a port where something else answers. */
const OF_ONE_SERVER: ReadonlySet<MessengerErrorCode> = new Set(['UNREACHABLE', 'TIMEOUT', 'CONNECTION_LOST', 'NOT_PROTECTED', 'WRONG_KEY']);
/** How often servers may send us on. */
const MAX_REFERRALS = 2;

/** What is said up to an outcome, without I/O: `SignIn`, `Registration`. */
export interface StreamMachine<Outcome> {
  start(): readonly (StreamStep | Outcome)[];
  secured(bindings: readonly ChannelBinding[]): readonly (StreamStep | Outcome)[];
  receive(framed: Framed): readonly (StreamStep | Outcome)[];
  derived(key: Uint8Array): readonly (StreamStep | Outcome)[];
}

export interface EstablishOptions<Outcome> {
  /** A fresh one for each server. */
  readonly machine: () => StreamMachine<Outcome>;
  readonly domain: string;
  /** In the order in which they are tried: the next one where one cannot be reached, or is not what it should be. */
  readonly servers: readonly XmppServer[];
  readonly ca: string | undefined;
  readonly keys: DerivedKeys;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/** A socket on which a machine has come to its outcome. It keeps what comes for whoever takes it. */
export interface Established<Outcome> {
  readonly server: XmppServer;
  readonly certificate: ServerCertificate;
  readonly outcome: Outcome;
  readonly socket: XmppSocket;
  /** From here on that listener hears what comes; what has come meanwhile first. */
  take(listener: SocketTaker): void;
}

export interface SocketTaker {
  framed(framed: Framed): void;
  lost(error: Error): void;
}

/**
 * Dials one server after the other until one answers as it should, and lets the machine speak there. Rejects with MessengerError, of those of
 * several servers the first that says more than that one was not to be reached; RegistrationError.
 */
export async function establish<Outcome extends { readonly tag: string }>(
  options: EstablishOptions<Outcome>,
): Promise<Established<Outcome>> {
  let servers = options.servers;
  let lookup: LookupFunction | undefined;
  let telling: MessengerError | undefined;
  for (let referrals = 0; ; ) {
    const [server, ...others] = servers;
    if (server === undefined) throw new MessengerError('UNREACHABLE', 'no server');
    try {
      return await speak(options, server, lookup);
    } catch (error) {
      const other = error instanceof SentOn && referrals < MAX_REFERRALS ? referred(error, server) : undefined;
      if (error instanceof SentOn && other !== undefined) {
        referrals += 1;
        servers = [other];
        lookup = lookupFor(other.host, { endpoint: server, address: error.address });
        continue;
      }
      if (error instanceof RegistrationError) throw error;
      const problem = problemOf(error);
      if (problem.code !== 'UNREACHABLE') telling ??= problem;
      if (!OF_ONE_SERVER.has(problem.code)) throw problem;
      if (others.length === 0 || options.signal?.aborted === true) throw telling ?? problem;
      servers = others;
    }
  }
}

function isStep(output: StreamStep | { readonly tag: string }): output is StreamStep {
  return output.tag === 'send' || output.tag === 'open' || output.tag === 'secure' || output.tag === 'derive';
}

/** A server that has shown whose it is sends us on (RFC 6120 section 4.9.3.19). */
class SentOn extends Error {
  override readonly name = 'SentOn';
  readonly host: string;
  /** The IP address at which it was. */
  readonly address: string;
  constructor(error: XmppStreamError, host: string, address: string) {
    super(error.message, { cause: error });
    this.host = host;
    this.address = address;
  }
}

/** Where to: the same kind of protection and the same certificate is asked of it, and no server looks around in our network (`lookupFor` for names). */
function referred({ host, address }: SentOn, { tls, host: dialled }: XmppServer): XmppServer | undefined {
  const named = serverNamed(host, XMPP_PORT);
  if (named === undefined) return undefined;
  const [scope, own] = [scopeOf(named.host), scopeOf(address)];
  const isAllowed = scope === undefined || scope === 'global' || (scope === 'loopback' && own === 'loopback');
  return isAllowed || named.host === dialled || named.host === address ? { ...named, tls } : undefined;
}

function speak<Outcome extends { readonly tag: string }>(
  { machine: begin, domain, ca, keys, clock, signal }: EstablishOptions<Outcome>,
  server: XmppServer,
  lookup: LookupFunction | undefined,
): Promise<Established<Outcome>> {
  return new Promise((resolve, reject) => {
    const machine = begin();
    let certificate: ServerCertificate | undefined;
    let taker: SocketTaker | undefined;
    const untaken: ((listener: SocketTaker) => void)[] = [];
    let isOver = false;

    const later = (ms: number): (() => void) => clock.after(ms, () => fail(new MessengerError('TIMEOUT', 'the server does not answer')));
    const cancelAll = later(SIGN_IN_DEADLINE_MS);
    let cancelStep = (): void => {};
    const settle = (): void => {
      isOver = true;
      cancelAll();
      cancelStep();
      signal?.removeEventListener('abort', abort);
    };
    const fail = (error: unknown): void => {
      if (isOver) return;
      settle();
      const { remoteAddress } = socket;
      socket.destroy();
      const host = error instanceof XmppStreamError && certificate !== undefined ? error.otherHost : undefined;
      if (error instanceof XmppStreamError && host !== undefined) reject(new SentOn(error, host, remoteAddress));
      else reject(error instanceof Error ? error : new Error(String(error)));
    };
    const abort = (): void => fail(new MessengerError('CONNECTION_LOST', 'given up'));
    const run = (step: () => readonly (StreamStep | Outcome)[]): void => {
      try {
        for (const output of step()) carryOut(output);
      } catch (error) {
        fail(error);
      }
    };
    const carryOut = (output: StreamStep | Outcome): void => {
      cancelStep();
      if (isOver) return;
      cancelStep = later(STEP_DEADLINE_MS);
      if (!isStep(output)) return reached(output);
      switch (output.tag) {
        case 'send':
          return socket.write(output.text);
        case 'open':
          return socket.open(output.text);
        case 'secure':
          return socket.secure();
        case 'derive':
          keys.derive(output.derivation).then((key) => run(() => (isOver ? [] : machine.derived(key))), fail);
      }
    };
    const reached = (outcome: Outcome): void => {
      if (certificate === undefined) return fail(new MessengerError('NOT_PROTECTED', 'no certificate'));
      settle();
      const take = (listener: SocketTaker): void => {
        taker = listener;
        for (const tell of untaken.splice(0)) tell(listener);
      };
      resolve({ server, certificate, outcome, socket, take });
    };
    const pass = (tell: (listener: SocketTaker) => void): void => {
      if (taker === undefined) untaken.push(tell);
      else tell(taker);
    };
    const socket = new XmppSocket(
      { server, domain, ca, clock, lookup },
      {
        connected: () => run(() => machine.start()),
        secured: (bindings, facts) => {
          certificate = facts;
          run(() => machine.secured(bindings));
        },
        framed: (framed) => (isOver ? pass((listener) => listener.framed(framed)) : run(() => machine.receive(framed))),
        lost: (error) => (isOver ? pass((listener) => listener.lost(error)) : fail(error)),
      },
    );
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort);
  });
}
