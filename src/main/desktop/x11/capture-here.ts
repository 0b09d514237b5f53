import type { ToCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
import type { StartFilmEncoders } from '../../../protocol/rdp/graphics/film/film-ways.ts';
import { DesktopError } from '../contract.ts';
import { openX11Screen, type PostFromCapture, type X11CaptureOptions, type X11Screen } from './x11-screen.ts';

/**
 * Captures in the thread that calls. Messages that come while the screen opens wait in order; what becomes of it is told by `post`.
 * @param film ways to encode it, the best first
 */
export function captureHere(
  options: X11CaptureOptions,
  post: PostFromCapture,
  film: readonly StartFilmEncoders[],
): (message: ToCapture) => void {
  let screen: X11Screen | undefined;
  const waiting: ToCapture[] = [];
  const begin = async (): Promise<void> => {
    try {
      const opened = await openX11Screen(options, post, film);
      screen = opened;
      for (const message of waiting) opened.receive(message);
    } catch (error) {
      const code = error instanceof DesktopError ? error.code : 'LOST';
      post({ tag: 'failed', code, message: error instanceof Error ? error.message : String(error) }, []);
    }
  };
  void begin();
  return (message) => {
    if (screen === undefined) waiting.push(message);
    else screen.receive(message);
  };
}
