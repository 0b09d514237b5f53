import { encodeCapsAdvertise, GFX_CAPS_FLAG, GFX_VERSION, type GfxCapabilitySet } from '../../pdu/rdpgfx/capabilities.ts';
import { encodeGfxFrameAcknowledge } from '../../pdu/rdpgfx/frames.ts';
import { GFX_CMD } from '../../pdu/rdpgfx/header.ts';
import { decodeSegmentedData } from '../../pdu/rdpgfx/segmented-data.ts';
import type { Channel, ChannelOptions, ChannelOutput } from '../contract.ts';
import { GRAPHICS_CHANNEL, GRAPHICS_OPTIONS } from './graphics-channel.ts';

/** Planar and uncompressed bitmaps, for which no server needs more than the oldest set. */
export const EXACT_SETS: readonly GfxCapabilitySet[] = [{ version: GFX_VERSION.v8, flags: GFX_CAPS_FLAG.smallCache }];

/** With film: of all sets the one that says yes to AVC420 and to nothing that came after it. */
export const FILM_SETS: readonly GfxCapabilitySet[] = [
  { version: GFX_VERSION.v8_1, flags: GFX_CAPS_FLAG.smallCache | GFX_CAPS_FLAG.avc420Enabled },
  ...EXACT_SETS,
];

const NOTHING = new Uint8Array(0);

/** The client's end of the graphics channel ([MS-RDPEGFX] 3.2): what comes on it is passed on as it is, to where it is decoded. */
export class GraphicsClient implements Channel {
  readonly name = GRAPHICS_CHANNEL;
  readonly options: ChannelOptions = GRAPHICS_OPTIONS;
  private readonly sets: readonly GfxCapabilitySet[];
  private heard: (message: Uint8Array) => void = () => undefined;
  /** The server's confirmation, until there is a picture: it says nothing of the novice's yes. Nothing, once it has been passed on. */
  private held: Uint8Array | undefined;
  private open = false;
  private withheld = false;
  private frames = 0;

  /** @param sets what can be decoded */
  constructor(sets: readonly GfxCapabilitySet[] = EXACT_SETS) {
    this.sets = sets;
  }

  /** What hears each message of the server, as it came. */
  onMessage(heard: (message: Uint8Array) => void): void {
    this.heard = heard;
  }

  /** Of no use with this server: the channel is refused when it is opened. */
  withhold(): void {
    this.withheld = true;
  }

  get isWithheld(): boolean {
    return this.withheld;
  }

  /** RDPGFX_FRAME_ACKNOWLEDGE_PDU for a frame that has been drawn. */
  acknowledge(frameId: number): Uint8Array {
    this.frames += 1;
    return encodeGfxFrameAcknowledge({ frameId, queued: 0, suspended: false, totalFramesDecoded: this.frames });
  }

  get isOpen(): boolean {
    return this.open;
  }

  start(): readonly ChannelOutput[] {
    this.open = true;
    this.held = undefined;
    return [{ tag: 'send', message: encodeCapsAdvertise(this.sets), urgency: 'control' }];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    if (this.held === undefined && isConfirmation(message)) {
      this.held = message;
      return [];
    }
    if (this.held !== undefined && this.held.length > 0) this.heard(this.held);
    this.held = NOTHING;
    this.heard(message);
    return [];
  }

  close(): void {
    this.open = false;
  }
}

/** RDPGFX_CAPS_CONFIRM_PDU, as long as it is not compressed. */
function isConfirmation(message: Uint8Array): boolean {
  const [first] = decodeSegmentedData(message).segments;
  return first?.compressed === false && first.data[0] === GFX_CMD.capsConfirm && first.data[1] === 0;
}
