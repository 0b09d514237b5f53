import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDeactivateAll } from '../../../../src/protocol/rdp/pdu/deactivate-all.ts';
import {
  type DisconnectReason,
  errorInfoOf,
  meaningOfErrorInfo,
  meaningOfUltimatum,
  ultimatumReasonOf,
} from '../../../../src/protocol/rdp/pdu/disconnect-reasons.ts';
import {
  CONTROL_ACTION,
  decodeControl,
  encodeControl,
  encodeFontList,
  encodeFontMap,
  encodeSynchronize,
} from '../../../../src/protocol/rdp/pdu/finalization.ts';
import { decodeSetErrorInfo, encodeSetErrorInfo, ERRINFO } from '../../../../src/protocol/rdp/pdu/set-error-info.ts';
import { decodeShareControls, encodeShareControl, SHARE_CONTROL_TYPE } from '../../../../src/protocol/rdp/pdu/share-control.ts';
import { decodeShareData, encodeShareData, PDU_TYPE_2 } from '../../../../src/protocol/rdp/pdu/share-data.ts';
import { concat, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const body = fc.uint8Array({ maxLength: 200 });
const hex = (text: string) => Uint8Array.from(text.split(/\s+/), (byte) => Number.parseInt(byte, 16));

describe('share control', () => {
  it('comes back, alone and several at a time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ pduType: fc.constantFrom(1, 3, 6, 7), source: u16, body }), { minLength: 1, maxLength: 5 }),
        (pdus) => {
          expect(decodeShareControls(concat(pdus.map((pdu) => encodeShareControl(pdu.pduType, pdu.source, pdu.body))))).toEqual(pdus);
        },
      ),
    );
  });

  it('passes over flow PDUs and takes Deactivate-All without pduSource', () => {
    expect(decodeShareControls(hex('00 80 41 00 00 00 ea 03 04 00 16 00'))).toEqual([{ pduType: 6, source: 0, body: new Uint8Array(0) }]);
  });

  it.each([
    ['a length below its own field', '03 00 17 00', 'OUT_OF_RANGE'],
    ['a length beyond the packet', '20 00 17 00 ea 03', 'TRUNCATED'],
  ])('refuses %s', (_, wire, code) => {
    expect(errorCode(() => decodeShareControls(hex(wire)))).toBe(code);
  });
});

describe('share data', () => {
  it('comes back', () => {
    fc.assert(
      fc.property(u32, u16, fc.constantFrom(...Object.values(PDU_TYPE_2)), body, (shareId, source, pduType2, data) => {
        const [control] = decodeShareControls(encodeShareData(shareId, source, pduType2, data));
        expect(control).toMatchObject({ pduType: SHARE_CONTROL_TYPE.data, source });
        expect(decodeShareData(control!.body)).toEqual({ shareId, pduType2, body: data });
      }),
    );
  });

  it('has the bytes of a client Synchronize', () => {
    // totalLength 22, Data | version 1, source 1007, share 0x103ea, stream 1 … uncompressedLength 8
    const wire = encodeShareData(0x0001_03ea, 1007, PDU_TYPE_2.synchronize, encodeSynchronize(1002));
    expect(wire).toEqual(hex('16 00 17 00 ef 03 ea 03 01 00 00 02 08 00 1f 00 00 00 01 00 ea 03'));
  });

  it('refuses bulk compression', () => {
    const wire = encodeShareData(1, 1, PDU_TYPE_2.input, new Uint8Array(4)).slice(6);
    wire[9] = 0x21;
    expect(errorCode(() => decodeShareData(wire))).toBe('REFUSED');
  });
});

describe('finalization and endings', () => {
  it('Control comes back', () => {
    fc.assert(
      fc.property(u16, fc.constantFrom(...Object.values(CONTROL_ACTION)), u32, (id, action, controlId) => {
        expect(decodeControl(encodeControl({ action, grantId: id, controlId }))).toEqual({ action, grantId: id, controlId });
      }),
    );
  });

  it('Synchronize names the other side', () => {
    expect(encodeSynchronize(0x03ea)).toEqual(hex('01 00 ea 03'));
  });

  it('Font List and Font Map are the empty ones of the specification', () => {
    expect(encodeFontList()).toEqual(hex('00 00 00 00 03 00 32 00'));
    expect(encodeFontMap()).toEqual(hex('00 00 00 00 03 00 04 00'));
  });

  it('Deactivate-All is that of the specification, and Set Error Info comes back', () => {
    const [control] = decodeShareControls(encodeDeactivateAll(0x0001_03ea, 1002));
    expect(control?.pduType).toBe(SHARE_CONTROL_TYPE.deactivateAll);
    expect(control?.body).toEqual(hex('ea 03 01 00 01 00 00'));
    fc.assert(
      fc.property(u32, (code) => {
        expect(decodeSetErrorInfo(encodeSetErrorInfo(code))).toBe(code);
      }),
    );
  });

  const meanings: readonly DisconnectReason[] = ['userRequested', 'denied', 'timeout', 'protocolError'];

  it.each(meanings)('the client can tell %s apart, by error info when active and by MCS reason before', (meaning) => {
    expect(meaningOfErrorInfo(errorInfoOf(meaning))).toBe(meaning);
    expect(meaningOfUltimatum(ultimatumReasonOf(meaning, false), false)).toBe(meaning);
  });

  it('a desktop that cannot be served: ERRINFO_GRAPHICS_SUBSYSTEM_FAILED when active, no word of its own before', () => {
    expect(errorInfoOf('desktopUnavailable')).toBe(0x112f);
    expect(meaningOfErrorInfo(0x112f)).toBe('desktopUnavailable');
    expect(ultimatumReasonOf('desktopUnavailable', true)).toBe(ultimatumReasonOf('protocolError', true));
    expect(meaningOfUltimatum(ultimatumReasonOf('desktopUnavailable', false), false)).toBe('protocolError');
  });

  it('a session that has lasted long enough: the code of Windows’ own limit when active, a timeout before', () => {
    // ERRINFO_LOGON_TIMEOUT, [MS-RDPBCGR] 2.2.5.1.1: the active session limit timer has elapsed.
    expect(errorInfoOf('sessionLimit')).toBe(4);
    expect(meaningOfErrorInfo(4)).toBe('sessionLimit');
    expect(ultimatumReasonOf('sessionLimit', true)).toBe(ultimatumReasonOf('timeout', true));
    expect(meaningOfUltimatum(ultimatumReasonOf('sessionLimit', false), false)).toBe('timeout');
  });

  it('understands what other servers say, and leaves alone what says nothing about the end', () => {
    expect(meaningOfErrorInfo(ERRINFO.none)).toBeUndefined();
    expect(meaningOfErrorInfo(ERRINFO.logoffByUser)).toBe('userRequested');
    expect(meaningOfErrorInfo(0x05)).toBeUndefined();
    expect(meaningOfErrorInfo(0x10d4)).toBe('protocolError');
    expect(meaningOfUltimatum(4, true)).toBeUndefined();
    expect(meaningOfUltimatum(3, true)).toBe('userRequested');
  });
});

it('arbitrary bytes give nothing worse than a ProtocolError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      for (const decode of [decodeShareControls, decodeShareData, decodeControl, decodeSetErrorInfo]) {
        onlyProtocolErrors(() => decode(bytes));
      }
    }),
  );
});
