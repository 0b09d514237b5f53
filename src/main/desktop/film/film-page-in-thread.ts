import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { FilmEncoders } from '../../../protocol/rdp/graphics/film/contract.ts';
import type { ToFilmPage } from '../../../protocol/rdp/graphics/film/page-messages.ts';
import type { Clock } from '../../clock.ts';
import type { FilmPage } from './contract.ts';
import { PageFilmEncoders, type FilmPagePort } from './page-film-encoders.ts';

/* A film's page for a thread of this process: Electron's ports cannot be handed to one, so main passes on what is said. */

/** The end of the page's port for a thread. */
export function portForThread(page: FilmPage): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (message) => page.port.postMessage(message));
  page.port.on('message', ({ data }) => port1.postMessage(data));
  page.onGone(() => port1.close());
  port1.on('close', () => page.close());
  page.port.start();
  return port2;
}

/** In the thread: asks for a page each time an encoder is needed that the page before no longer has. */
export class AskedFilmPage {
  private readonly ask: () => void;
  private readonly clock: Pick<Clock, 'after'>;
  private waiting: ((port: MessagePort | undefined) => void) | undefined;

  constructor(ask: () => void, clock: Pick<Clock, 'after'>) {
    this.ask = ask;
    this.clock = clock;
  }

  /** Rejects when there is no page. */
  readonly start = async (): Promise<FilmEncoders> => {
    const port = await new Promise<MessagePort | undefined>((resolve) => {
      this.waiting = resolve;
      this.ask();
    });
    if (port === undefined) throw new Error('there is no page for film');
    return new PageFilmEncoders(threadPort(port), this.clock);
  };

  /** The answer; undefined when no page can be had. */
  given(port: MessagePort | undefined): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting === undefined) port?.close();
    else waiting(port);
  }
}

function threadPort(port: MessagePort): FilmPagePort {
  return {
    post: (message) => {
      const [own, moved] = withOwnMemory(message);
      port.postMessage(own, moved);
    },
    onMessage: (listener) => void port.on('message', listener),
    onGone: (listener) => void port.once('close', () => listener('the page of the film has gone')),
    close: () => port.close(),
  };
}

/** A picture lies in a kernel's memory, which cannot be moved to another thread: one copy is made here, and none on the way. */
function withOwnMemory(message: ToFilmPage): [ToFilmPage, ArrayBuffer[]] {
  if (message.tag !== 'encode') return [message, []];
  const i420 = Uint8Array.from(message.i420);
  return [{ ...message, i420 }, [i420.buffer]];
}
