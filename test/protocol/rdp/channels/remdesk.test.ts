import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/protocol/bytes/errors.ts';
import { hexDecode, hexEncode, utf16Encode } from '../../../../src/protocol/bytes/text.ts';
import { decodeRemdesk, encodeRemdesk, type RemdeskMessage } from '../../../../src/protocol/rdp/channels/remdesk.ts';

const NAME = '520043005f00430054004c000000';
const PASS = '777dfaae9028124dd02ede8014221b4ad1f4ec138539d733ac767895b2d857d9';
const BLOB = `11;NAME=novice69;PASS=${PASS.toUpperCase()}`;

/** Captured between FreeRDP's two ends. */
const CAPTURED: readonly (readonly [string, RemdeskMessage])[] = [
  [`0e0000000c000000${NAME}060000000100000002000000`, { tag: 'versionInfo', major: 1, minor: 2 }],
  [`0e00000024000000${NAME}09000000${PASS}`, { tag: 'expertOnVista', pass: hexDecode(PASS, 'PASS') }],
  [`0e000000b2000000${NAME}08000000${hexEncode(utf16Encode(`${BLOB}\0`))}`, { tag: 'verifyPassword', expertBlob: BLOB }],
  [`0e00000008000000${NAME}0200000000000000`, { tag: 'result', code: 0 }],
];

const word = fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((text) => text.replaceAll('\0', ''));
const MESSAGE = fc.oneof(
  fc.constantFrom<RemdeskMessage>({ tag: 'serverAnnounce' }, { tag: 'disconnect' }, { tag: 'isConnected' }),
  word.map((connectionString): RemdeskMessage => ({ tag: 'remoteControlDesktop', connectionString })),
  fc.nat(0xffff_ffff).map((code): RemdeskMessage => ({ tag: 'result', code })),
  fc.tuple(word, word).map(([ticket, blob]): RemdeskMessage => ({ tag: 'authenticate', text: `${ticket}\0${blob}` })),
  fc.tuple(fc.nat(), fc.nat()).map(([major, minor]): RemdeskMessage => ({ tag: 'versionInfo', major, minor })),
  word.map((expertBlob): RemdeskMessage => ({ tag: 'verifyPassword', expertBlob })),
  fc.uint8Array().map((pass): RemdeskMessage => ({ tag: 'expertOnVista', pass })),
  word.map((name): RemdeskMessage => ({ tag: 'noviceName', name })),
  word.map((name): RemdeskMessage => ({ tag: 'expertName', name })),
  fc.uint8Array().map((token): RemdeskMessage => ({ tag: 'token', token })),
);

function refusal(hex: string): string {
  try {
    decodeRemdesk(hexDecode(hex, 'test'));
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.code} ${error.field}`;
    throw error;
  }
  return 'accepted';
}

describe('remdesk', () => {
  it.each(CAPTURED)('writes and reads %s as captured', (hex, message) => {
    expect(hexEncode(encodeRemdesk(message))).toBe(hex);
    expect(decodeRemdesk(hexDecode(hex, 'captured'))).toEqual(message);
  });

  it('reads back every one of the twelve messages', () => {
    fc.assert(
      fc.property(MESSAGE, (message) => {
        expect(decodeRemdesk(encodeRemdesk(message))).toEqual(message);
      }),
    );
  });

  it('reads a blob without its NUL, as FreeRDP 3 sends it', () => {
    const withNul = encodeRemdesk({ tag: 'verifyPassword', expertBlob: BLOB });
    const without = withNul.slice(0, -2);
    without[4] = (without[4] as number) - 2;
    expect(decodeRemdesk(without)).toEqual({ tag: 'verifyPassword', expertBlob: BLOB });
  });

  it.each([
    ['an odd name length', `0f0000000c000000${NAME}00060000000100000002000000`, 'OUT_OF_RANGE REMOTEDESKTOP_CHANNEL_HEADER.ChannelNameLen'],
    ['no name', '0000000004000000 05000000', 'OUT_OF_RANGE REMOTEDESKTOP_CHANNEL_HEADER.ChannelNameLen'],
    [
      'a name of more than 64 bytes',
      `4200000004000000${'4100'.repeat(32)}000005000000`,
      'OUT_OF_RANGE REMOTEDESKTOP_CHANNEL_HEADER.ChannelNameLen',
    ],
    ['a name that is not there', '0e00000004000000 5200', 'TRUNCATED REMOTEDESKTOP_CHANNEL_HEADER.ChannelName'],
    ['a name without NUL', '0c00000004000000520043005f00430054004c0005000000', 'MALFORMED remdesk.ChannelName'],
    ['a length below what follows', `0e00000007000000${NAME}0200000000000000`, 'OUT_OF_RANGE REMOTEDESKTOP_CHANNEL_HEADER.DataLen'],
    ['a length above what follows', `0e00000009000000${NAME}0200000000000000`, 'OUT_OF_RANGE REMOTEDESKTOP_CHANNEL_HEADER.DataLen'],
    ['a huge length', `0e000000ffffffff${NAME}0200000000000000`, 'TOO_LARGE REMOTEDESKTOP_CHANNEL_HEADER.DataLen'],
    ['a result without its code', `0e00000004000000${NAME}02000000`, 'TRUNCATED REMOTEDESKTOP_CTL_RESULT.result'],
    ['half a character', `0e00000005000000${NAME}0800000041`, 'MALFORMED remdesk.expertBlob'],
    ['a NUL inside a blob', `0e0000000a000000${NAME}08000000410000004200`, 'MALFORMED remdesk.expertBlob'],
    ['no type', `0e00000000000000${NAME}`, 'TRUNCATED REMOTEDESKTOP_CTL_HEADER.msgType'],
  ])('refuses %s', (_, hex, why) => {
    expect(refusal(hex.replaceAll(' ', ''))).toBe(why);
  });

  it('knows nothing of other types and other names', () => {
    expect(decodeRemdesk(hexDecode(`0e00000004000000${NAME}0d000000`, 'test'))).toBeUndefined();
    expect(decodeRemdesk(hexDecode('040000000400000041000000 05000000'.replaceAll(' ', ''), 'test'))).toBeUndefined();
  });

  it('answers any bytes with a message, nothing or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (noise, framed) => {
        const bytes = framed ? Uint8Array.from([0x0e, 0, 0, 0, noise.length, 0, 0, 0, ...hexDecode(NAME, 'test'), ...noise]) : noise;
        refusal(hexEncode(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});
