import { CONTROL_ACTION, encodeControl, encodeFontList, encodeSynchronize } from '../pdu/finalization.ts';
import { PDU_TYPE_2 } from '../pdu/share-data.ts';

/** Share data PDUs of our half of connection finalization, in order ([MS-RDPBCGR] 1.3.1.1). They need not wait for the server's. */
export function finalizationPdus(serverUserId: number): readonly { readonly pduType2: number; readonly body: Uint8Array }[] {
  return [
    { pduType2: PDU_TYPE_2.synchronize, body: encodeSynchronize(serverUserId) },
    { pduType2: PDU_TYPE_2.control, body: encodeControl({ action: CONTROL_ACTION.cooperate, grantId: 0, controlId: 0 }) },
    { pduType2: PDU_TYPE_2.control, body: encodeControl({ action: CONTROL_ACTION.requestControl, grantId: 0, controlId: 0 }) },
    { pduType2: PDU_TYPE_2.fontList, body: encodeFontList() },
  ];
}
