/** Sizes in blocks of 16. */
export interface Said {
  readonly width: number;
  readonly height: number;
  readonly high: boolean;
  readonly order: number;
  readonly fields: boolean;
  readonly lists: boolean;
}

const ue = (value: number): string => {
  const bits = (value + 1).toString(2);
  return '0'.repeat(bits.length - 1) + bits;
};
const bits = (value: number, count: number): string => value.toString(2).padStart(count, '0');

/** A sequence parameter set as H.264 7.3.2.1.1 has it, as a NAL unit of a byte stream. */
export function sequence({ width, height, high, order, fields, lists }: Said): number[] {
  const scaling = lists ? `11${ue(3)}${ue(0).repeat(15)}${'0'.repeat(7)}` : '0';
  const all =
    bits(high ? 100 : 66, 8) +
    bits(0xc0_28, 16) +
    ue(0) +
    (high ? `${ue(1)}${ue(0)}${ue(0)}0${scaling}` : '') +
    ue(4) +
    ue(order) +
    (order === 0 ? ue(2) : order === 1 ? `0${ue(1)}${ue(2)}${ue(2)}${ue(7)}${ue(8)}` : '') +
    ue(1) +
    '0' +
    ue(width - 1) +
    ue(height - 1) +
    (fields ? '00' : '1') +
    '11';
  const whole = all.padEnd(Math.ceil(all.length / 8) * 8, '1');
  const bytes = [0x67];
  for (let at = 0; at < whole.length; at += 8) {
    const byte = Number.parseInt(whole.slice(at, at + 8), 2);
    if (byte <= 3 && bytes.at(-1) === 0 && bytes.at(-2) === 0) bytes.push(3);
    bytes.push(byte);
  }
  return [0, 0, 0, 1, ...bytes];
}
