import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSessionCertificate, pinOf } from '../../../src/main/connection/certificate.ts';

describe('session certificate', () => {
  it('is a fresh self-signed RSA-2048 certificate, valid now and for days only', async () => {
    const now = Date.UTC(2026, 10, 22, 12);
    const [first, second] = await Promise.all([createSessionCertificate(now), createSessionCertificate(now)]);
    const parsed = new X509Certificate(first.der);
    expect(parsed.publicKey.asymmetricKeyType).toBe('rsa');
    expect(parsed.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
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
    await createSessionCertificate(Date.UTC(2026, 10, 22, 12));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });
});
