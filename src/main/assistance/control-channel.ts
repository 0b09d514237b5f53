import { ByteReader } from '../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../protocol/bytes/writer.ts';
import { utf16Encode } from '../../protocol/bytes/text.ts';

/** Multiparty virtual channel ([MS-RDPEMC]): who may view, who may control. */
export const CONTROL_CHANNEL = 'encomsp';
const EXPERT_ID = 7;

export type ControlMessage =
  | { readonly tag: 'participant'; readonly participantId: number; readonly interact: boolean; readonly you: boolean }
  | { readonly tag: 'controlChange'; readonly participantId: number; readonly interact: boolean };

export function participantMessages(name: string, interact: boolean): readonly Uint8Array[] {
  const text = utf16Encode(name.slice(0, 64));
  return [
    new ByteWriter()
      .u16le(8).u16le(16 + text.length).u32le(EXPERT_ID).u32le(0).u16le(interact ? 7 : 5).u16le(text.length / 2).bytes(text).finish(),
  ];
}

export function controlRequestMessage(participantId: number, interact: boolean): Uint8Array {
  return new ByteWriter().u16le(9).u16le(10).u16le(interact ? 3 : 1).u32le(participantId).finish();
}

export function readControlChannel(data: Uint8Array): ControlMessage[] {
  const reader = new ByteReader(data);
  const out: ControlMessage[] = [];
  while (reader.remaining >= 4) {
    const type = reader.u16le('type');
    const body = reader.sub(reader.u16le('length') - 4, 'body');
    if (type === 8) {
      const participantId = body.u32le('id');
      body.u32le('group');
      const flags = body.u16le('flags');
      out.push({ tag: 'participant', participantId, interact: (flags & 2) !== 0, you: (flags & 4) !== 0 });
    } else if (type === 9) {
      const flags = body.u16le('flags');
      out.push({ tag: 'controlChange', participantId: body.u32le('id'), interact: (flags & 2) !== 0 });
    }
  }
  return out;
}
