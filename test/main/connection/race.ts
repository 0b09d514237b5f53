import type { EngineName } from '../../../src/facts/preferences.ts';
import { type Socket, connect } from 'node:net';
import { type Clock, systemClock } from '../../../src/main/clock.ts';
import { createConnectionRoom } from '../../../src/main/connection/connection-room.ts';
import { forkEngine } from '../../support/engine-process.ts';
import type {
  ConnectionRoom,
  ExpertEndpoint,
  ExpertEndpointEvent,
  ExpertLink,
  ExpertLinkEvent,
  NoviceEndpoint,
  NoviceEndpointEvent,
  NoviceLink,
  NoviceLinkEvent,
  NoviceOptions,
} from '../../../src/main/connection/contract.ts';
import type { HostPort } from '../../../src/protocol/host-port.ts';
import type { Channel } from '../../../src/protocol/rdp/channels/contract.ts';
import { until } from '../../support/programs.ts';
import { RecordedChannel } from '../../support/recorded-channel.ts';

export const HOST = '127.0.0.1';

/** Everything one side of the race has told, and its link once there is one. */
interface Side<Endpoint, Event, Link, LinkEvent> {
  readonly endpoint: Endpoint;
  readonly events: Event[];
  readonly linkEvents: LinkEvent[];
  /** The one channel of this side. */
  readonly channel: RecordedChannel;
  link(): Link | undefined;
}

export type Novice = Side<NoviceEndpoint, NoviceEndpointEvent, NoviceLink, NoviceLinkEvent>;
export type Expert = Side<ExpertEndpoint, ExpertEndpointEvent, ExpertLink, ExpertLinkEvent>;

/** The connection rooms of the two computers. */
export interface Rooms {
  readonly novice: ConnectionRoom;
  readonly expert: ConnectionRoom;
}

function onLoopback(clock: Clock): Rooms {
  const room = createConnectionRoom({ clock, listenHost: HOST, startEngine: () => forkEngine() });
  return { novice: room, expert: room };
}

/** Both ends of a race, on loopback unless told otherwise, and everything to put away afterwards. */
export class Race {
  private readonly rooms: Rooms;
  readonly abort = new AbortController();
  private readonly sockets: Socket[] = [];
  private readonly closers: (() => Promise<void>)[] = [];

  constructor(clock: Clock = systemClock, rooms: Rooms = onLoopback(clock)) {
    this.rooms = rooms;
  }

  async novice(options?: NoviceOptions): Promise<Novice> {
    const endpoint = await this.rooms.novice.openNovice(this.abort.signal, options);
    const events: NoviceEndpointEvent[] = [];
    const linkEvents: NoviceLinkEvent[] = [];
    let link: NoviceLink | undefined;
    endpoint.onEvent((event) => {
      events.push(event);
      if (event.tag !== 'presented') return;
      link = event.link;
      link.onEvent((linkEvent) => linkEvents.push(linkEvent));
    });
    this.closers.push(async () => {
      await endpoint.close();
      await link?.close('userRequested');
    });
    return { endpoint, events, linkEvents, channel: new RecordedChannel(), link: () => link };
  }

  async expert(engine: EngineName = 'ringback', further: readonly Channel[] = []): Promise<Expert> {
    const channel = new RecordedChannel();
    const endpoint = await this.rooms.expert.openExpert({ engine, userName: 'expert', channels: [channel, ...further] }, this.abort.signal);
    const events: ExpertEndpointEvent[] = [];
    const linkEvents: ExpertLinkEvent[] = [];
    let link: ExpertLink | undefined;
    endpoint.onEvent((event) => {
      events.push(event);
      if (event.tag !== 'verified') return;
      link = event.link;
      link.onEvent((linkEvent) => linkEvents.push(linkEvent));
    });
    this.closers.push(async () => {
      await endpoint.close();
      await link?.close();
    });
    return { endpoint, events, linkEvents, channel, link: () => link };
  }

  /** A stranger's TCP connection. */
  async stranger(target: HostPort): Promise<Socket> {
    const socket = connect(target.port, target.host);
    socket.on('error', () => undefined);
    this.sockets.push(socket);
    await new Promise<void>((resolve) => {
      socket.once('connect', () => resolve());
      socket.once('close', () => resolve());
    });
    return socket;
  }

  async end(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.closers.map((close) => close()));
  }
}

export function ticketOf({ endpoint }: Novice): { addresses: readonly HostPort[]; sessionId: Uint8Array; pin: Uint8Array } {
  return { addresses: endpoint.ticket.addresses, sessionId: endpoint.sessionId, pin: endpoint.pin };
}

/** Reverse connect to these addresses. */
export function dial({ endpoint }: Novice, addresses: readonly HostPort[]): void {
  endpoint.expect({ addresses });
  endpoint.reach('reverse');
}

export function addressOf({ endpoint }: Novice | Expert): HostPort {
  const address = endpoint.ticket.addresses[0];
  if (address === undefined) throw new Error('no address');
  return address;
}

export function tags(events: readonly { readonly tag: string }[]): string[] {
  return events.map(({ tag }) => tag);
}

export function has<E extends { readonly tag: string }, T extends E['tag']>(
  events: readonly E[],
  tag: T,
): Extract<E, { readonly tag: T }> | undefined {
  return events.find((event): event is Extract<E, { readonly tag: T }> => event.tag === tag);
}

/** Codes of every refusal so far. */
export function refusals(events: readonly (NoviceEndpointEvent | ExpertEndpointEvent)[]): string[] {
  return events.flatMap((event) => (event.tag === 'refused' ? [event.error.code] : []));
}

/** Waits until both ends have a link and the session is active on both. */
export async function connected(
  novice: Novice,
  expert: Expert,
  desktop = { width: 640, height: 480 },
  further: readonly Channel[] = [],
): Promise<{ novice: NoviceLink; expert: ExpertLink }> {
  const noviceLink = await until(() => novice.link(), `the novice to be presented: ${describeAll(novice, expert)}`, 8_000);
  const expertLink = await until(() => expert.link(), 'the expert to verify', 8_000);
  noviceLink.admit(desktop, [novice.channel, ...further]);
  await until(() => has(novice.linkEvents, 'active') && has(expert.linkEvents, 'active'), 'an active session', 8_000);
  return { novice: noviceLink, expert: expertLink };
}

function describeAll(novice: Novice, expert: Expert): string {
  return JSON.stringify([tags(novice.events), refusals(novice.events), tags(expert.events), refusals(expert.events)]);
}

/** TCP sockets and listeners of this process that are alive now. */
export function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'TCPServerWrap').length;
}
