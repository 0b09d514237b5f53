import { createHash, X509Certificate } from 'node:crypto';
import type { BrowserWindow, Certificate } from 'electron';
import type { Clock } from '../clock.ts';
import type { IcePage, OpenIcePage, TrustedHost } from '../connection/ways/ice/contract.ts';
import type { AppWindows } from './app-windows.ts';
import { openHiddenPage } from './hidden-page.ts';
import { ICE_PARTITION } from './web-security.ts';

/** Electron's answers: the certificate is good, or as Chromium finds. */
const GOOD = 0;
const AS_FOUND = -3;

/**
 * Opens hidden pages for connections over ICE, each with one end of a port. Chromium remembers what was said of a certificate for as long as a session
 * lives, so those who are trusted have a session of their own: no page believes what another one's account has chosen. After `app` is ready.
 */
export function createIcePages(windows: Pick<AppWindows, 'openIcePage' | 'bareSession'>, clock: Pick<Clock, 'now'>): OpenIcePage {
  return async ({ relayOnly, trusted }) => {
    const partition = partitionFor(trusted);
    const session = windows.bareSession(partition);
    session.setCertificateVerifyProc(({ hostname, certificate }, answer) =>
      answer(isVouchedFor(hostname, certificate, trusted, clock.now()) ? GOOD : AS_FOUND),
    );
    // Connections to TURN servers over TCP go by the system's proxy, where it has one.
    await session.setProxy({ mode: 'system' });
    return openPage(windows.openIcePage(partition, relayOnly));
  };
}

function partitionFor(trusted: readonly TrustedHost[]): string {
  if (trusted.length === 0) return ICE_PARTITION;
  return `${ICE_PARTITION}-${createHash('sha256').update(JSON.stringify(trusted)).digest('hex')}`;
}

async function openPage(window: BrowserWindow): Promise<IcePage> {
  const page = await openHiddenPage(window, 'the page of the connection', 'ringback:ice-port');
  const { port } = page;
  let started = false;
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', ({ data }) => listener(data));
      if (!started) port.start();
      started = true;
    },
    onGone: (listener) => page.onGone(listener),
    close: () => page.close(),
  };
}

/** Whether a certificate that somebody has chosen to trust for this host has signed this one, directly or through others that came with it. */
function isVouchedFor(hostname: string, certificate: Certificate, trusted: readonly TrustedHost[], nowMs: number): boolean {
  const cas = trusted.filter(({ host }) => host.toLowerCase() === hostname.toLowerCase());
  if (cas.length === 0) return false;
  try {
    const leaf = new X509Certificate(certificate.data);
    if (leaf.checkHost(hostname) === undefined && leaf.checkIP(hostname) === undefined) return false;
    return cas.some(({ ca }) => signedBy(leaf, certificate, new X509Certificate(ca), nowMs));
  } catch {
    return false;
  }
}

const MOST_ISSUERS = 4;

function signedBy(leaf: X509Certificate, { issuerCert }: Certificate, ca: X509Certificate, nowMs: number): boolean {
  let below = leaf;
  let next: Certificate | undefined = issuerCert;
  for (let depth = 0; depth <= MOST_ISSUERS; depth += 1) {
    if (!isValidAt(below, nowMs)) return false;
    if (below.checkIssued(ca) && below.verify(ca.publicKey)) return isValidAt(ca, nowMs) && ca.ca;
    if (next === undefined || next === null) return false;
    const issuer = new X509Certificate(next.data);
    if (!issuer.ca || !below.checkIssued(issuer) || !below.verify(issuer.publicKey)) return false;
    below = issuer;
    next = next.issuerCert;
  }
  return false;
}

function isValidAt({ validFrom, validTo }: X509Certificate, nowMs: number): boolean {
  return Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo);
}
