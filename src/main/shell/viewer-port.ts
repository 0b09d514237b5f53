/* Our ends of a viewer window's two MessagePorts as the use cases see them. */
import {
  type FromPicture,
  type FromViewer,
  MAX_SOUND_ON_THE_WAY,
  type ToPicture,
  type ToSteering,
  type ToViewer,
} from '../../protocol/rdp/graphics/viewer-messages.ts';
import type { ViewerSink } from '../assistance/contract.ts';
import { Emitter } from '../emitter.ts';
import { PointerTelling } from './pointer-telling.ts';
import { parseFromPicture, parseFromSteering } from './viewer-messages.ts';

/** More than this is not kept until all that has come from the novice has been read: decoding may begin with it. */
const MAX_TOGETHER_BYTES = 128 * 1024;

/** From so much on, what one read has brought is likely a piece of a picture: a TLS record has 16 KiB. */
const LIKELY_MORE_BYTES = 8 * 1024;

/** What comes sooner after something that went at once waits for the turn's end: a novice's program may send a byte a record, as quickly as it likes. */
const AT_ONCE_EACH_MS = 2;

/** The part of Electron's MessagePortMain that is used. */
export interface PortEnd {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

export interface ViewerPortEnds {
  /** To the worker that decodes. */
  readonly pictures: PortEnd;
  /** To the page, where the person is: nothing on it waits behind a picture. */
  readonly steering: PortEnd;
}

export interface ViewerPort extends ViewerSink {
  /** Number of messages that were dropped because they do not follow the contract. */
  readonly dropped: number;
  /** False while the window is minimised, which the page itself is not told on every system. */
  setWindowShown(shown: boolean): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** So much of a PDU stands around its data: TPKT, X.224, MCS, or a fast-path header. */
const MAX_HEADER_BYTES = 32;

/**
 * Bytes that own their memory, but for the header of their own PDU: the structured clone copies the whole buffer behind a view, and pools are
 * large and hold other data.
 */
function ownBytes(bytes: Uint8Array): Uint8Array {
  const owns = bytes.constructor === Uint8Array && bytes.buffer.byteLength - bytes.byteLength <= MAX_HEADER_BYTES;
  return owns ? bytes : new Uint8Array(bytes);
}

/** The message with bytes that can cross to another process cheaply. */
export function forPort(message: ToPicture | ToSteering): ToPicture | ToSteering {
  switch (message.tag) {
    case 'graphics':
      return { tag: 'graphics', graphics: { ...message.graphics, data: ownBytes(message.graphics.data) } };
    case 'pointerShape':
      return typeof message.shape === 'string' || message.shape === null
        ? message
        : { tag: 'pointerShape', shape: { ...message.shape, pixels: ownBytes(message.shape.pixels) } };
    case 'sound':
      return { tag: 'sound', sound: { ...message.sound, data: ownBytes(message.sound.data) } };
    default:
      return message;
  }
}

/**
 * Wraps the ports; one that closes takes the other along. What comes from the page is checked: wrong messages are dropped and counted, never fatal.
 * What one read has brought of pictures goes as one message; much of it, and what follows another read closely, with what else is read in the same turn:
 * `afterTurn` runs when all that has arrived from the novice by now has been read.
 */
export function createViewerPort(
  { pictures, steering }: ViewerPortEnds,
  afterTurn: (run: () => void) => void = (run) => void setImmediate(run),
  nowMs: () => number = () => performance.now(),
): ViewerPort {
  const events = new Emitter<FromViewer>();
  const closing = new Emitter();
  const pointer = new PointerTelling((message) => steering.postMessage(forPort(message)));
  let dropped = 0;
  let closed = false;
  let pageWants = true;
  let windowShown = true;
  let told = true;
  let together: ToPicture[] = [];
  let togetherBytes = 0;
  let atOnceMs = Number.NEGATIVE_INFINITY;
  let soundOnTheWay = 0;
  let soundPlays = false;

  function tellDisplayWanted(): void {
    const wanted = pageWants && windowShown;
    if (wanted === told) return;
    told = wanted;
    events.emit({ tag: 'displayWanted', wanted });
  }

  function end(): void {
    if (closed) return;
    closed = true;
    together = [];
    pictures.close();
    steering.close();
    closing.finish();
  }

  function onPicture(messages: readonly FromPicture[] | undefined): void {
    if (messages === undefined) dropped += 1;
    else for (const message of messages) events.emit(message);
  }

  function sendPicture(message: ToPicture): void {
    if (together.push(message) === 1) queueMicrotask(sendSoon);
    if (message.tag === 'graphics') togetherBytes += message.graphics.data.length;
    if (togetherBytes > MAX_TOGETHER_BYTES) sendTogether();
  }

  /** What one read has brought is whole, mostly, and another turn of the loop would cost a wake-up and its time; a large picture comes in several. */
  function sendSoon(): void {
    const now = nowMs();
    if (togetherBytes >= LIKELY_MORE_BYTES || now - atOnceMs < AT_ONCE_EACH_MS) afterTurn(sendTogether);
    else {
      atOnceMs = now;
      sendTogether();
    }
  }

  function sendTogether(): void {
    if (together.length === 0) return;
    const messages = together;
    together = [];
    togetherBytes = 0;
    try {
      pictures.postMessage(messages.map(forPort));
    } catch {
      // The window is gone: whoever listens for that hears it, as when the port says so itself.
      end();
    }
  }

  function onSteering(data: unknown): void {
    const message = parseFromSteering(data);
    if (message === undefined) {
      dropped += 1;
      return;
    }
    switch (message.tag) {
      case 'displayWanted':
        pageWants = message.wanted;
        tellDisplayWanted();
        return;
      case 'pointerShown':
        pointer.shown();
        return;
      case 'soundTaken':
        soundOnTheWay = Math.max(0, soundOnTheWay - 1);
        return;
      default:
        events.emit(message);
    }
  }

  pictures.on('message', ({ data }) => {
    if (!closed) onPicture(parseFromPicture(data));
  });
  steering.on('message', ({ data }) => {
    if (!closed) onSteering(data);
  });
  for (const port of [pictures, steering]) {
    port.on('close', end);
    port.start();
  }

  function send(message: ToViewer): void {
    switch (message.tag) {
      case 'size':
      case 'layout':
      case 'graphics':
        sendPicture(message);
        return;
      case 'pointerShape':
      case 'pointerPosition':
        pointer.tell(message);
        return;
      case 'sound':
        // A page that hangs would play it too late, and it would pile up here.
        if (soundOnTheWay >= MAX_SOUND_ON_THE_WAY) return;
        soundOnTheWay += 1;
        soundPlays = true;
        steering.postMessage(forPort(message));
        return;
      case 'soundPaused':
        // The novice's program may say so without end.
        if (soundPlays) steering.postMessage(message);
        soundPlays = false;
        return;
      case 'control':
        steering.postMessage(message);
        return;
      case 'behind':
        // The window shows what it has; `size` and a whole picture follow.
        return;
    }
  }

  return {
    pace: 'sets',
    get dropped() {
      return dropped;
    },
    setWindowShown(shown) {
      windowShown = shown;
      if (!closed) tellDisplayWanted();
    },
    send(message) {
      if (!closed) send(message);
    },
    onEvent: events.on,
    onClose: closing.on,
    close: end,
  };
}
