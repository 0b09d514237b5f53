import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAutoDetectRequest,
  decodeRttResponse,
  encodeAutoDetectRequest,
  encodeRttResponse,
} from '../../../../src/protocol/rdp/pdu/auto-detect.ts';
import { decodeFrameAcknowledge, encodeFrameAcknowledge } from '../../../../src/protocol/rdp/pdu/frame-acknowledge.ts';
import { decodeRefreshRect, encodeRefreshRect } from '../../../../src/protocol/rdp/pdu/refresh-rect.ts';
import { decodeSuppressOutput, encodeSuppressOutput } from '../../../../src/protocol/rdp/pdu/suppress-output.ts';
import {
  CHANNEL_CHUNK_BYTES,
  CHANNEL_MAX_BYTES,
  ChannelJoiner,
  encodeChannelChunks,
} from '../../../../src/protocol/rdp/pdu/virtual-channel.ts';
import { errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';
import { retainedBytes } from './retained-memory.ts';

const hex = (text: string) => Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

describe('what a client says about the picture', () => {
  it('Refresh Rect comes back; its bounds are inclusive', () => {
    expect(encodeRefreshRect([{ x: 1, y: 2, width: 3, height: 4 }])).toEqual(hex('01 00 00 00 01 00 02 00 03 00 05 00'));
    const side = fc.integer({ min: 1, max: 0x7fff });
    const at = fc.integer({ min: 0, max: 0x7fff });
    fc.assert(
      fc.property(fc.array(fc.record({ x: at, y: at, width: side, height: side }), { maxLength: 255 }), (areas) => {
        expect(decodeRefreshRect(encodeRefreshRect(areas))).toEqual(areas);
      }),
    );
  });

  it('an area that ends before it starts is none; 256 are too many', () => {
    expect(decodeRefreshRect(hex('01 00 00 00 05 00 05 00 04 00 09 00'))).toEqual([]);
    expect(errorCode(() => encodeRefreshRect(Array.from({ length: 256 }, () => ({ x: 0, y: 0, width: 1, height: 1 }))))).toBe('TOO_LARGE');
  });

  it('Suppress Output, both ways', () => {
    expect(encodeSuppressOutput(false, { width: 800, height: 600 })).toEqual(hex('00 00 00 00'));
    expect(encodeSuppressOutput(true, { width: 800, height: 600 })).toEqual(hex('01 00 00 00 00 00 00 00 1f 03 57 02'));
    for (const wanted of [true, false]) expect(decodeSuppressOutput(encodeSuppressOutput(wanted, { width: 1, height: 1 }))).toBe(wanted);
  });

  it('Frame Acknowledge comes back', () => {
    fc.assert(
      fc.property(u32, (frameId) => {
        expect(decodeFrameAcknowledge(encodeFrameAcknowledge(frameId))).toBe(frameId);
      }),
    );
  });
});

describe('network characteristics', () => {
  it('requests and responses come back', () => {
    expect(encodeAutoDetectRequest({ tag: 'rttRequest', sequence: 0x102, phase: 'continuous' })).toEqual(hex('06 00 02 01 01 00'));
    expect(encodeAutoDetectRequest({ tag: 'rttRequest', sequence: 0x102, phase: 'connectTime' })).toEqual(hex('06 00 02 01 01 10'));
    expect(encodeRttResponse(0x102)).toEqual(hex('06 01 02 01 00 00'));
    fc.assert(
      fc.property(u16, u32, fc.constantFrom('connectTime' as const, 'continuous' as const), (sequence, averageRttMs, phase) => {
        expect(decodeRttResponse(encodeRttResponse(sequence))).toBe(sequence);
        for (const request of [
          { tag: 'rttRequest', sequence, phase },
          { tag: 'characteristics', sequence, averageRttMs },
        ] as const) {
          expect(decodeAutoDetectRequest(encodeAutoDetectRequest(request))).toEqual(request);
        }
      }),
    );
  });

  it('the average is found in every form of the result', () => {
    expect(decodeAutoDetectRequest(hex('0e 00 01 00 80 08 ff 00 00 00 07 00 00 00'))).toMatchObject({ averageRttMs: 7 });
    expect(decodeAutoDetectRequest(hex('12 00 01 00 c0 08 01 00 00 00 ff 00 00 00 09 00 00 00'))).toMatchObject({ averageRttMs: 9 });
  });

  it('knows what is not for it', () => {
    expect(decodeAutoDetectRequest(hex('06 00 01 00 14 00'))).toEqual({ tag: 'other', sequence: 1, requestType: 0x14 });
    expect(decodeRttResponse(hex('0e 01 01 00 03 00'))).toBeUndefined();
    expect(errorCode(() => decodeAutoDetectRequest(hex('06 01 01 00 00 00')))).toBe('UNEXPECTED');
    expect(errorCode(() => decodeRttResponse(hex('06 00 01 00 00 00')))).toBe('UNEXPECTED');
  });
});

describe('static virtual channels', () => {
  const chunk = (length: number, flags: number, data: number[]) =>
    Uint8Array.of(
      length & 0xff,
      (length >> 8) & 0xff,
      (length >> 16) & 0xff,
      length >>> 24,
      flags & 0xff,
      (flags >> 8) & 0xff,
      flags >> 16,
      0,
      ...data,
    );

  it.each([0, 1, CHANNEL_CHUNK_BYTES, CHANNEL_CHUNK_BYTES + 1, 3 * CHANNEL_CHUNK_BYTES, 10_000])(
    '%i bytes come back, and so do the next',
    (length) => {
      const data = Uint8Array.from({ length }, (_, index) => index * 7);
      const chunks = encodeChannelChunks(data);
      expect(chunks).toHaveLength(Math.max(1, Math.ceil(length / CHANNEL_CHUNK_BYTES)));
      const joiner = new ChannelJoiner();
      for (let round = 0; round < 2; round += 1) {
        expect(chunks.slice(0, -1).map((part) => joiner.push(part))).toEqual(chunks.slice(1).map(() => undefined));
        expect(joiner.push(chunks.at(-1)!)).toEqual(data);
      }
    },
  );

  it('keeps what it was given: a chunk may be a view on memory that is used again', () => {
    const joiner = new ChannelJoiner();
    const first = chunk(2, 1, [1]);
    joiner.push(first);
    first.fill(9);
    expect(joiner.push(chunk(2, 2, [2]))).toEqual(Uint8Array.of(1, 2));
  });

  it.each<[string, Uint8Array[], string]>([
    ['compression', [chunk(1, 0x20_0003, [1])], 'REFUSED'],
    ['more than the bound', [chunk(CHANNEL_MAX_BYTES + 1, 1, [1])], 'TOO_LARGE'],
    ['a middle without a beginning', [chunk(2, 0, [1])], 'MALFORMED'],
    ['a beginning in the middle', [chunk(2, 1, [1]), chunk(2, 1, [1])], 'MALFORMED'],
    ['more than announced', [chunk(1, 1, [1, 2])], 'OUT_OF_RANGE'],
    ['less than announced', [chunk(3, 3, [1, 2])], 'MALFORMED'],
    ['an announcement that changes', [chunk(3, 1, [1]), chunk(2, 2, [2])], 'MALFORMED'],
    ['no header', [Uint8Array.of(1, 0, 0, 0)], 'TRUNCATED'],
  ])('refuses %s', (_, parts, code) => {
    const joiner = new ChannelJoiner();
    expect(errorCode(() => parts.map((part) => joiner.push(part)))).toBe(code);
  });

  it('a message in the tiniest chunks takes no more memory than the message', () => {
    const joiner = new ChannelJoiner();
    const length = 500_000;
    const middle = chunk(length, 0, [7]);
    joiner.push(chunk(length, 1, [7]));
    const retained = retainedBytes(() => {
      for (let count = 1; count < length; count += 1) joiner.push(middle);
    });
    expect(retained).toBeLessThan(4 * length);
    expect(joiner.push(chunk(length, 2, []))).toHaveLength(length);
  });
});

it('arbitrary bytes give nothing worse than a ProtocolError', () => {
  const joiner = () => new ChannelJoiner();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      for (const decode of [decodeRefreshRect, decodeSuppressOutput, decodeFrameAcknowledge, decodeAutoDetectRequest, decodeRttResponse])
        onlyProtocolErrors(() => decode(bytes));
      onlyProtocolErrors(() => joiner().push(bytes));
    }),
  );
});
