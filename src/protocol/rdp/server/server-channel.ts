import { ProtocolError } from '../../bytes/errors.ts';
import { ChannelJoiner, encodeChannelChunks } from '../pdu/virtual-channel.ts';
import type { RdpServerOutput } from './contract.ts';
import { sendOn } from './server-domain.ts';

/** What may wait for a reactivation to end. */
const MAX_HELD_BYTES = 0x4_0000;

/** One static virtual channel ([MS-RDPBCGR] 1.3.3). */
export class ServerChannel {
  readonly name: string;
  readonly id: number;
  private readonly joiner = new ChannelJoiner();
  private held: RdpServerOutput[] = [];
  private heldBytes = 0;

  constructor(name: string, id: number) {
    this.name = name;
    this.id = id;
  }

  /** A message when `chunk` completes one. */
  receive(chunk: Uint8Array): RdpServerOutput[] {
    const data = this.joiner.push(chunk);
    return data === undefined ? [] : [{ tag: 'channel', name: this.name, data }];
  }

  send(data: Uint8Array): RdpServerOutput[] {
    return encodeChannelChunks(data).map((chunk) => sendOn(this.id, chunk));
  }

  /** Keeps a message until {@link release}: clients do not all look at channels in the middle of a reactivation. */
  hold(data: Uint8Array): void {
    this.heldBytes += data.length;
    if (this.heldBytes > MAX_HELD_BYTES)
      throw new ProtocolError('TOO_LARGE', `channel ${this.name}`, `<= ${MAX_HELD_BYTES} bytes held`, this.heldBytes);
    this.held.push(...this.send(data));
  }

  release(): RdpServerOutput[] {
    const held = this.held;
    this.held = [];
    this.heldBytes = 0;
    return held;
  }
}
