import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeFastPathInput } from '../../../../src/protocol/rdp/pdu/fast-path-input.ts';
import { PDU_TYPE_2 } from '../../../../src/protocol/rdp/pdu/share-data.ts';
import { encodeSlowPathInput } from '../../../../src/protocol/rdp/pdu/slow-path-input.ts';
import { encodeTpkt } from '../../../../src/protocol/rdp/pdu/tpkt.ts';
import { encodeX224Data } from '../../../../src/protocol/rdp/pdu/x224.ts';
import { encodeChannelChunks } from '../../../../src/protocol/rdp/pdu/virtual-channel.ts';
import { IO_CHANNEL_ID } from '../../../../src/protocol/rdp/server/server-domain.ts';
import { concat, damaged, onlyProtocolErrors } from '../pdu/arbitrary-bytes.ts';
import { CHANNEL, joinAll, newServer, PHASES, serverAt, tags, wire } from './scripted-client.ts';

const VALID = concat([
  wire.request(),
  wire.connectInitial(),
  wire.mcs({ tag: 'attachUserRequest' }),
  joinAll(),
  wire.clientInfo(),
  wire.confirmActive(),
  wire.finalization(),
  encodeFastPathInput([{ tag: 'pointerMove', x: 1, y: 2 }]),
  wire.share(PDU_TYPE_2.input, encodeSlowPathInput([{ tag: 'pointerMove', x: 1, y: 2 }])),
  ...encodeChannelChunks(new Uint8Array(2_000)).map((chunk) => wire.on(CHANNEL.encomsp, chunk)),
]);

/** Arbitrary bytes, alone and in each layer of envelopes, so that the inner decoders get their share. */
const bytes = fc
  .uint8Array({ maxLength: 120 })
  .chain((inner) =>
    fc.constantFrom(
      inner,
      inner.length > 0 ? encodeTpkt(inner) : inner,
      encodeX224Data(inner),
      wire.on(IO_CHANNEL_ID, inner),
      wire.on(CHANNEL.message, inner),
      wire.on(CHANNEL.encomsp, inner),
      wire.share(inner[0] ?? 0, inner),
    ),
  );

it.each(['start', ...PHASES] as const)('arbitrary and damaged bytes in phase %s give nothing worse than a ProtocolError', (phase) => {
  fc.assert(
    fc.property(fc.array(fc.oneof(bytes, damaged(VALID)), { minLength: 1, maxLength: 3 }), (parts) => {
      const server = phase === 'start' ? newServer() : serverAt(phase);
      onlyProtocolErrors(() => {
        for (const part of parts) server.receive(part, 0);
      });
    }),
    { numRuns: 60 },
  );
});

it('no arbitrary bytes make a client of someone who has not been admitted', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 6 }), (parts) => {
      const server = serverAt('awaitingAdmission');
      const outputs: string[] = [];
      onlyProtocolErrors(() => {
        for (const part of parts) outputs.push(...tags(server.receive(part, 0)));
      });
      for (const tag of outputs) expect(['closed']).toContain(tag);
    }),
  );
});
