import { ByteReader } from '../../bytes/reader.ts';
import type { Monitor } from '../desktop-layout.ts';
import { decodeMonitorDefinitions, encodeMonitorDefinitions } from './monitor-definitions.ts';

/** [MS-RDPBCGR] 2.2.12.1 Monitor Layout PDU: body of a share data PDU. */
export function encodeMonitorLayout(monitors: readonly Monitor[]): Uint8Array {
  return encodeMonitorDefinitions(monitors);
}

/** @throws ProtocolError as {@link decodeMonitorDefinitions} */
export function decodeMonitorLayout(body: Uint8Array): readonly Monitor[] {
  return decodeMonitorDefinitions(new ByteReader(body));
}
