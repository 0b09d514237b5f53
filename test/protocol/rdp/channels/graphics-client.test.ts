import { describe, expect, it } from 'vitest';
import type { ChannelOutput } from '../../../../src/protocol/rdp/channels/contract.ts';
import { encodeCreateRequest } from '../../../../src/protocol/rdp/channels/drdynvc/create.ts';
import { DrdynvcClient } from '../../../../src/protocol/rdp/channels/drdynvc/drdynvc-client.ts';
import { decodeDynvcPdu } from '../../../../src/protocol/rdp/channels/drdynvc/pdu.ts';
import { FILM_SETS, GraphicsClient } from '../../../../src/protocol/rdp/channels/graphics/graphics-client.ts';
import { encodeCapsConfirm, GFX_VERSION } from '../../../../src/protocol/rdp/pdu/rdpgfx/capabilities.ts';
import { decodeGfxClientPdus } from '../../../../src/protocol/rdp/pdu/rdpgfx/pdu.ts';
import { encodeResetGraphics } from '../../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import { encodeSegmentedData, plainSegments } from '../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { errorCode } from '../pdu/arbitrary-bytes.ts';

const PORT = { send: () => Promise.resolve(), close: () => undefined };
const message = (pdu: Uint8Array): Uint8Array => encodeSegmentedData(plainSegments(pdu));
const CONFIRMED = message(encodeCapsConfirm({ version: GFX_VERSION.v8, flags: 0 }));
const PICTURE = message(encodeResetGraphics({ width: 10, height: 10 }));

function opened(): { readonly client: GraphicsClient; readonly heard: Uint8Array[]; readonly said: readonly ChannelOutput[] } {
  const client = new GraphicsClient(FILM_SETS);
  const heard: Uint8Array[] = [];
  client.onMessage((data) => heard.push(data));
  return { client, heard, said: client.start() };
}

describe('the expert’s end of the graphics channel', () => {
  it('says what can be decoded, and acknowledges frames by their numbers', () => {
    const { client, said } = opened();
    expect(said.flatMap((output) => (output.tag === 'send' ? decodeGfxClientPdus(output.message) : []))).toEqual([
      { tag: 'capsAdvertise', sets: FILM_SETS },
    ]);
    client.acknowledge(7);
    expect(decodeGfxClientPdus(client.acknowledge(9))).toEqual([
      { tag: 'frameAcknowledge', frameId: 9, queued: 0, suspended: false, totalFramesDecoded: 2 },
    ]);
  });

  it('passes the confirmation on with the first picture and not before: an expert takes graphics for the yes', () => {
    const { client, heard } = opened();
    client.receive(CONFIRMED);
    expect(heard).toEqual([]);
    client.receive(PICTURE);
    client.receive(CONFIRMED);
    expect(heard).toEqual([CONFIRMED, PICTURE, CONFIRMED]);
    expect(errorCode(() => opened().client.receive(Uint8Array.of(1)))).toBe('UNEXPECTED');
  });

  it('is refused to a server with which it is of no use', () => {
    const request = encodeCreateRequest({ channelId: 3, priority: 0, name: 'Microsoft::Windows::RDS::Graphics' });
    const statusFor = (client: GraphicsClient): unknown[] => {
      const carrier = new DrdynvcClient([client]);
      carrier.start(PORT);
      return carrier.receive(request).flatMap((output) => (output.tag === 'send' ? [decodeDynvcPdu(output.message, 'client').tag] : []));
    };
    expect(statusFor(new GraphicsClient())).toEqual(['createResponse', 'data']);
    const withheld = new GraphicsClient();
    withheld.withhold();
    expect(statusFor(withheld)).toEqual(['createResponse']);
    expect(withheld.isOpen).toBe(false);
  });
});
