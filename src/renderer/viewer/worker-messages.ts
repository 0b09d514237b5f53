/* What the viewer's page and its worker say to each other. Pixels never cross here. */
import type { FromViewer } from '../../preload/contract.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { PointerShape } from '../../protocol/rdp/graphics/contract.ts';

export type ToPictureWorker =
  /** First message; canvas and port are transferred. */
  | { readonly tag: 'start'; readonly canvas: OffscreenCanvas; readonly port: MessagePort }
  /** Passed on to the main process as it is. */
  | { readonly tag: 'forward'; readonly message: FromViewer }
  /** Last message: the worker ends. */
  | { readonly tag: 'stop' };

export type FromPictureWorker =
  | { readonly tag: 'size'; readonly size: Size }
  | { readonly tag: 'pointerShape'; readonly shape: PointerShape | null | 'default' }
  | { readonly tag: 'pointerPosition'; readonly x: number; readonly y: number }
  | { readonly tag: 'control'; readonly granted: boolean }
  /** The picture cannot be continued: nothing is drawn any more. */
  | { readonly tag: 'failed'; readonly failure: ViewerFailure };

/** `code` is a ProtocolErrorCode, or INTERNAL for anything else. */
export interface ViewerFailure {
  readonly code: string;
  readonly message: string;
}
