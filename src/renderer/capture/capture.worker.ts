import type { ToCapturePage } from '../../protocol/rdp/graphics/capture-messages.ts';
import { encodersWithFilm } from '../../protocol/rdp/graphics/film/encoders-with-film.ts';
import { OwnFilmEncoders } from '../film/own-film-encoders.ts';
import { FrameSource } from './frame-source.ts';
import type { CaptureStart, ScreenAnswer, ScreenWish } from './messages.ts';

addEventListener(
  'message',
  (event: MessageEvent<CaptureStart>) => {
    const { port } = event.data;
    // Nothing is transferred: the port leads to another process, where bytes are copied either way.
    const source = new FrameSource({
      post: (message) => port.postMessage(message),
      wish: (wish) => postMessage(wish satisfies ScreenWish),
      nowMs: () => performance.now(),
      encoders: encodersWithFilm({ encoders: new OwnFilmEncoders(), nowMs: () => performance.now() }),
    });
    addEventListener('message', ({ data: answer }: MessageEvent<ScreenAnswer>) => void source.answered(answer));
    port.onmessage = (told: MessageEvent<ToCapturePage>) => {
      source.receive(told.data);
      if (told.data.tag === 'close') close();
    };
  },
  { once: true },
);
