import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import type { Channel, ChannelOutput, ChannelPort } from '../../../src/protocol/rdp/channels/contract.ts';
import { encodeDynvcCapabilities } from '../../../src/protocol/rdp/channels/drdynvc/capabilities.ts';
import { encodeDynvcClose } from '../../../src/protocol/rdp/channels/drdynvc/close.ts';
import { encodeCreateRequest, encodeCreateResponse } from '../../../src/protocol/rdp/channels/drdynvc/create.ts';
import { encodeDynvcData, encodeDynvcMessage } from '../../../src/protocol/rdp/channels/drdynvc/data.ts';
import { DrdynvcClient } from '../../../src/protocol/rdp/channels/drdynvc/drdynvc-client.ts';
import { DrdynvcServer } from '../../../src/protocol/rdp/channels/drdynvc/drdynvc-server.ts';
import { decodeDynvcPdu, type DynvcPdu } from '../../../src/protocol/rdp/channels/drdynvc/pdu.ts';
import { BrokenRule, decoding, type Target } from '../rules.ts';
import { asPieces, pieces } from './rdp.ts';

const NAMES = ['A', 'Ringback::Files'] as const;
const MAX_MESSAGE_BYTES = 4_096;
const FROM_SERVER = [
  encodeDynvcCapabilities({ version: 2, priorityCharges: [936, 3276, 9362, 21_845] }),
  encodeCreateRequest({ channelId: 1, priority: 0, name: NAMES[0] }),
  encodeCreateRequest({ channelId: 0x1_0000, priority: 3, name: NAMES[1] }),
  ...encodeDynvcMessage(1, new Uint8Array(3_000)),
  encodeDynvcClose({ channelId: 1 }),
];
const FROM_CLIENT = [
  encodeDynvcCapabilities({ version: 2 }),
  encodeCreateResponse({ channelId: 1, creationStatus: 0 }),
  encodeCreateResponse({ channelId: 2, creationStatus: -1 }),
  ...encodeDynvcMessage(1, new Uint8Array(3_000)),
  encodeDynvcClose({ channelId: 1 }),
];

function encoded(pdu: DynvcPdu): Uint8Array | undefined {
  switch (pdu.tag) {
    case 'capabilities':
      return encodeDynvcCapabilities(pdu);
    case 'createRequest':
      return pdu.name === '' ? undefined : encodeCreateRequest(pdu);
    case 'createResponse':
      return encodeCreateResponse(pdu);
    case 'data':
      return encodeDynvcData(pdu);
    case 'close':
      return encodeDynvcClose(pdu);
    default:
      return undefined;
  }
}

/** Started and closed in turns, never given more than it takes, and nothing while it is not open. */
class Watched implements Channel {
  readonly name: string;
  readonly options = { kind: 'dynamic', urgency: 'bulk', maxMessageBytes: MAX_MESSAGE_BYTES } as const;
  private open = false;

  constructor(name: string) {
    this.name = name;
  }
  start(port: ChannelPort): readonly ChannelOutput[] {
    if (this.open) throw new BrokenRule(`${this.name} started twice`);
    this.open = true;
    void port.send([new Uint8Array(2_000)]);
    return [{ tag: 'send', message: Uint8Array.of(1) }];
  }
  receive(message: Uint8Array): readonly ChannelOutput[] {
    if (!this.open) throw new BrokenRule(`${this.name} hears while it is not open`);
    if (message.length > MAX_MESSAGE_BYTES) throw new BrokenRule(`a message of ${message.length} bytes`);
    if (message[0] === 0xff) throw new ProtocolError('MALFORMED', 'message', 'sense', 'none');
    return message.length > 1_000 ? [{ tag: 'close' }] : [{ tag: 'send', message }];
  }
  close(): void {
    if (!this.open) throw new BrokenRule(`${this.name} closed twice`);
    this.open = false;
  }
}

/** Drives one end with whatever comes; after an error it is not used again. */
function drive(end: Channel, input: Uint8Array): void {
  end.start({ send: () => Promise.resolve(), close: () => undefined });
  try {
    for (const message of pieces(input)) end.receive(message);
  } finally {
    end.close();
  }
}

export const CHANNEL_TARGETS: readonly Target[] = [
  { name: 'dynvc-from-server', seeds: () => FROM_SERVER, check: decoding((input) => decodeDynvcPdu(input, 'server'), encoded) },
  { name: 'dynvc-from-client', seeds: () => FROM_CLIENT, check: decoding((input) => decodeDynvcPdu(input, 'client'), encoded) },
  {
    name: 'drdynvc-client',
    maxBytes: 16 * 1024,
    seeds: () => [asPieces(FROM_SERVER)],
    check: (input) => drive(new DrdynvcClient(NAMES.map((name) => new Watched(name))), input),
  },
  {
    name: 'drdynvc-server',
    maxBytes: 16 * 1024,
    seeds: () => [asPieces(FROM_CLIENT)],
    check: (input) => drive(new DrdynvcServer(NAMES.map((name) => new Watched(name))), input),
  },
];
