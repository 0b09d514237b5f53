import type { CaptureFailureCode } from '../../protocol/rdp/graphics/capture-messages.ts';

/** page → its worker, first of all: the way to main. */
export interface CaptureStart {
  readonly port: MessagePort;
}

/** worker → page: the screen's pictures, in place of those before; or none any more. */
export type ScreenWish = { readonly tag: 'look'; readonly turn: number } | { readonly tag: 'leave' };

/** page → its worker: what came of the wish of this turn. */
export type ScreenAnswer =
  | { readonly tag: 'given'; readonly turn: number; readonly frames: ReadableStream<VideoFrame> }
  | { readonly tag: 'refused'; readonly turn: number; readonly code: CaptureFailureCode; readonly message: string };
