import { desktopCapturer, type DisplayMediaRequestHandlerHandlerRequest, screen, webContents, type Session, type Streams } from 'electron';
import { sourceOf } from './screen-source.ts';
import { permits } from './web-security.ts';
import type { Windows } from './windows.ts';

/**
 * Denies every permission that the list in web-security.ts does not give to the window's kind, lets only the capture page see a screen, and only the page
 * that records hear what this computer plays.
 */
export function guardPermissions(session: Session, windows: Pick<Windows, 'kindOf' | 'screenOf'>): void {
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
    const contents = frame === null || frame.parent !== null ? undefined : webContents.fromFrame(frame);
    if (frame === null || contents === undefined) return undefined;
    const kind = windows.kindOf(contents);
    // Whoever sits here goes on hearing it, so it is not `loopbackWithMute`. A picture, where there has to be one, is that of the page itself.
    if (kind === 'sound') return { audio: 'loopback', ...(videoRequested ? { video: frame } : {}) };
    if (kind !== 'capture') return undefined;
    // Without thumbnails: those would be pictures of every window.
    const sources = await desktopCapturer.getSources({ types: ['screen'], thumbnailSize: { width: 0, height: 0 } });
    const source = sourceOf(sources, windows.screenOf(contents), screen.getAllDisplays().length);
    return source === undefined ? undefined : { video: source };
  }
}
