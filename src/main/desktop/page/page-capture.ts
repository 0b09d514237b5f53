import type { ToCapturePage } from '../../../protocol/rdp/graphics/capture-messages.ts';
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

/** Opens a hidden page that may capture this screen, by its id; without one, what the system's own dialog gives. */
export type OpenCapturePage = (screen?: string) => Promise<CapturePage>;

export interface PageCaptureOptions {
  readonly openCapturePage: OpenCapturePage;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Number of the last frame that the client was sent before, by another capture. */
  readonly framesBefore?: number;
}

/** Captures in a page with getDisplayMedia. Rejects with NOT_PERMITTED when the person or the system refuses, or with the signal's reason. */
export async function openPageCapture({ openCapturePage, clock, signal, framesBefore = 0 }: PageCaptureOptions): Promise<ScreenCapture> {
  signal.throwIfAborted();
  const page = await openCapturePage();
  tellPage(page, { tag: 'begin', framesBefore, comesBack: false });
  tellPage(page, { tag: 'look' });
  return openRemoteCapture(pageChannel(page), { clock, signal });
}

export function tellPage({ port }: CapturePage, message: ToCapturePage): void {
  port.postMessage(message);
}

/** @param arriving called with each message before anything is made of it */
export function pageChannel(page: CapturePage, arriving: (message: unknown) => void = () => undefined): CaptureChannel {
  const { port } = page;
  let listening = false;
  return {
    send: (message) => tellPage(page, message),
    onMessage: (listener) => {
      port.on('message', ({ data }) => {
        arriving(data);
        listener(data);
      });
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
