import type { Socket } from 'node:net';
import { type HostPort, formatHostPort } from '../../../../protocol/host-port.ts';
import type { LinkTraffic } from '../../contract.ts';
import { KEEP_ALIVE_AFTER_MS, KEEP_ALIVE_BLIND_AFTER_MS } from '../../deadlines.ts';
import type { Carrier, SystemView } from '../contract.ts';
import { tuneOnLinux } from './linux-tcp.ts';

interface TcpCarrierFacts {
  /** Where we called it; without, it called us. */
  readonly dialled?: HostPort;
  /** Whether it came, or went, through a door that a router has opened. */
  readonly mapped?: () => boolean;
}

/** A connected TCP socket as a carrier. */
export class TcpCarrier implements Carrier {
  readonly duplex: Socket;
  readonly address: string;
  readonly remote: string;
  private view: (() => SystemView | undefined) | undefined;
  private readonly throughDoor: (() => boolean) | undefined;

  constructor(socket: Socket, { dialled, mapped }: TcpCarrierFacts = {}) {
    this.throughDoor = mapped;
    const remote = dialled ?? { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.duplex = socket;
    this.remote = remote.host;
    this.address = addressText(remote);
  }

  get mapped(): boolean {
    return this.throughDoor?.() === true;
  }

  get traffic(): LinkTraffic {
    return { bytesSent: this.duplex.bytesWritten, bytesReceived: this.duplex.bytesRead };
  }

  tune(): void {
    this.duplex.setNoDelay(true);
    this.view = tuneOnLinux(this.duplex);
    this.duplex.setKeepAlive(true, this.view === undefined ? KEEP_ALIVE_BLIND_AFTER_MS : KEEP_ALIVE_AFTER_MS);
  }

  look(): SystemView | undefined {
    return this.view?.();
  }
}

/** `host:port`, IPv6 in brackets, an IPv4-mapped IPv6 address as IPv4. */
export function addressText({ host, port }: HostPort): string {
  return formatHostPort({ host: host.replace(/^::ffff:(?=\d+\.)/i, ''), port });
}
