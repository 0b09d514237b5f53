import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { HOST } from './sharing.ts';

/** TPKT, X.224 Connection Request, RDP_NEG_REQ for PROTOCOL_SSL. */
const CONNECTION_REQUEST = Buffer.from('030000130ee000000000000100080001000000', 'hex');

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The certificate (DER) an RDP server really has; undefined while there is no server. */
export function actualCertificate(port: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => socket.write(CONNECTION_REQUEST));
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(undefined));
    socket.once('data', () => {
      const tls = connectTls({ socket, rejectUnauthorized: false }, () => {
        const raw = tls.getPeerX509Certificate()?.raw;
        resolve(raw && new Uint8Array(raw));
        tls.destroy();
      });
      tls.on('error', () => resolve(undefined));
    });
  });
}

/** SHA-256 of that certificate, as a novice ticket would promise it. */
export async function actualPin(port: number): Promise<Uint8Array | undefined> {
  const certificate = await actualCertificate(port);
  return certificate && new Uint8Array(createHash('sha256').update(certificate).digest());
}
