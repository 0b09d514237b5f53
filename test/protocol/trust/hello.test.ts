import { describe, expect, it } from 'vitest';
import { base64Encode, hexEncode } from '../../../src/protocol/bytes/text.ts';
import { type Binding, bindingBytes } from '../../../src/protocol/trust/binding.ts';
import { makeCode, readCode } from '../../../src/protocol/trust/code.ts';
import { DEVICE_BYTES, helloFeatures, helloOf, NONCE_BYTES } from '../../../src/protocol/trust/hello.ts';
import { readIntroduction, writeIntroduction } from '../../../src/protocol/trust/introduction.ts';
import { keyPairOf } from '../../../src/protocol/trust/noise.ts';

const device = base64Encode(new Uint8Array(DEVICE_BYTES).fill(5));
const nonce = base64Encode(new Uint8Array(NONCE_BYTES).fill(6));
const identity = { ...keyPairOf(new Uint8Array(32).fill(3)), device };

describe('what a program says of itself', () => {
  it.each([true, false])('is read as it was said (met: %s)', (met) => {
    expect(helloOf(helloFeatures(identity, nonce, met))).toEqual({ key: identity.publicKey, device, nonce, met });
  });

  it.each([
    ['nothing', undefined],
    ['no key', { seal: undefined }],
    ['a short key', { seal: 'AAAA' }],
    ['a key that is no base64', { seal: '=' }],
    ['no device', { device: undefined }],
    ['no nonce', { nonce: undefined }],
    ['a long nonce', { nonce: 'A'.repeat(24) }],
  ])('%s counts as none', (_name, change) => {
    const features = new Map(helloFeatures(identity, nonce, false));
    for (const [name, value] of Object.entries(change ?? {})) {
      if (value === undefined) features.delete(name);
      else features.set(name, value);
    }
    expect(helloOf(change === undefined ? undefined : features)).toBeUndefined();
  });
});

describe('what is bound in', () => {
  const bound: Binding = {
    inviter: 'novice',
    noviceAddress: 'Anna@home',
    expertAddress: 'peter@home',
    inviterLine: '1;parts',
    inviteeLine: '1;parts;met',
    invitation: '4711',
  };

  it('is the same however addresses are written, and another one with every other change', () => {
    const same = hexEncode(bindingBytes(bound));
    expect(hexEncode(bindingBytes({ ...bound, noviceAddress: 'anna@HOME', inviterLine: ' 1;parts' }))).toBe(same);
    const changes: Partial<Binding>[] = [
      { inviter: 'expert' },
      { noviceAddress: 'anna@home2' },
      { expertAddress: 'pete@home' },
      { inviterLine: '1;part' },
      { inviteeLine: '1;parts' },
      { invitation: '4712' },
      { noviceAddress: 'anna@homep', expertAddress: 'eter@home' },
    ];
    const all = [same, ...changes.map((change) => hexEncode(bindingBytes({ ...bound, ...change })))];
    expect(new Set(all).size).toBe(changes.length + 1);
  });
});

describe('what is sealed', () => {
  const introduction = { key: identity.publicKey, device, ticket: '65538,1,192.0.2.1:5000,*,*,*,*,*' };

  it('is read as it was written, in a length that tells little', () => {
    const written = writeIntroduction(introduction);
    expect(written.length).toBe(128);
    expect(readIntroduction(written)).toEqual(introduction);
  });

  it.each([0, 1, 32, 45, 60])('cut after %i bytes it is refused', (length) => {
    expect(() => readIntroduction(writeIntroduction(introduction).subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'TRUNCATED' }),
    );
  });

  it('of another version it is refused', () => {
    expect(() => readIntroduction(new Uint8Array(128))).toThrow(expect.objectContaining({ code: 'UNEXPECTED' }));
  });
});

describe('a code', () => {
  it('is six digits, each as likely: bytes that would favour some are left out', () => {
    const bytes = [255, 250, 249, 0, 10, 123, 7, 88];
    expect(makeCode(() => Uint8Array.of(bytes.shift() ?? 255))).toBe('900378');
  });

  it.each([
    ['428117', '428117'],
    [' 428 117\n', '428117'],
    ['428-117', '428117'],
    ['42811', undefined],
    ['4281177', undefined],
    ['42811a', undefined],
    ['', undefined],
  ])('typed as %j is read as %j', (typed, read) => {
    expect(readCode(typed)).toBe(read);
  });
});
