import { createServer } from 'node:net';

/** Resolves when this port can be listened on now, on every address; rejects with the system's error where it cannot. */
export function requireFreePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, exclusive: true }, () => server.close(() => resolve()));
  });
}
