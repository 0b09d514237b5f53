import type { FromCapture, ToCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
import { systemClock } from '../../clock.ts';
import { AskedFilmPage } from '../film/asked-film-page.ts';
import type { FilmPageEnd } from '../film/contract.ts';
import { filmPageInProcess } from '../film/film-page-in-process.ts';
import { startOpenH264 } from '../film/openh264/start-openh264.ts';
import { captureHere } from './capture-here.ts';
import type { X11CaptureOptions } from './x11-screen.ts';

/** What the capture's process is told. */
export type ToCaptureProcess =
  | ToCapture
  /** The first message, once. `native`: film may be encoded by a library of the system. */
  | { readonly tag: 'begin'; readonly options: X11CaptureOptions; readonly native: boolean }
  /** Answered by `alive`, whatever the capture is waiting for. */
  | { readonly tag: 'askAlive' }
  /** The answer to `filmPageWanted`; the page's port comes with it where there is a page. */
  | { readonly tag: 'filmPage' };

/** What runs in the capture's process, whatever it is told by. */
export class CaptureProcessSide {
  private readonly post: (message: FromCapture) => void;
  private readonly filmPage: AskedFilmPage;
  private capture: ((message: ToCapture) => void) | undefined;

  constructor(post: (message: FromCapture) => void) {
    this.post = post;
    this.filmPage = new AskedFilmPage(() => post({ tag: 'filmPageWanted' }), systemClock);
  }

  receive(message: ToCaptureProcess, port?: FilmPageEnd): void {
    switch (message.tag) {
      case 'begin': {
        const film = [...(message.native ? [startOpenH264] : []), this.filmPage.start];
        this.capture ??= captureHere(message.options, (told) => this.post(withOwnMemory(told)), film);
        return;
      }
      case 'askAlive':
        this.post({ tag: 'alive' });
        return;
      case 'filmPage':
        this.filmPage.given(port === undefined ? undefined : filmPageInProcess(port));
        return;
      default:
        this.capture?.(message);
    }
  }
}

/** A view is sent with all of the memory that it is a view of. */
function withOwnMemory(message: FromCapture): FromCapture {
  if (message.tag !== 'frame') return message;
  const updates = message.frame.updates.map((update) =>
    update.bytes.length === update.bytes.buffer.byteLength ? update : { ...update, bytes: update.bytes.slice() },
  );
  return { ...message, frame: { ...message.frame, updates } };
}
