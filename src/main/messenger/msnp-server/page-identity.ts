import { createSelfSigned } from '../../self-signed.ts';

/** Ten years: the server may run for long, and no client checks this certificate, so it is never renewed. */
const VALID_FOR_MS = 10 * 365 * 24 * 3600_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Key and self-signed certificate (PEM) of the log-in page, for as long as the server runs. */
export async function createPageIdentity(nowMs: number): Promise<{ readonly key: string; readonly cert: string }> {
  const { key, cert } = await createSelfSigned({ name: 'CN=Ringback messenger', algorithm: ALGORITHM, nowMs, validForMs: VALID_FOR_MS });
  return { key, cert };
}
