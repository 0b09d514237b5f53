import { describe, expect, it } from 'vitest';
import { SessionIdCheck, samePin } from '../../../src/main/connection/session-id.ts';

const id = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
const text = Buffer.from(id).toString('base64');

describe('session id', () => {
  it('lets the right one in once', () => {
    const check = new SessionIdCheck(id);
    expect(check.admit('')).toBe(false);
    expect(check.admit(`${text}x`)).toBe(false);
    expect(check.admit(text.slice(0, -1))).toBe(false);
    expect(check.admit(text.toLowerCase())).toBe(false);
    expect(check.admit(text)).toBe(true);
    expect(check.admit(text)).toBe(false);
  });

  it('compares pins of the right length only', () => {
    expect(samePin(id, id.slice())).toBe(true);
    expect(samePin(id, id.toReversed())).toBe(false);
    expect(samePin(id.subarray(0, 31), id.subarray(0, 31))).toBe(false);
    expect(samePin(new Uint8Array(0), new Uint8Array(0))).toBe(false);
  });
});
