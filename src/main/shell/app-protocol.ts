import { readFile } from 'node:fs/promises';
import type { Session } from 'electron';
import { isOwnRequest, resolveAppFile, APP_SCHEME, RESPONSE_HEADERS } from './web-security.ts';

/** Serves the built pages below `root` as `ringback://app/…` and lets no other request out. */
export function serveApp(session: Session, root: string, devToolsAllowed: boolean, headers = RESPONSE_HEADERS): void {
  session.protocol.handle(APP_SCHEME, async (request) => {
    const found = request.method === 'GET' ? resolveAppFile(root, request.url) : undefined;
    if (found === undefined) return new Response(null, { status: 404, headers });
    try {
      const bytes = await readFile(found.file);
      return new Response(new Uint8Array(bytes), { status: 200, headers: { ...headers, 'Content-Type': found.mediaType } });
    } catch {
      return new Response(null, { status: 404, headers });
    }
  });
  session.webRequest.onBeforeRequest((details, respond) => {
    respond({ cancel: !isOwnRequest(details.url, devToolsAllowed) });
  });
  session.on('will-download', (event) => event.preventDefault());
}
