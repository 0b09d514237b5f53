/** What a client said in its Core Data and Confirm Active, and on the graphics channel, that decides how pictures are sent, as plain data. */
export interface ClientGraphicsCapabilities {
  /** Colour depth the session runs at, in bits: highColorDepth, or 32 with RNS_UD_CS_WANT_32BPP_SESSION ([MS-RDPBCGR] 2.2.1.3.2). */
  readonly bitsPerPixel: number;
  /** DRAW_ALLOW_SKIP_ALPHA in the Bitmap capability's drawingFlags (2.2.7.1.2). */
  readonly skipAlpha: boolean;
  /** Frame Acknowledge capability ([MS-RDPRFX] 2.2.1.3) present, together with Surface Commands that include Frame Marker. */
  readonly frameAcknowledge: boolean;
  /** Of several rectangles in one bitmap update it draws only the first. */
  readonly oneBitmapEach: boolean;
  /** It has RemoteFX on the graphics channel, as all had when that was made: no set says so. */
  readonly remoteFx: boolean;
  /** ScrBlt among the orders of the Order capability (2.2.7.1.3). */
  readonly screenBlt: boolean;
  /** The graphics channel ([MS-RDPEGFX]), once the client has answered on it: whether it takes AVC420. */
  readonly channel?: { readonly avc420: boolean };
}
