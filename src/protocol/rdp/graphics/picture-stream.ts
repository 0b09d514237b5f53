import { ProtocolError } from '../../bytes/errors.ts';
import type { DesktopLayout } from '../desktop-layout.ts';
import type { Rect } from '../geometry.ts';
import { encodeFastPathUpdate, FAST_PATH_UPDATE } from '../pdu/fast-path-output.ts';
import { encodeFrameMarker } from '../pdu/frame-marker.ts';
import type {
  CapturedPicture,
  EncodedPicture,
  EncoderKind,
  EncoderSettings,
  FrameAcknowledgement,
  FrameShare,
  GraphicsSettings,
  GraphicsUpdate,
  PictureEncoder,
} from './contract.ts';
import { ENCODERS } from './encoders.ts';

/** As many as one Refresh Rect has ([MS-RDPBCGR] 2.2.11.2.1); more become the whole picture. */
const MAX_FORCED_AREAS = 255;

export interface StreamedFrame extends EncodedPicture {
  readonly generation: number;
  readonly frameId: number;
}

/** The encoder in use and what came with it. */
interface Configured {
  readonly encoder: PictureEncoder;
  readonly acknowledgement: FrameAcknowledgement;
  readonly generation: number;
}

/**
 * From pictures of a screen to what a client must be sent: numbers the frames, knows what the client has asked for again, and may be given
 * another encoder at any time. Whoever captures has one; it keeps no time and decides no pace.
 */
export class PictureStream {
  private readonly encoders: readonly EncoderKind[];
  private layout: DesktopLayout;
  private current: Configured | undefined;
  private encoding = false;
  private frameId = 0;
  private key = true;
  private forced: Rect[] = [];
  /** Of all forced areas together, however they overlap. */
  private forcedPixels = 0;

  /** `encoders`: what can run where this stream runs. */
  constructor(layout: DesktopLayout, encoders: readonly EncoderKind[] = ENCODERS) {
    this.layout = layout;
    this.encoders = encoders;
  }

  get configured(): boolean {
    return this.current !== undefined;
  }

  /** A frame is due even if no pixel changes: the first after `configure` or `resize`, whatever `refresh` asked for, and what the encoder itself owes. */
  get dueAnyway(): boolean {
    return this.key || this.forced.length > 0 || this.dueInMs === 0;
  }

  /** When the encoder will owe one, in milliseconds; undefined: not before something changes. */
  get dueInMs(): number | undefined {
    return this.current?.encoder.dueInMs;
  }

  /**
   * The next frame is a key frame of this encoder, and one that is under way is dropped. `generation` comes back in every frame encoded with
   * these settings.
   * @throws ProtocolError REFUSED for an encoder that cannot run here, and whatever its `create` throws
   */
  configure(settings: GraphicsSettings, generation: number): void {
    const before = this.current;
    this.current = { encoder: this.create(settings.encoder), acknowledgement: settings.acknowledgement, generation };
    this.askForKey();
    before?.encoder.close();
  }

  /** The client has had frames up to this number before, of another stream. Called before the first. */
  countFrom(frameId: number): void {
    this.frameId = frameId;
  }

  /** The next frame is a key frame of this size, and for these monitors. */
  resize(layout: DesktopLayout): void {
    this.layout = layout;
    this.askForKey();
  }

  /** These areas count as changed; parts outside the picture are left out. */
  refresh(areas: readonly Rect[]): void {
    for (const area of areas) {
      if (this.key) return;
      const x = Math.max(0, area.x);
      const y = Math.max(0, area.y);
      const width = Math.min(this.layout.width, area.x + area.width) - x;
      const height = Math.min(this.layout.height, area.y + area.height) - y;
      if (width > 0 && height > 0) this.force({ x, y, width, height });
    }
  }

  /**
   * Hands the picture to the encoder, which owns it; it is closed in any case. One at a time.
   * `share`: what the line has for it.
   * Undefined when nothing needs to be sent, or when the settings have changed meanwhile: the next frame is a key frame then.
   * @throws ProtocolError ILLEGAL_TRANSITION before `configure` and while another is being encoded; what the encoder in use throws
   */
  async encode(picture: CapturedPicture, share?: FrameShare): Promise<StreamedFrame | undefined> {
    try {
      const { current } = this;
      if (current === undefined || this.encoding) {
        const state = current === undefined ? 'not configured' : 'encoding';
        throw new ProtocolError('ILLEGAL_TRANSITION', 'PictureStream.encode', 'configured and idle', state);
      }
      this.encoding = true;
      const { key, forced: areas } = this;
      this.key = false;
      this.forgetForced();
      const frameId = (this.frameId + 1) >>> 0;
      const encoded = await this.encodeWith(current, picture, { frameId, key, areas, monitors: this.layout.monitors, share });
      if (encoded === undefined || encoded.updates.length === 0) return undefined;
      this.frameId = frameId;
      const updates = current.acknowledgement === 'marked' ? marked(encoded.updates, frameId) : encoded.updates;
      return { generation: current.generation, frameId, updates, changedPixels: encoded.changedPixels, filmBy: encoded.filmBy };
    } finally {
      picture.close();
    }
  }

  /** Nothing is encoded any more. */
  close(): void {
    this.current?.encoder.close();
    this.current = undefined;
  }

  private async encodeWith(current: Configured, ...what: Parameters<PictureEncoder['encode']>): Promise<EncodedPicture | undefined> {
    try {
      const encoded = await current.encoder.encode(...what);
      return this.current === current ? encoded : undefined;
    } catch (error) {
      // The error of an encoder that has been replaced meanwhile is of no interest.
      if (this.current === current) throw error;
      return undefined;
    } finally {
      this.encoding = false;
    }
  }

  private create(settings: EncoderSettings): PictureEncoder {
    const kind = this.encoders.find(({ name }) => name === settings.name);
    if (kind === undefined) {
      const known = this.encoders.map(({ name }) => name).join(', ');
      throw new ProtocolError('REFUSED', 'GraphicsSettings.encoder', known, settings.name);
    }
    return kind.create(settings);
  }

  /** Many areas cost more than a whole frame, and they gather for as long as no frame is taken. */
  private force(area: Rect): void {
    this.forced.push(area);
    this.forcedPixels += area.width * area.height;
    if (this.forced.length > MAX_FORCED_AREAS || this.forcedPixels >= this.layout.width * this.layout.height) this.askForKey();
  }

  private askForKey(): void {
    this.key = true;
    this.forgetForced();
  }

  private forgetForced(): void {
    this.forced = [];
    this.forcedPixels = 0;
  }
}

/** [MS-RDPRFX] 2.2.2.3.1: where the frame begins and ends. */
function marked(updates: readonly GraphicsUpdate[], frameId: number): GraphicsUpdate[] {
  const marker = (action: 'begin' | 'end'): GraphicsUpdate => ({
    route: 'fastPath',
    bytes: encodeFastPathUpdate(FAST_PATH_UPDATE.surfaceCommands, encodeFrameMarker(action, frameId)),
  });
  return [marker('begin'), ...updates, marker('end')];
}
