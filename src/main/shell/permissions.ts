import { desktopCapturer, screen, webContents, type Session, type Streams, type WebFrameMain } from 'electron';
import { permits, type WindowKind } from './web-security.ts';
import type { Windows } from './windows.ts';

/** Denies every permission that the list in web-security.ts does not give to the window's kind, and lets only the capture page see a screen. */
export function guardPermissions(session: Session, windows: Pick<Windows, 'kindOf' | 'kindOfSender'>): void {
  session.setPermissionRequestHandler((contents, permission, answer, details) => {
    answer(details.isMainFrame && permits(windows.kindOf(contents), permission));
  });
  session.setPermissionCheckHandler((contents, permission) => permits(windows.kindOf(contents), permission));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((request, answer) => {
    void grantScreen(request.frame).then(
      (granted) => answer(granted ?? {}),
      () => answer({}),
    );
  });

  async function grantScreen(frame: WebFrameMain | null): Promise<Streams | undefined> {
    const kind: WindowKind | undefined = frame === null || frame.parent !== null ? undefined : windows.kindOf(webContents.fromFrame(frame));
    if (kind !== 'capture') return undefined;
    // Without thumbnails: those would be pictures of every window. The primary screen is the one that input goes to.
    const screens = await desktopCapturer.getSources({ types: ['screen'], thumbnailSize: { width: 0, height: 0 } });
    const primary = String(screen.getPrimaryDisplay().id);
    const source = screens.find(({ display_id: id }) => id === primary) ?? screens[0];
    return source === undefined ? undefined : { video: source };
  }
}
