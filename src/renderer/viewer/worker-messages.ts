/* What the viewer's page and its worker say to each other. Pixels never cross here, and nothing that the person does. */
import type { Size } from '../../protocol/rdp/geometry.ts';

/** The only message to the worker; canvas and port are transferred. The page ends the worker, whatever it is doing. */
export interface PictureStart {
  readonly canvas: OffscreenCanvas;
  /** Where the pictures come from: ToPicture, FromPicture. */
  readonly port: MessagePort;
}

export type FromPictureWorker =
  | { readonly tag: 'size'; readonly size: Size }
  /** The picture cannot be continued: nothing is drawn any more. */
  | { readonly tag: 'failed'; readonly failure: ViewerFailure };

/** `code` is a ProtocolErrorCode, or INTERNAL for anything else. */
export interface ViewerFailure {
  readonly code: string;
  readonly message: string;
}
