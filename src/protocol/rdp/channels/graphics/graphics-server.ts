import { ProtocolError } from '../../../bytes/errors.ts';
import { encodeEmptyCacheImportReply } from '../../pdu/rdpgfx/cache.ts';
import { chooseCapabilitySet, encodeCapsConfirm, type GfxCapabilitySet } from '../../pdu/rdpgfx/capabilities.ts';
import type { GfxFrameAcknowledge } from '../../pdu/rdpgfx/frames.ts';
import { decodeGfxClientPdus, type GfxClientPdu } from '../../pdu/rdpgfx/pdu.ts';
import { encodeSegmentedData, plainSegments } from '../../pdu/rdpgfx/segmented-data.ts';
import type { Channel, ChannelOptions, ChannelOutput } from '../contract.ts';
import { GRAPHICS_CHANNEL, GRAPHICS_OPTIONS } from './graphics-channel.ts';

export interface GraphicsServerTold {
  /** The client has said what it takes; this has been confirmed. It begins anew when it says it again ([MS-RDPEGFX] 3.2.5.18). */
  confirmed(set: GfxCapabilitySet): void;
  acknowledged(acknowledge: GfxFrameAcknowledge): void;
  /** Something other than the picture goes on the channel now: what is compressed after it can refer to nothing that was sent before. */
  interrupted(): void;
  /** The client does not have the channel, or has it no more. */
  closed(): void;
}

/** Clients say what they take once, and again when their graphics begin anew; each time costs the novice a whole picture. */
const MAX_ADVERTISED = 16;

/** The server's end of the graphics channel ([MS-RDPEGFX] 3.3), but for the picture itself, which comes ready made. */
export class GraphicsServer implements Channel {
  readonly name = GRAPHICS_CHANNEL;
  readonly options: ChannelOptions = { ...GRAPHICS_OPTIONS, maxMessageBytes: 64 * 1024 };
  private readonly told: GraphicsServerTold;
  private advertised = 0;
  private offeredCache = false;

  constructor(told: GraphicsServerTold) {
    this.told = told;
  }

  start(): readonly ChannelOutput[] {
    return [];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    return decodeGfxClientPdus(message).flatMap((pdu) => this.answer(pdu));
  }

  close(): void {
    this.told.closed();
  }

  refused(): void {
    this.told.closed();
  }

  private answer(pdu: GfxClientPdu): ChannelOutput[] {
    switch (pdu.tag) {
      case 'capsAdvertise': {
        this.advertised += 1;
        if (this.advertised > MAX_ADVERTISED)
          throw new ProtocolError('TOO_LARGE', 'RDPGFX_CAPS_ADVERTISE_PDU', `<= ${MAX_ADVERTISED} of them`, this.advertised);
        const set = chooseCapabilitySet(pdu.sets);
        if (set === undefined) return [{ tag: 'close' }];
        this.told.confirmed(set);
        return [inSegments(encodeCapsConfirm(set))];
      }
      case 'frameAcknowledge':
        this.told.acknowledged(pdu);
        return [];
      case 'cacheImportOffer':
        // A client offers it once: what comes again is not answered.
        if (this.offeredCache) return [];
        this.offeredCache = true;
        this.told.interrupted();
        return [inSegments(encodeEmptyCacheImportReply())];
      default:
        return [];
    }
  }
}

function inSegments(pdu: Uint8Array): ChannelOutput {
  return { tag: 'send', message: encodeSegmentedData(plainSegments(pdu)) };
}
