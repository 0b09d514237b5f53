import { type IncomingMessage, request } from 'node:http';
import { utf8Decode } from '../../../protocol/bytes/text.ts';
import { MAX_UPNP_BYTES } from '../../../protocol/port-mapping/device-description.ts';
import type { HttpPlace } from '../../../protocol/port-mapping/ssdp.ts';
import { ConnectionError } from '../contract.ts';
import type { Asking } from './contract.ts';
import { HTTP_DEADLINE_MS } from './deadlines.ts';

const MAX_HEADER_BYTES = 8_192;

export interface HttpQuestion {
  /** This computer's address that it is asked from. */
  readonly local: string;
  /** What is posted, and the action's name for SOAPAction; without one, the document is fetched. */
  readonly post?: { readonly body: string; readonly action: string };
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * One request to a router, on a connection of its own. Follows nothing, and reads no more than {@link MAX_UPNP_BYTES}. Rejects with ConnectionError
 * DEADLINE, SOCKET, ABORTED.
 */
export function exchangeByHttp(
  { host, port, path }: HttpPlace,
  { local, post }: HttpQuestion,
  { clock, signal }: Asking,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new ConnectionError('ABORTED', 'stopped before the router was asked'));
    const outgoing = request({
      host,
      port,
      path,
      family: 4,
      localAddress: local,
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      method: post === undefined ? 'GET' : 'POST',
      headers: {
        Connection: 'close',
        ...(post === undefined
          ? {}
          : {
              'Content-Type': 'text/xml; charset="utf-8"',
              'Content-Length': String(Buffer.byteLength(post.body)),
              SOAPAction: `"${post.action}"`,
            }),
      },
    });
    const end = (settle: () => void): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      outgoing.on('error', () => undefined);
      outgoing.destroy();
      settle();
    };
    const fail = (code: 'DEADLINE' | 'SOCKET' | 'ABORTED', message: string, cause?: unknown): void =>
      end(() => reject(new ConnectionError(code, message, { cause })));
    const onAbort = (): void => fail('ABORTED', 'stopped while the router was asked');
    const cancel = clock.after(HTTP_DEADLINE_MS, () => fail('DEADLINE', 'the router does not answer'));
    signal.addEventListener('abort', onAbort, { once: true });
    outgoing.on('error', (error) => fail('SOCKET', 'the router cannot be asked', error));
    outgoing.on('response', (incoming: IncomingMessage) => {
      const parts: Buffer[] = [];
      let length = 0;
      incoming.on('data', (part: Buffer) => {
        length += part.length;
        if (length > MAX_UPNP_BYTES) return fail('SOCKET', 'the router says too much');
        parts.push(part);
      });
      incoming.on('error', (error) => fail('SOCKET', 'the router broke off', error));
      incoming.on('end', () => {
        const text = utf8Decode(new Uint8Array(Buffer.concat(parts)));
        end(() => resolve({ status: incoming.statusCode ?? 0, text }));
      });
    });
    outgoing.end(post?.body);
  });
}
