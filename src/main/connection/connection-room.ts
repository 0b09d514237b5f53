import type { EngineName } from '../../facts/preferences.ts';
import type { Clock } from '../clock.ts';
import type { AddressSource } from './addresses/contract.ts';
import { type AddressOptions, usableAddresses } from './addresses/interfaces.ts';
import { allAddresses, ownAddresses } from './addresses/sources.ts';
import { createSessionCertificate, type SessionCertificate } from './certificate.ts';
import { ClassicLink } from './classic-link.ts';
import { ConnectionError, type ConnectionRoom, type NoviceIdentity, type StartEngine } from './contract.ts';
import type { ExpertEngine } from './expert-engine.ts';
import { ExpertSide } from './expert-endpoint.ts';
import { NoviceSide } from './novice-endpoint.ts';
import { RdpClientLink } from './rdp-client-link.ts';
import type { OwnPort, Way } from './ways/contract.ts';
import { type WayPlan, planOf } from '../../protocol/assistance/ways.ts';
import type { IceDeps } from './ways/ice/ice.ts';
import { waysWith } from './ways/ways.ts';

export interface ConnectionRoomDeps extends AddressOptions {
  readonly clock: Clock;
  /** Listen on this address only, and put only this one in tickets. The most useful ones of this computer when left out. */
  readonly listenHost?: string;
  /** Listen on this port where it is free. */
  readonly ownPort?: OwnPort;
  /** Where else a listener can be reached, beside what this computer knows itself. */
  readonly addressSources?: readonly AddressSource[];
  /** Starts the process of the classic engine, where that may be chosen. */
  readonly startEngine?: StartEngine;
  /** Whether this computer's address is kept from the other side: everything goes through servers. No, when left out. */
  readonly relayOnly?: () => boolean;
  /** What ICE works with; without it, there is no such way. */
  readonly ice?: IceDeps;
  /** {@link waysWith} when left out. */
  readonly ways?: readonly Way[];
}

/** The room that owns every RDP connection: `openNovice` to be helped, `openExpert` to help. */
export function createConnectionRoom(deps: ConnectionRoomDeps): ConnectionRoom {
  const { clock, listenHost, ways = waysWith(deps.ice), addressSources = [] } = deps;
  const listenHosts = (): readonly string[] => (listenHost === undefined ? usableAddresses(deps) : [listenHost]);
  const addresses = allAddresses([...addressSources, ownAddresses], clock);
  const isHidden = (): boolean => deps.relayOnly?.() === true;
  /** What the other side can see this computer's address on is not taken part in. */
  const now = (): readonly Way[] => (isHidden() ? ways.filter((way) => !isSilent(way)) : ways);
  const parts = { clock, listenHosts, addresses, ownPort: deps.ownPort };
  return {
    get ways() {
      return now().map(planOf);
    },
    prepare: () => {
      if (now().some(isSilent)) addresses.prepare?.(listenHosts());
    },
    openNovice: async (signal, options = {}) => {
      throwIfAborted(signal);
      const { standing = false, returning = false, wordless = standing, sessionId, identity, reach } = options;
      const certificate = certificateOf(identity) ?? (await createSessionCertificate(clock.now(), standing ? 'rsa' : 'ecdsa'));
      const taken = wordless ? now().filter(isSilent) : now();
      if (standing && taken.length === 0) throw new ConnectionError('NO_ADDRESS', 'this computer does not tell where it is');
      return opened(
        new NoviceSide({ ...parts, hidden: isHidden(), ways: taken, certificate, standing, returning, sessionId, reach }),
        signal,
      );
    },
    openExpert: async ({ engine, userName, channels = [], invited = false, wordless = invited, ...more }, signal) => {
      throwIfAborted(signal);
      const { patienceMs, relayedAtOnce, reach } = more;
      const taken = now().filter((way) => (!invited || way.offeredBy === 'novice') && (!wordless || isSilent(way)));
      const side = {
        ...parts,
        hidden: isHidden(),
        ways: taken,
        engine: engineCalled(engine, deps.startEngine),
        userName,
        channels,
        patienceMs,
        relayedAtOnce,
        reach,
      };
      return opened(new ExpertSide(side), signal);
    },
  };
}

/** Where there is no messenger between the two, no way can say anything to the other side. */
const isSilent = ({ signals }: WayPlan): boolean => signals !== true;

function engineCalled(name: EngineName, startEngine: StartEngine | undefined): ExpertEngine {
  if (name === 'ringback') return (options) => new RdpClientLink(options);
  if (startEngine === undefined) throw new Error('there is no process for the classic engine');
  return (options) => new ClassicLink(options, startEngine);
}

function certificateOf(identity: NoviceIdentity | undefined): SessionCertificate | undefined {
  if (identity === undefined) return undefined;
  if ('secureContext' in identity) return identity as SessionCertificate;
  throw new Error('not an identity of this room');
}

/** The signal closes what it opens. */
async function opened<T extends { open(signal: AbortSignal): Promise<void> }>(side: T, signal: AbortSignal): Promise<T> {
  throwIfAborted(signal);
  await side.open(signal);
  return side;
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ConnectionError('ABORTED', 'stopped before it began', { cause: signal.reason });
}
