import type { Clock } from '../../clock.ts';
import type { ScreenCapture } from '../contract.ts';
import { openRemoteCapture, type CaptureChannel } from '../remote-capture.ts';

/** The part of Electron's MessagePortMain that a capture uses. */
interface CapturePagePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** A hidden page that runs `src/renderer/capture` and has been given the other end of `port`. */
export interface CapturePage {
  readonly port: CapturePagePort;
  /** Destroys the page. */
  close(): Promise<void> | void;
}

export interface PageCaptureOptions {
  readonly openCapturePage: () => Promise<CapturePage>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Captures in a page with getDisplayMedia. Rejects with NOT_PERMITTED when the person or the system refuses, or with the signal's reason. */
export async function openPageCapture({ openCapturePage, clock, signal }: PageCaptureOptions): Promise<ScreenCapture> {
  signal.throwIfAborted();
  const page = await openCapturePage();
  return openRemoteCapture(pageChannel(page), { clock, signal });
}

function pageChannel(page: CapturePage): CaptureChannel {
  const { port } = page;
  let listening = false;
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', (event) => listener(event.data));
      if (!listening) port.start();
      listening = true;
    },
    onGone: (listener) => void port.on('close', () => listener('the capture page closed')),
    end: async () => {
      port.close();
      await page.close();
    },
  };
}
