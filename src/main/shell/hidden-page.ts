import { type BrowserWindow, MessageChannelMain, type MessagePortMain } from 'electron';

export interface HiddenPage {
  /** One end of a port whose other end the page has. Not started. */
  readonly port: MessagePortMain;
  /** Once, when it has ended, by itself or because it was closed. */
  onGone(listener: (why: string) => void): void;
  /** Ends it at once, whatever it is doing. Idempotent. */
  close(): void;
}

/**
 * Waits until a page that nobody sees is loaded, and gives it one end of a port.
 * @param name of the page, for errors
 * @param channel that its preload listens to
 */
export async function openHiddenPage(window: BrowserWindow, name: string, channel: string): Promise<HiddenPage> {
  const { webContents } = window;
  const close = (): void => {
    if (!window.isDestroyed()) window.destroy();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      webContents.once('did-finish-load', () => resolve());
      webContents.once('did-fail-load', (_event, code, description) => reject(new Error(`${name} did not load: ${description} (${code})`)));
      webContents.once('render-process-gone', () => reject(new Error(`${name} stopped while loading`)));
      window.once('closed', () => reject(new Error(`${name} closed while loading`)));
    });
  } catch (error) {
    close();
    throw error;
  }
  const { port1: port, port2 } = new MessageChannelMain();
  webContents.postMessage(channel, null, [port2]);
  let listener: ((why: string) => void) | undefined;
  const gone = (why: string): void => {
    const told = listener;
    listener = undefined;
    told?.(why);
  };
  webContents.once('render-process-gone', (_event, { reason }) => {
    gone(`${name} has gone: ${reason}`);
    close();
  });
  port.once('close', () => gone(`${name} has closed`));
  return {
    port,
    onGone: (told) => {
      listener = told;
    },
    close,
  };
}
