import { MessageChannelMain } from 'electron';
import type { CapturePage } from '../desktop/page/page-capture.ts';
import type { Windows } from './windows.ts';

/**
 * A hidden page that has been given one end of a port; closing it destroys the page. Rejects when the page does not load.
 * @param display the screen that it may capture
 */
export async function openCapturePage(windows: Pick<Windows, 'openCapturePage'>, display?: string): Promise<CapturePage> {
  const window = windows.openCapturePage(display);
  const { webContents } = window;
  try {
    await new Promise<void>((resolve, reject) => {
      webContents.once('did-finish-load', () => resolve());
      webContents.once('did-fail-load', (_event, code, description) =>
        reject(new Error(`the capture page did not load: ${description} (${code})`)),
      );
      webContents.once('render-process-gone', () => reject(new Error('the capture page stopped while loading')));
      window.once('closed', () => reject(new Error('the capture page closed while loading')));
    });
  } catch (error) {
    if (!window.isDestroyed()) window.destroy();
    throw error;
  }
  const { port1, port2 } = new MessageChannelMain();
  webContents.postMessage('ringback:capture-port', null, [port2]);
  // A crashed page sends nothing; closing the port here ends the capture.
  webContents.once('render-process-gone', () => port1.close());
  return {
    port: port1,
    close: () => {
      if (!window.isDestroyed()) window.destroy();
    },
  };
}
