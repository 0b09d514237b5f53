import { desktopCapturer, type DisplayMediaRequestHandlerHandlerRequest, screen, webContents, type Session, type Streams } from 'electron';
import { permits } from './web-security.ts';
import type { Windows } from './windows.ts';

/**
 * Denies every permission that the list in web-security.ts does not give to the window's kind, lets only the capture page see a screen, and only the page
 * that records hear what this computer plays.
 */
export function guardPermissions(session: Session, windows: Pick<Windows, 'kindOf' | 'kindOfSender'>): void {
  session.setPermissionRequestHandler((contents, permission, answer, details) => {
    const devices = 'mediaTypes' in details ? details.mediaTypes : undefined;
    answer(details.isMainFrame && permits(windows.kindOf(contents), permission, devices));
  });
  session.setPermissionCheckHandler((contents, permission, _origin, { mediaType }) =>
    permits(windows.kindOf(contents), permission, mediaType === undefined || mediaType === 'unknown' ? [] : [mediaType]),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((request, answer) => {
    void grant(request).then(
      (granted) => answer(granted ?? {}),
      () => answer({}),
    );
  });

  async function grant({ frame, videoRequested }: DisplayMediaRequestHandlerHandlerRequest): Promise<Streams | undefined> {
    if (frame === null || frame.parent !== null) return undefined;
    const kind = windows.kindOf(webContents.fromFrame(frame));
    // Whoever sits here goes on hearing it, so it is not `loopbackWithMute`. A picture, where there has to be one, is that of the page itself.
    if (kind === 'sound') return { audio: 'loopback', ...(videoRequested ? { video: frame } : {}) };
    if (kind !== 'capture') return undefined;
    // Without thumbnails: those would be pictures of every window. The primary screen is the one that input goes to.
    const screens = await desktopCapturer.getSources({ types: ['screen'], thumbnailSize: { width: 0, height: 0 } });
    const primary = String(screen.getPrimaryDisplay().id);
    const source = screens.find(({ display_id: id }) => id === primary) ?? screens[0];
    return source === undefined ? undefined : { video: source };
  }
}
