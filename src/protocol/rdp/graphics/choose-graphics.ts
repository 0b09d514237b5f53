import { ProtocolError } from '../../bytes/errors.ts';
import type { ClientGraphicsCapabilities } from './client-capabilities.ts';
import type { EncoderKind, GraphicsSettings } from './contract.ts';
import { ENCODERS } from './encoders.ts';

/**
 * The first encoder in the table that suits the client, and how its frames are acknowledged.
 * @throws ProtocolError REFUSED when none does: a client without 32 bits a pixel cannot be served exactly
 */
export function chooseGraphics(client: ClientGraphicsCapabilities, encoders: readonly EncoderKind[] = ENCODERS): GraphicsSettings {
  for (const kind of encoders) {
    const encoder = kind.settingsFor(client);
    if (encoder === undefined) continue;
    return { encoder, acknowledgement: kind.acknowledgement ?? (client.frameAcknowledge ? 'marked' : 'unmarked') };
  }
  throw new ProtocolError('REFUSED', 'TS_UD_CS_CORE.highColorDepth', '32 bits a pixel', client.bitsPerPixel);
}
