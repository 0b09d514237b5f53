/* What the viewer's page and its worker say to each other. Pixels never cross here, and nothing that the person does. */
import type { DesktopLayout } from '../../protocol/rdp/desktop-layout.ts';
import type { CodecMark, CodecShares } from './codec-map.ts';

/** The first message to the worker; canvas and port are transferred. The page ends the worker, whatever it is doing. */
export interface PictureStart {
  readonly canvas: OffscreenCanvas;
  /** Where the pictures come from: ToPicture, FromPicture. */
  readonly port: MessagePort;
}

/** Every later one: whether it is to say how the parts of the picture came, one by one or in shares. */
export type CodecsWanted = { readonly tag: 'marks' | 'shares'; readonly wanted: boolean };

export type FromPictureWorker =
  | { readonly tag: 'size'; readonly size: DesktopLayout }
  /** What has just been drawn, and how it came. */
  | { readonly tag: 'marks'; readonly marks: readonly CodecMark[] }
  /** How much of the picture came how; told once a second, while that is another. */
  | { readonly tag: 'shares'; readonly shares: CodecShares }
  /** The picture cannot be continued: nothing is drawn any more. */
  | { readonly tag: 'failed'; readonly failure: ViewerFailure };

/** `code` is a ProtocolErrorCode, or INTERNAL for anything else. */
export interface ViewerFailure {
  readonly code: string;
  readonly message: string;
}
