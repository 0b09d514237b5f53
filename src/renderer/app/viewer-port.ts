import type { ViewerPortHello } from '../../preload/contract.ts';

/**
 * The next MessagePort that the preload hands to this page (a port cannot cross the bridge). Only a message this window sent to
 * itself counts. Rejects with the signal's reason.
 */
export function nextViewerPort(signal: AbortSignal): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const onMessage = (event: MessageEvent<unknown>) => {
      const [port] = event.ports;
      if (event.source !== window || port === undefined || !isHello(event.data)) return;
      window.removeEventListener('message', onMessage);
      resolve(port);
    };
    window.addEventListener('message', onMessage, { signal });
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function isHello(data: unknown): data is ViewerPortHello {
  return typeof data === 'object' && data !== null && (data as { tag?: unknown }).tag === 'ringback:viewer-port';
}
