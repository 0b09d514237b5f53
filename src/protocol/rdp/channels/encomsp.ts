import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { utf16Decode, utf16Encode } from '../../bytes/text.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** [MS-RDPEMC] Multiparty virtual channel: who may view, who may control. */
export const ENCOMSP_CHANNEL = 'encomsp';

/** The longest message that we take, in bytes: lists of many applications and windows, of which none is ours. */
export const MAX_ENCOMSP_BYTES = 64 * 1024;

const TYPE = { participantCreated: 0x0008, controlChange: 0x0009 } as const;
const HEADER_BYTES = 4;
/** Flags of OD_PARTICIPANT_CREATED. */
const ATTENDEE = { mayView: 0x1, mayInteract: 0x2, isParticipant: 0x4 } as const;
/** Flags of OD_PARTICIPANT_CTRL_CHANGE. */
const REQUEST = { view: 0x1, interact: 0x2 } as const;
const MAX_NAME_CHARACTERS = 1024;

export type EncomspMessage =
  /** 2.2.4.2 OD_PARTICIPANT_CREATED, novice to expert. `you`: this is the receiver's own entry. */
  | {
      readonly tag: 'participantCreated';
      readonly participantId: number;
      readonly mayView: boolean;
      readonly mayInteract: boolean;
      readonly you: boolean;
      readonly name: string;
    }
  /** 2.2.4.4 OD_PARTICIPANT_CTRL_CHANGE, expert to novice. FreeRDP 2 sends participant id 0 for itself. */
  | { readonly tag: 'controlChange'; readonly participantId: number; readonly view: boolean; readonly interact: boolean }
  | { readonly tag: 'other'; readonly type: number };

/**
 * One message with its header (Type u16le, Length u16le with the header). Never send `controlChange` to FreeRDP: it echoes it without end.
 */
export function encodeEncomsp(message: Exclude<EncomspMessage, { readonly tag: 'other' }>): Uint8Array {
  const body = new ByteWriter(64);
  if (message.tag === 'participantCreated') {
    const name = utf16Encode(message.name.slice(0, MAX_NAME_CHARACTERS));
    body
      .u32le(message.participantId)
      .u32le(0)
      .u16le(
        (message.mayView ? ATTENDEE.mayView : 0) |
          (message.mayInteract ? ATTENDEE.mayInteract : 0) |
          (message.you ? ATTENDEE.isParticipant : 0),
      )
      .u16le(name.length / 2)
      .bytes(name);
  } else {
    body.u16le((message.view ? REQUEST.view : 0) | (message.interact ? REQUEST.interact : 0)).u32le(message.participantId);
  }
  const bytes = body.finish();
  return new ByteWriter(HEADER_BYTES + bytes.length)
    .u16le(TYPE[message.tag])
    .u16le(HEADER_BYTES + bytes.length)
    .bytes(bytes)
    .finish();
}

/** All messages of one channel PDU. */
export function decodeEncomsp(data: Uint8Array): EncomspMessage[] {
  const reader = new ByteReader(data);
  const messages: EncomspMessage[] = [];
  while (reader.remaining > 0) {
    const type = reader.u16le('ORDER_HDR.Type');
    const length = reader.u16le('ORDER_HDR.Length');
    if (length < HEADER_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'ORDER_HDR.Length', `>= ${HEADER_BYTES}`, length);
    const body = reader.sub(length - HEADER_BYTES, 'ORDER_HDR.Length');
    if (type === TYPE.participantCreated) {
      const participantId = body.u32le('OD_PARTICIPANT_CREATED.ParticipantId');
      body.skip(4, 'OD_PARTICIPANT_CREATED.GroupId');
      const flags = body.u16le('OD_PARTICIPANT_CREATED.Flags');
      const characters = body.u16le('OD_PARTICIPANT_CREATED.cchFriendlyName');
      if (characters > MAX_NAME_CHARACTERS) {
        throw new ProtocolError('TOO_LARGE', 'OD_PARTICIPANT_CREATED.cchFriendlyName', MAX_NAME_CHARACTERS, characters);
      }
      const name = utf16Decode(body.view8(characters * 2, 'OD_PARTICIPANT_CREATED.FriendlyName'), 'OD_PARTICIPANT_CREATED.FriendlyName');
      messages.push({
        tag: 'participantCreated',
        participantId,
        mayView: (flags & ATTENDEE.mayView) !== 0,
        mayInteract: (flags & ATTENDEE.mayInteract) !== 0,
        you: (flags & ATTENDEE.isParticipant) !== 0,
        name,
      });
    } else if (type === TYPE.controlChange) {
      const flags = body.u16le('OD_PARTICIPANT_CTRL_CHANGE.Flags');
      const participantId = body.u32le('OD_PARTICIPANT_CTRL_CHANGE.ParticipantId');
      messages.push({
        tag: 'controlChange',
        participantId,
        view: (flags & REQUEST.view) !== 0,
        interact: (flags & REQUEST.interact) !== 0,
      });
    } else messages.push({ tag: 'other', type });
  }
  return messages;
}
