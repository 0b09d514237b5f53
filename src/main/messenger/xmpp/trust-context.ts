import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** As many as there are accounts with an authority of their own at one time, and some. */
const MAX_KEPT = 4;
const kept = new Map<string | undefined, SecureContext>();

/**
 * What TLS believes: the authorities of the system, and beside them the person's own (`ca`, PEM). Kept, since reading all of them takes a dozen
 * milliseconds and a megabyte, for every try.
 */
export function trustContext(ca: string | undefined): SecureContext {
  const found = kept.get(ca);
  if (found !== undefined) return found;
  const made = createSecureContext({ minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) });
  kept.set(ca, made);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT) kept.delete(oldest);
  return made;
}
