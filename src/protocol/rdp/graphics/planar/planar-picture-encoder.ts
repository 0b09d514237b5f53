import { FAST_PATH_MAX_PDU_BYTES } from '../../pdu/fast-path-output.ts';
import type { CapturedPicture, EncodedPicture, EncoderKind, FrameRequest, PictureEncoder, PixelFrame } from '../contract.ts';
import { PacedTiles } from '../tiles/paced-tiles.ts';
import { ChangedTiles } from '../tiles/changed-tiles.ts';
import { copiedFrom } from '../tiles/areas.ts';
import { BitmapFrames, type PictureChanges } from './bitmap-frames.ts';

export type PlanarSettings = {
  readonly name: 'planar';
  /** The client set DRAW_ALLOW_SKIP_ALPHA ([MS-RDPBCGR] 2.2.7.1.2): the alpha plane may be left out. */
  readonly skipAlpha: boolean;
  /** The client has the ScrBlt order ([MS-RDPBCGR] 2.2.7.1.3 TS_NEG_SCRBLT_INDEX): what has scrolled is copied on its side. */
  readonly scrollCopies: boolean;
  /** One rectangle to a bitmap update, where the client draws no more. */
  readonly oneBitmapEach: boolean;
  /** Largest fast-path PDU to make, in bytes. Fragments are not used: classic clients cannot join them. */
  readonly maxPduBytes: number;
};

/** Exact pictures for every client with 32 bits a pixel: what scrolled is copied, what changed goes as planar bitmaps. */
export const PLANAR: EncoderKind<PlanarSettings> = {
  name: 'planar',
  settingsFor: (client) =>
    client.bitsPerPixel === 32
      ? {
          name: 'planar',
          skipAlpha: client.skipAlpha,
          scrollCopies: client.screenBlt,
          oneBitmapEach: client.oneBitmapEach,
          // All that the 15-bit length of a fast-path PDU can say: a 64×64 tile at its worst (planar, raw, with alpha: 16,385 bytes) fits whole.
          maxPduBytes: FAST_PATH_MAX_PDU_BYTES,
        }
      : undefined,
  create: (settings) => new PlanarPictureEncoder(settings),
};

/** Compares each picture with the one before and sends what differs. */
class PlanarPictureEncoder implements PictureEncoder {
  private readonly tiles = new ChangedTiles();
  private readonly frames: BitmapFrames;
  private readonly paced = new PacedTiles();
  private readonly scrollCopies: boolean;

  constructor(settings: PlanarSettings) {
    this.frames = new BitmapFrames(settings);
    this.scrollCopies = settings.scrollCopies;
  }

  get dueInMs(): number | undefined {
    return this.paced.pending.size > 0 ? 0 : undefined;
  }

  async encode(picture: CapturedPicture, wanted: FrameRequest): Promise<EncodedPicture | undefined> {
    const read = picture.pixels();
    const frame = read instanceof Promise ? await read : read;
    const { copies, areas } = this.changes(frame, picture, wanted);
    const drawn = this.paced.draw(
      { frame, wanted, changed: areas, covered: [], filmBytes: 0, rested: [] },
      {
        begin: () => this.frames.copy(copies),
        exact: (rects) => this.frames.add(frame, rects),
        coarse: (rects, blockSide) => this.frames.addCoarsely(frame, rects, blockSide),
        spent: () => this.frames.bytes,
      },
    );
    const bytes = this.frames.take();
    if (bytes === undefined) return undefined;
    return {
      updates: [{ route: 'fastPath', bytes }],
      changedPixels: [...copies, ...drawn].reduce((sum, rect) => sum + rect.width * rect.height, 0),
    };
  }

  close(): void {
    this.tiles.forget();
  }

  private changes(frame: PixelFrame, { damage, moves }: CapturedPicture, { key, areas }: FrameRequest): PictureChanges {
    if (key) {
      this.tiles.forget();
      return { copies: [], areas: this.tiles.update(frame, []) };
    }
    // The client may have lost the areas that it asks for again: nothing is copied from them.
    const copies = this.scrollCopies && areas.length === 0 ? this.tiles.copies(frame, damage, moves) : [];
    return { copies, areas: [...this.tiles.update(frame, damage), ...areas, ...copiedFrom(copies, this.paced.pending.rects)] };
  }
}
