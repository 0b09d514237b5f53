import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import type { Size } from '../geometry.ts';
import { writeInclusiveRect } from './refresh-rect.ts';

/** [MS-RDPBCGR] 2.2.11.3.1 TS_SUPPRESS_OUTPUT_PDU after its share data header. `desktop` is the area to resume with. */
export function encodeSuppressOutput(wanted: boolean, desktop: Size): Uint8Array {
  const writer = new ByteWriter(12).u8(wanted ? 1 : 0).zeros(3);
  if (wanted) writeInclusiveRect(writer, { x: 0, y: 0, ...desktop });
  return writer.finish();
}

/** True when display updates are wanted (again). */
export function decodeSuppressOutput(body: Uint8Array): boolean {
  return new ByteReader(body).u8('TS_SUPPRESS_OUTPUT_PDU.allowDisplayUpdates') !== 0;
}
