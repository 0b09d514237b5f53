import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSessionCertificate, pinOf } from '../../../src/main/connection/certificate.ts';

describe('session certificate', () => {
  it.each([
    ['ecdsa', { asymmetricKeyType: 'ec', asymmetricKeyDetails: { namedCurve: 'prime256v1' } }],
    ['rsa', { asymmetricKeyType: 'rsa', asymmetricKeyDetails: { modulusLength: 2048 } }],
  ] as const)('is a fresh self-signed %s certificate, valid now and for days only', async (kind, key) => {
    const now = Date.UTC(2026, 10, 22, 12);
    const [first, second] = await Promise.all([createSessionCertificate(now, kind), createSessionCertificate(now, kind)]);
    const parsed = new X509Certificate(first.der);
    expect(parsed.publicKey).toMatchObject(key);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(Date.parse(parsed.validFrom)).toBeLessThan(now);
    expect(Date.parse(parsed.validTo)).toBeGreaterThan(now);
    expect(Date.parse(parsed.validTo) - now).toBeLessThan(30 * 24 * 3600_000);
    expect(Buffer.from(first.pin).toString('hex')).toBe(parsed.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(pinOf(first.der)).toEqual(first.pin);
    expect(second.pin).not.toEqual(first.pin);
    expect(new X509Certificate(second.der).serialNumber).not.toBe(parsed.serialNumber);
  });

  it('is made off the main thread', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await createSessionCertificate(Date.UTC(2026, 10, 22, 12), 'rsa');
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });
});
