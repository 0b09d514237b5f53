import { channelEncoder } from '../channel/channel-picture-encoder.ts';
import type { EncoderKind } from '../contract.ts';
import { PLANAR } from '../planar/planar-picture-encoder.ts';
import { FilmLayer, type FilmLayerParts } from './film-layer.ts';

/** Every encoder there is, where pictures are captured that may be encoded as film. Clients that take no H.264 get exact pictures only. */
export function encodersWithFilm(parts: FilmLayerParts): readonly EncoderKind[] {
  return [channelEncoder(({ avc420 }) => (avc420 ? new FilmLayer(parts) : undefined)), PLANAR];
}
