import { readFile } from 'node:fs/promises';
import type { Session } from 'electron';
import { isOwnRequest, resolveAppFile, APP_SCHEME, responseHeaders, RESPONSE_HEADERS } from './web-security.ts';

/** Serves the built pages below `root` as `ringback://app/…` and lets no other request out. */
export function serveApp(session: Session, root: string, devToolsAllowed: boolean, headersOf = responseHeaders): void {
  session.protocol.handle(APP_SCHEME, async (request) => {
    const found = request.method === 'GET' ? resolveAppFile(root, request.url) : undefined;
    if (found === undefined) return new Response(null, { status: 404, headers: RESPONSE_HEADERS });
    try {
      const bytes = await readFile(found.file);
      return new Response(new Uint8Array(bytes), { status: 200, headers: { ...headersOf(found.file), 'Content-Type': found.mediaType } });
    } catch {
      return new Response(null, { status: 404, headers: RESPONSE_HEADERS });
    }
  });
  session.webRequest.onBeforeRequest((details, respond) => {
    respond({ cancel: !isOwnRequest(details.url, devToolsAllowed) });
  });
  session.on('will-download', (event) => event.preventDefault());
}
