import type { AppliedGraphics } from '../../src/protocol/rdp/graphics/contract.ts';

/** What was drawn by decoders that answer at once. */
export function applied(drawn: AppliedGraphics | Promise<AppliedGraphics>): AppliedGraphics {
  if (drawn instanceof Promise) throw new Error('a decoder here does not answer at once');
  return drawn;
}
