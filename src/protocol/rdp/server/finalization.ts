import { CONTROL_ACTION, decodeControl, encodeControl, encodeFontMap, encodeSynchronize } from '../pdu/finalization.ts';
import { encodeShareData, PDU_TYPE_2, type ShareData } from '../pdu/share-data.ts';
import type { RdpServerOutput } from './contract.ts';
import { PointerCache } from './pointer-cache.ts';
import { IO_CHANNEL_ID, sendChunk, sendOn, SERVER_CHANNEL_ID, SHARE_ID } from './server-domain.ts';
import type { Session, StateOf, Step } from './server-state.ts';

/**
 * Connection finalization ([MS-RDPBCGR] 1.3.1.1): each PDU of the client is answered by its counterpart, and nothing else is sent between
 * Synchronize and Font Map: node-rdpjs counts the answers instead of looking at them. Whatever else comes before Font List is dropped
 * (rdesktop already sends input); Persistent Key List is of no use to us.
 */
export function receiveFinalization(state: StateOf<'finalization'>, data: ShareData): Step {
  switch (data.pduType2) {
    case PDU_TYPE_2.synchronize:
      return { state, outputs: [shareData(PDU_TYPE_2.synchronize, encodeSynchronize(state.session.userId))] };
    case PDU_TYPE_2.control:
      return { state, outputs: answerControl(state.session, decodeControl(data.body).action) };
    case PDU_TYPE_2.fontList:
      return activated(state);
    default:
      return { state, outputs: [] };
  }
}

function answerControl(session: Session, action: number): RdpServerOutput[] {
  switch (action) {
    case CONTROL_ACTION.cooperate:
      return [shareData(PDU_TYPE_2.control, encodeControl({ action, grantId: 0, controlId: 0 }))];
    case CONTROL_ACTION.requestControl:
      return [
        shareData(
          PDU_TYPE_2.control,
          encodeControl({ action: CONTROL_ACTION.grantedControl, grantId: session.userId, controlId: SERVER_CHANNEL_ID }),
        ),
      ];
    default:
      return [];
  }
}

/** The first time, channels start before whoever hears `active` does anything; the machine says it once it knows which way the picture goes. */
function activated(state: StateOf<'finalization'>): Step {
  const { session, channels, desktop, abilities } = state;
  return {
    state: { tag: 'active', session, channels, desktop, abilities, wasActive: true, pointers: new PointerCache(abilities.pointer) },
    outputs: [shareData(PDU_TYPE_2.fontMap, encodeFontMap()), ...channels.start().map(sendChunk)],
  };
}

function shareData(pduType2: number, body: Uint8Array): RdpServerOutput {
  return sendOn(IO_CHANNEL_ID, encodeShareData(SHARE_ID, SERVER_CHANNEL_ID, pduType2, body));
}
