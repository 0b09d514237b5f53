import type { Socket } from 'node:net';
import type { HostPort } from '../../../../protocol/host-port.ts';
import type { LinkTraffic } from '../../contract.ts';
import { KEEP_ALIVE_BLIND_AFTER_MS } from '../../deadlines.ts';
import type { Carrier } from '../contract.ts';

/**
 * A connection through a proxy. What the system knows of the socket is about the proxy and not about the other side, so it tells nothing of it: a proxy
 * goes on acknowledging when the other side is long gone.
 */
export class RelayedCarrier implements Carrier {
  readonly relayed = true;
  readonly duplex: Socket;
  readonly address: string;
  readonly remote: string;

  constructor(socket: Socket, proxy: HostPort) {
    this.duplex = socket;
    this.remote = proxy.host;
    this.address = proxy.host;
  }

  get traffic(): LinkTraffic {
    return { bytesSent: this.duplex.bytesWritten, bytesReceived: this.duplex.bytesRead };
  }

  tune(): void {
    this.duplex.setNoDelay(true);
    this.duplex.setKeepAlive(true, KEEP_ALIVE_BLIND_AFTER_MS);
  }
}
