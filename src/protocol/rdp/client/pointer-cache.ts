import { ProtocolError } from '../../bytes/errors.ts';
import type { PointerShape } from '../pointer-shape.ts';
import type { PointerMessage } from '../pdu/pointer-update.ts';
import { POINTER_CACHE_SIZE } from './capabilities-exchange.ts';
import type { RdpClientOutput } from './contract.ts';

/** Resolves cached pointers ([MS-RDPBCGR] 2.2.9.1.1.4.6). As many entries as our Pointer capability says. */
export class PointerCache {
  private readonly shapes = new Map<number, PointerShape>();

  resolve(message: PointerMessage): RdpClientOutput {
    switch (message.tag) {
      case 'hidden':
        return { tag: 'pointerShape', shape: null };
      case 'default':
        return { tag: 'pointerShape', shape: 'default' };
      case 'position':
        return { tag: 'pointerPosition', x: message.x, y: message.y };
      case 'shape':
        if (message.cacheIndex >= POINTER_CACHE_SIZE) {
          throw new ProtocolError('OUT_OF_RANGE', 'TS_COLORPOINTERATTRIBUTE.cacheIndex', `< ${POINTER_CACHE_SIZE}`, message.cacheIndex);
        }
        this.shapes.set(message.cacheIndex, message.shape);
        return { tag: 'pointerShape', shape: message.shape };
      case 'cached':
        // A server that names an entry it never sent: the system's own pointer is better than none.
        return { tag: 'pointerShape', shape: this.shapes.get(message.cacheIndex) ?? 'default' };
    }
  }
}
