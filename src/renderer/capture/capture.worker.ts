import type { ToCapture } from '../../protocol/rdp/graphics/capture-messages.ts';
import { encodersWithFilm } from '../../protocol/rdp/graphics/film/encoders-with-film.ts';
import { OwnFilmEncoders } from '../film/own-film-encoders.ts';
import { FrameSource } from './frame-source.ts';
import type { CaptureStart } from './messages.ts';

addEventListener(
  'message',
  (event: MessageEvent<CaptureStart>) => {
    const { frames, port } = event.data;
    // Nothing is transferred: the port leads to another process, where bytes are copied either way.
    const source = new FrameSource(
      (message) => port.postMessage(message),
      () => performance.now(),
      encodersWithFilm({ encoders: new OwnFilmEncoders(), nowMs: () => performance.now() }),
    );
    port.onmessage = (told: MessageEvent<ToCapture>) => {
      source.receive(told.data);
      if (told.data.tag === 'close') close();
    };
    void source.run(frames);
  },
  { once: true },
);
