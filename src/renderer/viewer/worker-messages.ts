/* What the viewer's page and its worker say to each other. Pixels never cross here, only pictures a person asked to keep. */
import type { FromViewer } from '../../preload/contract.ts';
import type { PointerShape, Size } from '../../protocol/rdp/graphics/contract.ts';

export type ToPictureWorker =
  /** First message; canvas and port are transferred. */
  | { readonly tag: 'start'; readonly canvas: OffscreenCanvas; readonly port: MessagePort }
  /** Passed on to the main process as it is. */
  | { readonly tag: 'forward'; readonly message: FromViewer }
  | { readonly tag: 'readPixels'; readonly request: number }
  /** Last message: the worker ends. */
  | { readonly tag: 'stop' };

export type FromPictureWorker =
  | { readonly tag: 'size'; readonly size: Size }
  | { readonly tag: 'pointerShape'; readonly shape: PointerShape | null | 'default' }
  | { readonly tag: 'pointerPosition'; readonly x: number; readonly y: number }
  | { readonly tag: 'control'; readonly granted: boolean }
  | { readonly tag: 'statistics'; readonly statistics: ViewerStatistics }
  | { readonly tag: 'pixels'; readonly request: number; readonly size: Size; readonly rgba: Uint8ClampedArray<ArrayBuffer> }
  /** Last message: the picture cannot be continued. */
  | { readonly tag: 'failed'; readonly failure: ViewerFailure };

/** `painted`: pictures drawn since the start; `framesPerSecond`: over the last two seconds. */
export interface ViewerStatistics {
  readonly framesPerSecond: number;
  readonly painted: number;
}

/** `code` is a ProtocolErrorCode, or INTERNAL for anything else. */
export interface ViewerFailure {
  readonly code: string;
  readonly message: string;
}
