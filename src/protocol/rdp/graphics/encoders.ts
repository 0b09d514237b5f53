import { CHANNEL } from './channel/channel-picture-encoder.ts';
import type { EncoderKind } from './contract.ts';
import { PLANAR } from './planar/planar-picture-encoder.ts';

/** Every encoder that runs wherever pictures are captured; the first that suits a client serves it. */
export const ENCODERS: readonly EncoderKind[] = [CHANNEL, PLANAR];
