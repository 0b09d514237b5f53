import { checkBeforeConsent, driveClient, driveServer, recordRdpSession } from '../rdp-session.ts';
import { joined } from '../mutations.ts';
import type { Target } from '../rules.ts';
import { asPieces, pieces } from './rdp.ts';

/** A half-joined channel message or pointer is set aside whole. */
const mayAllocate = (bytes: number) => 4 * 1024 * 1024 + bytes * 70_000;

/** PDUs of a client before it is let in. */
const BEFORE_CONSENT = 10;

export const MACHINE_TARGETS: readonly Target[] = [
  {
    name: 'rdp-server',
    seeds: () => [asPieces(recordRdpSession().toServer)],
    mayAllocate,
    check: (input) => void driveServer(pieces(input), true),
  },
  {
    name: 'rdp-server-before-consent',
    // Up to Client Info and the answer to a round-trip request: what comes after it is refused.
    seeds: () => [asPieces(recordRdpSession().toServer.slice(0, BEFORE_CONSENT))],
    mayAllocate,
    check: (input) => {
      const told = driveServer(pieces(input), false);
      checkBeforeConsent(joined(...told.flatMap((output) => (output.tag === 'send' ? [output.bytes] : []))));
    },
  },
  {
    name: 'rdp-client',
    seeds: () => [asPieces(recordRdpSession().toClient)],
    mayAllocate,
    check: (input) => void driveClient(pieces(input)),
  },
];
