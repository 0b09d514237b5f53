import { channelEncoder } from '../channel/channel-picture-encoder.ts';
import type { EncoderKind } from '../contract.ts';
import type { FilmEncoders } from './contract.ts';
import { PLANAR } from '../planar/planar-picture-encoder.ts';
import { FilmLayer, type FilmLayerParts } from './film-layer.ts';

/** Every encoder there is, where pictures are captured that may be encoded as film. On the channel a client that takes no H.264 is shown RemoteFX. */
export function encodersWithFilm({ encoders, ...parts }: FilmLayerParts & { readonly encoders: FilmEncoders }): readonly EncoderKind[] {
  const layer = channelEncoder(({ avc420, remoteFx }) => {
    if (avc420) return new FilmLayer({ ...parts, remoteFx, encoders });
    return remoteFx ? new FilmLayer({ ...parts, remoteFx }) : undefined;
  });
  return [layer, PLANAR];
}
