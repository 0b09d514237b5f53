const FULL_SCALE = 32_767;
const CHANNELS = 2;
/** What is in the middle or behind is heard on both sides, or on its own, at half of its power. */
const ASIDE = Math.SQRT1_2;
/** Of six channels and more: left, right, middle, low, then those behind or beside, left and right in turn. */
const MIDDLE = 2;
const FIRST_BESIDE = 4;

/** Two channels out of any number; the low one of six or more is left out, as players do. */
export function stereo(channels: readonly Float32Array[]): readonly [Float32Array, Float32Array] {
  const left = channels[0] ?? new Float32Array(0);
  const right = channels[1] ?? left;
  if (channels.length <= FIRST_BESIDE) return [left, right];
  const side = (own: Float32Array, first: number): Float32Array => {
    const mixed = own.slice();
    const add = (samples: Float32Array | undefined): void =>
      samples?.forEach((sample, at) => (mixed[at] = (mixed[at] ?? 0) + sample * ASIDE));
    add(channels[MIDDLE]);
    for (let at = first; at < channels.length; at += CHANNELS) add(channels[at]);
    return mixed;
  };
  return [side(left, FIRST_BESIDE), side(right, FIRST_BESIDE + 1)];
}

/** 16 bits, little-endian, the channels interleaved. What is louder than that can be is cut. */
export function pcmOf(channels: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const count = channels[0]?.length ?? 0;
  const bytes = new Uint8Array(count * channels.length * 2);
  const view = new DataView(bytes.buffer);
  channels.forEach((samples, channel) =>
    samples.forEach((sample, at) => {
      view.setInt16((at * channels.length + channel) * 2, Math.round(Math.min(1, Math.max(-1, sample)) * FULL_SCALE), true);
    }),
  );
  return bytes;
}
