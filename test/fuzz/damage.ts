import { joined } from './mutations.ts';
import type { Random } from './random.ts';

/** A recorded conversation as a network or a liar would give it: bytes flipped, pieces dropped, repeated, reordered, cut, and put together anew. */
export function damaged(parts: readonly Uint8Array[], random: Random): Uint8Array[] {
  const out: Uint8Array[] = parts.map((part) => part.slice());
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const at = random.below(out.length);
    const part = out[at];
    if (part === undefined) break;
    switch (random.below(8)) {
      case 0:
      case 1:
      case 2: {
        const byte = random.below(part.length);
        if (part.length > 0) part[byte] = (part[byte] ?? 0) ^ (1 << random.below(8));
        break;
      }
      case 3:
        out.splice(at, 1);
        break;
      case 4:
        out.splice(at, 0, ...Array.from({ length: random.pick([1, 1, 20, 200]) }, () => part.slice()));
        break;
      case 5: {
        const other = random.below(out.length);
        out[at] = out[other] ?? part;
        out[other] = part;
        break;
      }
      case 6:
        out[at] = part.slice(0, random.below(part.length));
        break;
      case 7: {
        const start = random.below(part.length);
        out[at] = joined(part.subarray(0, start), part.subarray(start + 1 + random.below(4)));
        break;
      }
    }
  }
  return random.once(3) ? rechunked(out, random) : out;
}

function rechunked(parts: readonly Uint8Array[], random: Random): Uint8Array[] {
  const whole = joined(...parts);
  const out: Uint8Array[] = [];
  for (let at = 0; at < whole.length; ) {
    const size = 1 + random.below(random.pick([3, 100, 2_000]));
    out.push(whole.subarray(at, at + size));
    at += size;
  }
  return out;
}
