/* One end of the viewer's MessagePort as the use cases see it. */
import type { FromViewer, ToViewer } from '../../preload/contract.ts';
import type { FromViewerMessage, ToViewerMessage, ViewerSink } from '../assistance/contract.ts';
import { parseFromViewer } from './viewer-messages.ts';
import { Emitter } from '../emitter.ts';

/** The part of Electron's MessagePortMain that is used. */
export interface PortEnd {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

export interface ViewerPort extends ViewerSink {
  /** Messages that were not what the contract says; dropped. */
  readonly dropped: number;
  /** False while the window is minimised, which the page itself is not told on every system. */
  setWindowShown(shown: boolean): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** Bytes that own their memory exactly: the structured clone copies the whole buffer behind a view, and pools are large and hold other data. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength && bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes);
}

/** The message with bytes that can cross to another process cheaply. */
export function forPort(message: ToViewerMessage): ToViewer {
  switch (message.tag) {
    case 'graphics':
      return { tag: 'graphics', graphics: { ...message.graphics, data: ownBytes(message.graphics.data) } };
    case 'pointerShape':
      return typeof message.shape === 'string' || message.shape === null
        ? message
        : { tag: 'pointerShape', shape: { ...message.shape, pixels: ownBytes(message.shape.pixels) } };
    default:
      return message;
  }
}

/** Wraps the port. What comes from the page is checked; wrong messages are dropped and counted, never fatal. */
export function createViewerPort(port: PortEnd): ViewerPort {
  const events = new Emitter<FromViewerMessage>();
  const closing = new Emitter();
  let dropped = 0;
  let closed = false;
  let pageWants = true;
  let windowShown = true;
  let told = true;

  function tellDisplayWanted(): void {
    const wanted = pageWants && windowShown;
    if (wanted === told) return;
    told = wanted;
    events.emit({ tag: 'displayWanted', wanted });
  }

  function end(): void {
    if (closed) return;
    closed = true;
    closing.finish();
  }

  port.on('message', (event) => {
    if (closed) return;
    const message: FromViewer | undefined = parseFromViewer(event.data);
    if (message === undefined) {
      dropped += 1;
      return;
    }
    if (message.tag === 'displayWanted') {
      pageWants = message.wanted;
      tellDisplayWanted();
    } else events.emit(message);
  });
  port.on('close', end);
  port.start();

  return {
    get dropped() {
      return dropped;
    },
    setWindowShown(shown) {
      windowShown = shown;
      if (!closed) tellDisplayWanted();
    },
    send(message) {
      if (!closed) port.postMessage(forPort(message));
    },
    onEvent: events.on,
    onClose: closing.on,
    close() {
      if (closed) return;
      end();
      port.close();
    },
  };
}
