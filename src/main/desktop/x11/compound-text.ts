/* Compound Text Encoding 1.1 (X Consortium standard), with the UTF-8 segments of XFree86: what Xlib makes of a text that is more than Latin-1. */

const ESCAPE = 0x1b;
/** Control Sequence Introducer: begins and ends a direction of writing. */
const DIRECTION = 0x9b;
const START_OF_TEXT = 0x02;
const UNKNOWN = '\u{fffd}';

/** What bytes of one half of the table mean now. */
interface CodedSet {
  /** Bytes of a character. */
  readonly bytes: number;
  /** Label of a TextDecoder that has it in its upper half; undefined for a set that none knows. */
  readonly label: string | undefined;
  /** The decoder wants this byte in front of each character. */
  readonly prefix?: number;
}

const set = (label: string | undefined, bytes = 1): CodedSet => ({ bytes, label });
const ASCII = set('us-ascii');
const LATIN_1 = set('latin1');
/* By the final byte of their escape sequence. Of 94 characters: ASCII, and JIS X 0201, whose Roman half is nearly that. */
const SETS_OF_94: Readonly<Record<string, CodedSet>> = { B: ASCII, J: ASCII, I: set('shift_jis') };
const SETS_OF_96: Readonly<Record<string, CodedSet>> = {
  A: LATIN_1,
  B: set('iso-8859-2'),
  C: set('iso-8859-3'),
  D: set('iso-8859-4'),
  F: set('iso-8859-7'),
  G: set('iso-8859-6'),
  H: set('iso-8859-8'),
  L: set('iso-8859-5'),
  M: set('iso-8859-9'),
  T: set('tis-620'),
  V: set('iso-8859-10'),
  Y: set('iso-8859-13'),
  _: set('iso-8859-14'),
  b: set('iso-8859-15'),
  f: set('iso-8859-16'),
};
/** GB 2312, JIS X 0208, KS C 5601 and JIS X 0212. */
const SETS_OF_MANY: Readonly<Record<string, CodedSet>> = {
  A: set('gb2312', 2),
  B: set('euc-jp', 2),
  C: set('euc-kr', 2),
  D: { ...set('euc-jp', 2), prefix: 0x8f },
};

/**
 * Reads a property of type COMPOUND_TEXT. Each character of a set that this computer does not know is U+FFFD; what is cut off in the middle ends there.
 */
export function compoundText(data: Uint8Array): string {
  let text = '';
  let lower = ASCII;
  let upper = LATIN_1;
  let at = 0;
  while (at < data.length) {
    const byte = data[at] ?? 0;
    if (byte === DIRECTION) at = afterDirection(data, at);
    else if (byte !== ESCAPE) {
      const isLower = byte < 0x80;
      let end = at + 1;
      while (end < data.length && belongs(data[end] ?? 0, isLower)) end += 1;
      text += decoded(data.subarray(at, end), isLower ? lower : upper);
      at = end;
    } else {
      const sequence = escapeSequence(data, at);
      if (sequence === undefined) break;
      const { between, final } = sequence;
      at = sequence.end;
      if (between === '%' && final === 'G') {
        const end = endOfUtf8(data, at);
        text += new TextDecoder().decode(data.subarray(at, end));
        at = end;
      } else if (between === '%/') {
        const segment = extendedSegment(data, at, final);
        text += segment.text;
        at = segment.end;
        // `ESC # F` says of which version the text is, with one byte more.
      } else if (between === '#') at += 1;
      else {
        const { half, chosen } = designation(between, final);
        if (half === 'lower') lower = chosen;
        if (half === 'upper') upper = chosen;
      }
    }
  }
  return text;
}

/** Intermediate bytes and the final one (ISO 2022); undefined where it does not end. */
function escapeSequence(
  data: Uint8Array,
  at: number,
): { readonly between: string; readonly final: string; readonly end: number } | undefined {
  let end = at + 1;
  while (end < data.length && (data[end] ?? 0) >= 0x20 && (data[end] ?? 0) <= 0x2f) end += 1;
  if (end >= data.length) return undefined;
  return { between: latin1(data.subarray(at + 1, end)), final: latin1(data.subarray(end, end + 1)), end: end + 1 };
}

/** Which half of the table means what from here on; none for a sequence with another purpose. */
function designation(between: string, final: string): { readonly half?: 'lower' | 'upper'; readonly chosen: CodedSet } {
  switch (between) {
    case '(':
      return { half: 'lower', chosen: SETS_OF_94[final] ?? set(undefined) };
    case ')':
      return { half: 'upper', chosen: SETS_OF_94[final] ?? set(undefined) };
    case '-':
      return { half: 'upper', chosen: SETS_OF_96[final] ?? set(undefined) };
    case '$':
    case '$(':
      return { half: 'lower', chosen: SETS_OF_MANY[final] ?? set(undefined, bytesOf(final)) };
    case '$)':
      return { half: 'upper', chosen: SETS_OF_MANY[final] ?? set(undefined, bytesOf(final)) };
    default:
      return { chosen: ASCII };
  }
}

/** Bytes of a character, by the final byte of a set of several. */
const bytesOf = (final: string): number => (final < '`' ? 2 : final < 'p' ? 3 : 4);

/** Text of an encoding that is named: `ESC % / bytes`, its length in two bytes, the name, STX, and then the text. */
function extendedSegment(data: Uint8Array, at: number, bytes: string): { readonly text: string; readonly end: number } {
  const [high = 0, low = 0] = data.subarray(at, at + 2);
  const begin = at + 2;
  const end = Math.min(data.length, begin + (high & 0x7f) * 128 + (low & 0x7f));
  const body = data.subarray(begin, end);
  const named = body.indexOf(START_OF_TEXT);
  const name = latin1(body.subarray(0, Math.max(0, named))).toLowerCase();
  const label = /^microsoft-cp(\d+)$/.exec(name)?.[1];
  // XLFD writes a number behind the name: `big5-0`.
  const decoder = decoderOf(label === undefined ? name.replace(/-0$/, '') : `windows-${label}`);
  const text = body.subarray(named + 1);
  return { text: decoder?.(text) ?? UNKNOWN.repeat(Math.ceil(text.length / Math.max(1, Number(bytes) || 1))), end };
}

/** Whether it is one more character of the same half. */
const belongs = (byte: number, isLower: boolean): boolean => byte !== ESCAPE && byte !== DIRECTION && byte < 0x80 === isLower;

function decoded(run: Uint8Array, { bytes, label, prefix }: CodedSet): string {
  if (label === 'us-ascii') return latin1(run.map((byte) => byte & 0x7f));
  // ISO 8859-1 itself: what decoders call so is Windows' 1252.
  if (label === 'latin1') return latin1(run);
  const decoder = label === undefined ? undefined : decoderOf(label);
  let text = '';
  for (let at = 0; at < run.length; ) {
    const byte = run[at] ?? 0;
    const isSpace = byte <= 0x20;
    const letter = run.subarray(at, at + bytes).map((one) => one | 0x80);
    // A space and the end of a line are the same whatever set is in use.
    if (isSpace) text += String.fromCharCode(byte);
    else text += decoder?.(prefix === undefined ? letter : Uint8Array.of(prefix, ...letter)) ?? UNKNOWN;
    at += isSpace ? 1 : bytes;
  }
  return text;
}

/** Undefined for what this computer has no decoder for. */
function decoderOf(label: string): ((bytes: Uint8Array) => string) | undefined {
  try {
    const decoder = new TextDecoder(label);
    return (bytes) => decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Where `ESC % @` stands, or the end. */
function endOfUtf8(data: Uint8Array, from: number): number {
  const end = data.indexOf(ESCAPE, from);
  return end < 0 ? data.length : end;
}

function afterDirection(data: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < data.length && (data[end] ?? 0) >= 0x30 && (data[end] ?? 0) <= 0x3f && data[end] !== 0x5d) end += 1;
  return data[end] === 0x5d ? end + 1 : end;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
