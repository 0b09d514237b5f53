import { MessageChannelMain } from 'electron';
import type { Assistance } from '../assistance/contract.ts';
import type { ErrorLog } from './error-log.ts';
import { createViewerPort, type ViewerPort } from './viewer-port.ts';
import type { Windows } from './windows.ts';

export interface ViewerWindow {
  /** Gives the session window's page its two ports; a page that asks again (it was loaded anew) gets others, and the old ones close. */
  open(): void;
  close(): void;
}

/** The picture's way from the session into the session window. Everything that is listened to ends with the ports. */
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
      const pictures = new MessageChannelMain();
      const steering = new MessageChannelMain();
      const mine = createViewerPort({ pictures: pictures.port1, steering: steering.port1 });
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
      window.webContents.postMessage('ringback:viewer-ports', null, [pictures.port2, steering.port2]);
    },
    close: () => viewer?.close(),
  };
}
