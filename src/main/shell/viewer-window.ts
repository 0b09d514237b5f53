import { MessageChannelMain } from 'electron';
import type { Assistance } from '../assistance/contract.ts';
import type { ErrorLog } from './error-log.ts';
import { createViewerPort, type ViewerPort } from './viewer-port.ts';
import type { Windows } from './windows.ts';

export interface ViewerWindow {
  /** Gives the session window's page a port for the picture; a page that asks again (it was loaded anew) gets another, and the old one closes. */
  open(): void;
  close(): void;
}

/** The picture's way from the session into the session window. Everything that is listened to ends with the port. */
export function createViewerWindow(
  windows: Pick<Windows, 'session'>,
  assistance: Pick<Assistance, 'attachViewer'>,
  log: Pick<ErrorLog, 'write'>,
): ViewerWindow {
  let viewer: ViewerPort | undefined;
  return {
    open() {
      const window = windows.session;
      if (window === undefined) return;
      viewer?.close();
      const { port1, port2 } = new MessageChannelMain();
      const mine = createViewerPort(port1);
      let detach: () => void;
      try {
        detach = assistance.attachViewer(mine);
      } catch (error) {
        mine.close();
        throw error;
      }
      viewer = mine;
      const tellShown = (): void => mine.setWindowShown(!window.isMinimized() && window.isVisible());
      for (const change of ['minimize', 'restore', 'hide', 'show'] as const) window.on(change as 'show', tellShown);
      tellShown();
      mine.onClose(() => {
        for (const change of ['minimize', 'restore', 'hide', 'show'] as const) window.off(change as 'show', tellShown);
        detach();
        if (mine.dropped > 0) log.write('viewer', `${mine.dropped} messages dropped`);
        if (viewer === mine) viewer = undefined;
      });
      window.webContents.postMessage('ringback:viewer-port', null, [port2]);
    },
    close: () => viewer?.close(),
  };
}
