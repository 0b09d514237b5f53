const IDR_SLICE = 5;
const SEQUENCE_PARAMETERS = 7;

/** What of an access unit (H.264 annex B) a decoder must be told. */
export interface AccessUnit {
  /** It refers to nothing before it. */
  readonly key: boolean;
  /** Of its sequence parameter set, where it has one: the codec as WebCodecs names it, `avc1.PPCCLL`. */
  readonly codec: string | undefined;
}

export function lookAtUnit(bytes: Uint8Array): AccessUnit {
  let key = false;
  let codec: string | undefined;
  for (let at = 2; at + 1 < bytes.length; at++) {
    // A start code is 0, 0, 1; three bytes at a time as long as there can be none.
    const byte = bytes[at] ?? 0;
    if (byte > 1) {
      at += 2;
      continue;
    }
    if (byte !== 1 || bytes[at - 1] !== 0 || bytes[at - 2] !== 0) continue;
    const type = (bytes[at + 1] ?? 0) & 31;
    if (type === IDR_SLICE) key = true;
    else if (type === SEQUENCE_PARAMETERS && at + 4 < bytes.length) codec = `avc1.${hex(bytes.subarray(at + 2, at + 5))}`;
    // What follows a slice's header is its picture.
    if (type === IDR_SLICE || type === 1) break;
  }
  return { key, codec };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
