import { ProtocolError } from '../../bytes/errors.ts';
import { FAST_PATH_MAX_PDU_BYTES } from '../pdu/fast-path-output.ts';
import type { ClientGraphicsCapabilities } from './client-capabilities.ts';
import type { GraphicsSettings } from './contract.ts';

/** All that the 15-bit length of a fast-path PDU can say: a 64×64 tile at its worst (planar, raw, with alpha: 16,385 bytes) fits whole. */
const MAX_PDU_BYTES = FAST_PATH_MAX_PDU_BYTES;

/** One codec for the whole session from what the client can do. A client without 32 bits a pixel cannot be served exactly and is `REFUSED`. */
export function chooseGraphics(client: ClientGraphicsCapabilities): GraphicsSettings {
  if (client.bitsPerPixel !== 32)
    throw new ProtocolError('REFUSED', 'TS_UD_CS_CORE.highColorDepth', '32 bits a pixel', client.bitsPerPixel);
  return {
    codec: 'planar',
    skipAlpha: client.skipAlpha,
    frameMarkers: client.frameAcknowledge,
    scrollCopies: client.screenBlt,
    maxPduBytes: MAX_PDU_BYTES,
  };
}
