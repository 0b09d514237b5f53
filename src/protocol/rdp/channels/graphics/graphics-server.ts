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
  /** The client does not have the channel, or has it no more. */
  closed(): void;
}

/** The server's end of the graphics channel ([MS-RDPEGFX] 3.3), but for the picture itself, which comes ready made. */
export class GraphicsServer implements Channel {
  readonly name = GRAPHICS_CHANNEL;
  readonly options: ChannelOptions = { ...GRAPHICS_OPTIONS, maxMessageBytes: 64 * 1024 };
  private readonly told: GraphicsServerTold;

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
        const set = chooseCapabilitySet(pdu.sets);
        if (set === undefined) return [{ tag: 'close' }];
        this.told.confirmed(set);
        return [inSegments(encodeCapsConfirm(set))];
      }
      case 'frameAcknowledge':
        this.told.acknowledged(pdu);
        return [];
      case 'cacheImportOffer':
        return [inSegments(encodeEmptyCacheImportReply())];
      default:
        return [];
    }
  }
}

function inSegments(pdu: Uint8Array): ChannelOutput {
  return { tag: 'send', message: encodeSegmentedData(plainSegments(pdu)) };
}
