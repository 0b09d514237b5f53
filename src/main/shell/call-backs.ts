import { samePeer, type PeerAddress } from '../../protocol/applications/peer.ts';
import type { HistoryEntry } from '../../protocol/assistance/status.ts';

/** So long after it began, a request that came to nothing may still be answered. */
const CALL_BACK_MS = 24 * 3600_000;

/** Whether this person has asked `peer` for help within the last day, in vain until now: they may call back, who else may not offer. */
export function mayCallBack(peer: PeerAddress, history: readonly HistoryEntry[], nowMs: number): boolean {
  const asked = history.filter(
    ({ role, offered, peer: { transport, address } }) =>
      role === 'novice' && offered === undefined && transport !== undefined && samePeer({ transport, address }, peer),
  );
  const newest = asked.toSorted((a, b) => b.startedAtMs - a.startedAtMs)[0];
  return newest !== undefined && !newest.viewed && nowMs - newest.startedAtMs < CALL_BACK_MS;
}
