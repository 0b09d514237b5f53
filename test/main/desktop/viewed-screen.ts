import { GraphicsDecoder } from '../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import type { Size } from '../../../src/protocol/rdp/geometry.ts';
import type { GraphicsUpdate } from '../../../src/protocol/rdp/graphics/contract.ts';
import { FastPathOutputDecoder } from '../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { applied } from '../../support/applied.ts';
import type { Picture } from '../../support/display.ts';

/** What a client would have on its screen after the frames it was given. */
export class ViewedScreen {
  private readonly size: Size;
  private readonly decoder: GraphicsDecoder;
  private readonly fastPath = new FastPathOutputDecoder();

  constructor(size: Size) {
    this.size = size;
    this.decoder = new GraphicsDecoder(size);
  }

  show(updates: readonly GraphicsUpdate[]): void {
    for (const update of updates) {
      let at = 0;
      while (at < update.bytes.length) {
        const length = pduLength(update.bytes, at);
        for (const { updateCode, data } of this.fastPath.decode(update.bytes.subarray(at, at + length))) {
          applied(this.decoder.apply({ tag: 'update', updateCode, data }));
        }
        at += length;
      }
    }
  }

  picture(): Picture {
    const { width, height } = this.size;
    const rgb = new Uint8Array(width * height * 3);
    const { words } = this.decoder.surface;
    for (let index = 0; index < width * height; index += 1) {
      const word = words[index] ?? 0;
      rgb[index * 3] = word & 0xff;
      rgb[index * 3 + 1] = (word >> 8) & 0xff;
      rgb[index * 3 + 2] = (word >> 16) & 0xff;
    }
    return { width, height, rgb };
  }
}

/** Length of a fast-path PDU ([MS-RDPBCGR] 2.2.9.1.2, length1 and length2). */
function pduLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at + 1] ?? 0;
  return (first & 0x80) === 0 ? first : ((first & 0x7f) << 8) | (bytes[at + 2] ?? 0);
}
