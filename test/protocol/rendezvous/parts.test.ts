import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import {
  type ContextLine,
  formatContextLine,
  isMarked,
  parseContextLine,
  type PartNumber,
} from '../../../src/protocol/rendezvous/context-line.ts';
import { contextLines, PartAssembly, PARTS_DEADLINE_MS } from '../../../src/protocol/rendezvous/parts.ts';

const START = 1_000_000;
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
};
const part = (id: number, number: number, count: number, text = `${number} of ${count}`, kind = 'test') => ({
  kind,
  part: { id, number, count },
  text,
});
type Part = ContextLine & { readonly part: PartNumber };
const partOf = (line: string): Part => parseContextLine(line) as Part;

describe('a line of context data', () => {
  const place = fc
    .integer({ min: 2, max: 16 })
    .chain((count) =>
      fc.record({ id: fc.integer({ min: 1, max: 9_999 }), number: fc.integer({ min: 1, max: count }), count: fc.constant(count) }),
    );
  const anyLine: fc.Arbitrary<ContextLine> = fc.record(
    { kind: fc.stringMatching(/^[a-z][a-z0-9-]{0,23}$/), text: fc.string({ maxLength: 250 }), part: place },
    { requiredKeys: ['kind', 'text'] },
  );

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const text = formatContextLine(line);
        expect(isMarked(text)).toBe(true);
        expect(parseContextLine(text)).toEqual(line);
      }),
    );
  });

  it('as it stands', () => {
    expect(parseContextLine('!ticket 65538,1,x')).toEqual({ kind: 'ticket', text: '65538,1,x' });
    expect(parseContextLine('!sealed;7:2/3  ab ')).toEqual({ kind: 'sealed', part: { id: 7, number: 2, count: 3 }, text: ' ab ' });
    for (const bare of ['65538,1,x', '192.0.2.1:10869', 'Requested:SIP_A,;', '']) expect(isMarked(bare)).toBe(false);
  });

  it.each([
    ['!', 'MALFORMED'],
    ['!ticket', 'MALFORMED'],
    ['! x', 'MALFORMED'],
    ['!Ticket x', 'MALFORMED'],
    [`!${'k'.repeat(25)} x`, 'MALFORMED'],
    ['!k;1:1/2', 'MALFORMED'],
    ['!k;0:1/2 x', 'MALFORMED'],
    ['!k;10000:1/2 x', 'MALFORMED'],
    ['!k;1:0/2 x', 'MALFORMED'],
    ['!k;1:100/2 x', 'MALFORMED'],
    ['!k;1:1/1 x', 'OUT_OF_RANGE'],
    ['!k;1:1/17 x', 'OUT_OF_RANGE'],
    ['!k;1:3/2 x', 'OUT_OF_RANGE'],
    [`!k ${'x'.repeat(298)}`, 'TOO_LARGE'],
  ])('refuses %j', (line, code) => {
    expect(codeOf(() => parseContextLine(line))).toBe(code);
  });
});

describe('a message in parts', () => {
  const anyText = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 1_200 });

  it('fits into one line, or into as many as it takes, each within the limit', () => {
    expect(contextLines('ticket', 'x'.repeat(292), 1)).toHaveLength(1);
    expect(contextLines('ticket', 'x'.repeat(293), 1)).toHaveLength(2);
    // A sealed ticket: 300 characters, a nonce of 12 bytes and a tag of 16 in base64.
    expect(contextLines('sealed', 'x'.repeat(440), 1)).toHaveLength(2);
    for (const line of contextLines('k', 'x'.repeat(4_096), 9_999)) expect(line.length).toBeLessThanOrEqual(300);
    expect(codeOf(() => contextLines('k', 'x'.repeat(4_097), 1))).toBe('TOO_LARGE');
    expect(codeOf(() => contextLines('k', 'ü'.repeat(2_049), 1))).toBe('TOO_LARGE');
    expect(codeOf(() => contextLines(`k${'-long'.repeat(4)}`, 'x'.repeat(4_096), 9_999))).toBe('none');
    expect(codeOf(() => contextLines('K', 'x', 1))).toBe('MALFORMED');
  });

  it('comes together in any order, doubled or not', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.nat()), (more, order) => {
        const text = `${'begin '.repeat(60)}${more}`;
        fc.pre(new TextEncoder().encode(text).length <= 4_096);
        const lines = contextLines('test', text, 3).map(partOf);
        // Every part at least once, some twice, as the numbers say.
        const sent = [...lines, ...order.slice(0, 8).map((at) => lines[at % lines.length] as Part)]
          .map((line, index) => ({ line, rank: order[index % Math.max(1, order.length)] ?? 0 }))
          .sort((a, b) => a.rank - b.rank);
        const assembly = new PartAssembly();
        const whole = sent.map(({ line }) => assembly.receive(line, START)).filter((came) => came !== undefined);
        expect(whole).toEqual([text]);
        expect(assembly.nextDeadlineMs).toBeUndefined();
      }),
    );
  });

  it.each(['', 'a'])('never in the middle of a surrogate pair (%j first): each line goes out as UTF-8 by itself', (first) => {
    const lines = contextLines('test', `${first}${'💬'.repeat(600)}`, 1);
    expect(lines.every((line) => line.isWellFormed())).toBe(true);
    expect(lines.map((line) => partOf(line).text).join('')).toBe(`${first}${'💬'.repeat(600)}`);
  });

  it('any two messages in any interleaving', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (order) => {
        const lines = [1, 2].flatMap((id) => [1, 2, 3].map((number) => part(id, number, 3, `${id}${number} `)));
        const assembly = new PartAssembly();
        const came = order.flatMap((at) => assembly.receive(lines[at] as Part, START) ?? []);
        expect(came.toSorted()).toEqual(['11 12 13 ', '21 22 23 ']);
      }),
    );
  });

  it('waits ten seconds from its first part, and is given up alone', () => {
    const assembly = new PartAssembly();
    assembly.receive(part(1, 2, 2), START);
    assembly.receive(part(2, 1, 2), START + 1_000);
    expect(assembly.nextDeadlineMs).toBe(START + PARTS_DEADLINE_MS);
    expect(assembly.expire(START + PARTS_DEADLINE_MS - 1)).toEqual([]);
    expect(assembly.expire(START + PARTS_DEADLINE_MS)).toMatchObject([{ code: 'TRUNCATED', field: 'Parts.test', got: '1' }]);
    // What comes of it later begins nothing.
    expect(assembly.receive(part(1, 1, 2), START + PARTS_DEADLINE_MS)).toBeUndefined();
    expect(assembly.nextDeadlineMs).toBe(START + 1_000 + PARTS_DEADLINE_MS);
    expect(assembly.receive(part(2, 2, 2), START + PARTS_DEADLINE_MS)).toBe('1 of 22 of 2');
  });

  it.each([
    ['another text in a part that has come', part(1, 1, 3, 'other')],
    ['another number of parts', part(1, 2, 4)],
    ['another kind', part(1, 2, 3, 'x', 'other')],
  ])('%s: that message is lost, the next is not', (_name, wrong) => {
    const assembly = new PartAssembly();
    assembly.receive(part(1, 1, 3), START);
    expect(codeOf(() => assembly.receive(wrong, START))).toBe('UNEXPECTED');
    for (const number of [2, 3]) expect(assembly.receive(part(1, number, 3), START)).toBeUndefined();
    assembly.receive(part(2, 1, 2, 'a'), START);
    expect(assembly.receive(part(2, 2, 2, 'b'), START)).toBe('ab');
  });

  it('holds no more than four messages and 4,096 bytes of each', () => {
    const assembly = new PartAssembly();
    for (const id of [1, 2, 3, 4]) assembly.receive(part(id, 1, 2), START);
    expect(codeOf(() => assembly.receive(part(5, 1, 2), START))).toBe('TOO_LARGE');
    expect(assembly.receive(part(1, 2, 2), START)).toBeDefined();
    // The refused one is lost; its number is used.
    expect(assembly.receive(part(5, 2, 2), START)).toBeUndefined();
    for (let number = 1; number < 16; number += 1) expect(assembly.receive(part(6, number, 16, 'ü'.repeat(136)), START)).toBeUndefined();
    expect(codeOf(() => assembly.receive(part(6, 16, 16, 'ü'.repeat(9)), START))).toBe('TOO_LARGE');
  });
});
