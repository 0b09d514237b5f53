import type { ViewerPortsHello } from '../../preload/contract.ts';
import type { ViewerPorts } from '../viewer/viewer.ts';

/**
 * The next pair of MessagePorts that the preload hands to this page (ports cannot cross the bridge). Only a message this window sent to
 * itself counts. Rejects with the signal's reason.
 */
export function nextViewerPorts(signal: AbortSignal): Promise<ViewerPorts> {
  return new Promise((resolve, reject) => {
    const onMessage = (event: MessageEvent<unknown>) => {
      const [pictures, steering] = event.ports;
      if (event.source !== window || pictures === undefined || steering === undefined || !isHello(event.data)) return;
      window.removeEventListener('message', onMessage);
      resolve({ pictures, steering });
    };
    window.addEventListener('message', onMessage, { signal });
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function isHello(data: unknown): data is ViewerPortsHello {
  return typeof data === 'object' && data !== null && (data as { tag?: unknown }).tag === 'ringback:viewer-ports';
}
