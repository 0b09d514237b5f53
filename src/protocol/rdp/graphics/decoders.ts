import { PLANAR_ON_CHANNEL, RAW_ON_CHANNEL } from './channel/channel-bitmaps.ts';
import type { DecoderKind } from './contract.ts';
import { INTERLEAVED_BITMAPS } from './interleaved/interleaved-decoder.ts';
import { PLANAR_BITMAPS } from './planar/planar-decoder.ts';
import { RAW_BITMAPS } from './raw-bitmap.ts';
import { REMOTE_FX_ON_CHANNEL } from './remotefx/rfx-decoder.ts';

/** Every codec the viewer can show; the first that takes a bitmap decodes it. */
export const DECODERS: readonly DecoderKind[] = [
  RAW_BITMAPS,
  PLANAR_BITMAPS,
  INTERLEAVED_BITMAPS,
  PLANAR_ON_CHANNEL,
  RAW_ON_CHANNEL,
  REMOTE_FX_ON_CHANNEL,
];
