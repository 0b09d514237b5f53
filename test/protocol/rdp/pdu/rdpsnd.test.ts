import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AudioFormat, opusFormat, pcmFormat } from '../../../../src/protocol/rdp/pdu/rdpsnd/audio-format.ts';
import { encodeClientFormats, encodeServerFormats, SND_CAPS } from '../../../../src/protocol/rdp/pdu/rdpsnd/formats.ts';
import { decodeSoundClientPdu, decodeSoundServerPdu, encodeSoundClose } from '../../../../src/protocol/rdp/pdu/rdpsnd/pdu.ts';
import { encodeQualityMode, QUALITY_MODE } from '../../../../src/protocol/rdp/pdu/rdpsnd/quality-mode.ts';
import { encodeTraining } from '../../../../src/protocol/rdp/pdu/rdpsnd/training.ts';
import { encodeWave, encodeWave2, encodeWaveConfirm, joinWave } from '../../../../src/protocol/rdp/pdu/rdpsnd/wave.ts';
import { damaged, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u8 = fc.integer({ min: 0, max: 0xff });
const data = fc.uint8Array({ maxLength: 40 });
const format: fc.Arbitrary<AudioFormat> = fc.record({
  formatTag: u16,
  channels: u16,
  samplesPerSecond: u32,
  bytesPerSecond: u32,
  blockAlign: u16,
  bitsPerSample: u16,
  data,
});
const formats = fc.array(format, { maxLength: 6 });
const wave = fc.record({ timestamp: u16, formatNo: u16, blockNo: u8, data });

describe('PDUs of the sound channel', () => {
  it('have the shape of the specification', () => {
    // The beginning of the Wave2 PDU of [MS-RDPEA] 4.2.4, with as much sound as is shown here.
    const sound = fromHex('27 0c 45 83 04 84 82 20 b0 48 6c 18 0d 84 84 c3');
    const wave2 = fromHex('0d 00 1c 00 16 a1 03 00 02 00 00 00 c2 b8 ac 0d 27 0c 45 83 04 84 82 20 b0 48 6c 18 0d 84 84 c3');
    expect(decodeSoundServerPdu(wave2)).toEqual({
      tag: 'wave2',
      timestamp: 0xa116,
      formatNo: 3,
      blockNo: 2,
      audioTimestamp: 229_423_298,
      data: sound,
    });
    expect(hex(encodeWave2({ timestamp: 0xa116, formatNo: 3, blockNo: 2, audioTimestamp: 229_423_298, data: sound }))).toBe(hex(wave2));
    expect(hex(encodeServerFormats({ version: 8, lastBlockConfirmed: 255, formats: [pcmFormat(48_000)] }))).toBe(
      [
        '07002600',
        '00000000',
        '00000000',
        '00000000',
        '0000',
        '0100',
        'ff',
        '0800',
        '00',
        '0100',
        '0200',
        '80bb0000',
        '00ee0200',
        '0400',
        '1000',
        '0000',
      ].join(''),
    );
    expect(hex(encodeQualityMode(QUALITY_MODE.high))).toBe('0c00040002000000');
    expect(hex(encodeTraining({ timestamp: 0x1234, packSize: 0 }))).toBe('0600040034120000');
    expect(hex(encodeWaveConfirm({ timestamp: 0x1234, blockNo: 7 }))).toBe('0500040034120700');
    expect(hex(encodeSoundClose())).toBe('01000000');
    const [info, rest] = encodeWave({ timestamp: 1, formatNo: 2, blockNo: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    expect(hex(info)).toBe('02000e00010002000300000001020304');
    expect(hex(rest)).toBe('000000000506');
  });

  it('of a Windows server are read', () => {
    // [MS-RDPEA] 4.1.1.
    const dump = [
      '07 2b 90 00 08 fb 8b 00 e0 f1 09 00 70 27 1f 77 00 00 05 00 ff 05 00 00 01 00 02 00 22 56 00 00',
      '88 58 01 00 04 00 10 00 00 00 06 00 02 00 22 56 00 00 44 ac 00 00 02 00 08 00 00 00 07 00 02 00',
      '22 56 00 00 44 ac 00 00 02 00 08 00 00 00 02 00 02 00 22 56 00 00 27 57 00 00 00 04 04 00 20 00',
      'f4 03 07 00 00 01 00 00 00 02 00 ff 00 00 00 00 c0 00 40 00 f0 00 00 00 cc 01 30 ff 88 01 18 ff',
      '11 00 02 00 22 56 00 00 b9 56 00 00 00 04 04 00 02 00 f9 03',
    ];
    const pdu = decodeSoundServerPdu(fromHex(dump.join(' ')));
    if (pdu.tag !== 'formats') throw new Error(pdu.tag);
    expect(pdu).toMatchObject({ version: 5, lastBlockConfirmed: 255 });
    expect(pdu.formats[0]).toEqual(pcmFormat(22_050));
    expect(pdu.formats.map(({ formatTag, data: extra }) => [formatTag, extra.length])).toEqual([
      [1, 0],
      [6, 0],
      [7, 0],
      [2, 32],
      [0x11, 2],
    ]);
  });

  it('Opus stands in the list as FreeRDP 3 reads it', () => {
    expect(opusFormat(96_000)).toMatchObject({ formatTag: 0x704f, channels: 2, samplesPerSecond: 48_000, bytesPerSecond: 12_000 });
  });

  it('of a server come back as they were', () => {
    fc.assert(
      fc.property(fc.record({ version: u16, lastBlockConfirmed: u8, formats }), (said) => {
        expect(decodeSoundServerPdu(encodeServerFormats(said))).toEqual({ tag: 'formats', ...said });
      }),
    );
    fc.assert(
      fc.property(wave, u32, (said, audioTimestamp) => {
        expect(decodeSoundServerPdu(encodeWave2({ ...said, audioTimestamp }))).toEqual({ tag: 'wave2', ...said, audioTimestamp });
      }),
    );
    fc.assert(
      fc.property(wave, fc.uint8Array({ minLength: 4, maxLength: 50 }), (said, sound) => {
        const [first, second] = encodeWave({ ...said, data: sound });
        const info = decodeSoundServerPdu(first);
        if (info.tag !== 'waveInfo') throw new Error(info.tag);
        expect(joinWave(info, second)).toMatchObject({
          timestamp: said.timestamp,
          formatNo: said.formatNo,
          blockNo: said.blockNo,
          data: sound,
        });
      }),
    );
    expect(decodeSoundServerPdu(encodeSoundClose())).toEqual({ tag: 'close' });
    expect(decodeSoundServerPdu(fromHex('03000400ffffffff'))).toEqual({ tag: 'other', msgType: 3 });
  });

  it('of a client come back as they were', () => {
    fc.assert(
      fc.property(fc.record({ version: u16, flags: u32, volume: u32, formats }), (said) => {
        expect(decodeSoundClientPdu(encodeClientFormats(said))).toEqual({ tag: 'formats', ...said });
      }),
    );
    expect(decodeSoundClientPdu(encodeWaveConfirm({ timestamp: 9, blockNo: 255 }))).toEqual({
      tag: 'waveConfirm',
      timestamp: 9,
      blockNo: 255,
    });
    expect(decodeSoundClientPdu(encodeTraining({ timestamp: 9, packSize: 1024 }))).toEqual({
      tag: 'training',
      timestamp: 9,
      packSize: 1024,
    });
    expect(decodeSoundClientPdu(encodeQualityMode(1))).toEqual({ tag: 'qualityMode', mode: 1 });
  });

  it('are bounded, and what makes no sense is a ProtocolError', () => {
    const many = encodeServerFormats({ version: 8, lastBlockConfirmed: 0, formats: [] });
    many[18] = 0xff;
    many[19] = 0xff;
    expect(errorCode(() => decodeSoundServerPdu(many))).toBe('TOO_LARGE');
    expect(errorCode(() => decodeSoundServerPdu(fromHex('02000b00010002000300000001020304')))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => decodeSoundServerPdu(fromHex('0d00050001000200')))).toBe('TRUNCATED');
    expect(errorCode(() => encodeWave({ timestamp: 0, formatNo: 0, blockNo: 0, data: Uint8Array.of(1, 2, 3) }))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => encodeWave2({ timestamp: 0, formatNo: 0, blockNo: 0, audioTimestamp: 0, data: new Uint8Array(0x1_0000) }))).toBe(
      'OUT_OF_RANGE',
    );
    const [first, second] = encodeWave({ timestamp: 1, formatNo: 2, blockNo: 3, data: new Uint8Array(40) });
    const info = decodeSoundServerPdu(first);
    if (info.tag !== 'waveInfo') throw new Error(info.tag);
    expect(errorCode(() => joinWave(info, second.subarray(0, 39)))).toBe('TRUNCATED');
    const messages = [
      encodeServerFormats({ version: 8, lastBlockConfirmed: 1, formats: [pcmFormat(44_100), opusFormat(64_000)] }),
      encodeClientFormats({ version: 8, flags: SND_CAPS.alive, volume: 0, formats: [pcmFormat(44_100)] }),
      encodeWave2({ timestamp: 1, formatNo: 0, blockNo: 1, audioTimestamp: 5, data: new Uint8Array(20) }),
      first,
    ];
    for (const message of messages)
      fc.assert(
        fc.property(damaged(message), (bytes) => {
          onlyProtocolErrors(() => decodeSoundServerPdu(bytes));
          onlyProtocolErrors(() => decodeSoundClientPdu(bytes));
        }),
      );
  });
});
