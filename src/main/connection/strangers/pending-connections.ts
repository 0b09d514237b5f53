import { networkGroup } from './network-group.ts';

/** Connections that have come in and have proved nothing yet. */
export const MAX_PENDING = 16;
export const MAX_PENDING_A_GROUP = 6;

export interface PendingConnection {
  /** The other side's address without port. */
  readonly remote: string;
  /** Progress of the handshake; connections with more of it are kept longer. */
  readonly stage: number;
  /** Closes the connection, which then removes itself from the list. */
  evict(): void;
}

interface Inside {
  readonly connection: PendingConnection;
  readonly group: string;
}

/**
 * Bounds the strangers. A full house does not turn the next one away, for that one may be the real peer and all inside silent: the one goes that has
 * got least far, of the group of addresses that has most inside, oldest first. The newest keeps its place until somebody newer has one.
 */
export class PendingConnections {
  private readonly inside = new Map<PendingConnection, Inside>();
  private newest: PendingConnection | undefined;

  get size(): number {
    return this.inside.size;
  }

  add(connection: PendingConnection): void {
    const group = networkGroup(connection.remote);
    const fromSame = this.groupOf(group);
    if (fromSame.length >= MAX_PENDING_A_GROUP) this.evictFrom(fromSame);
    else if (this.inside.size >= MAX_PENDING) this.evictFrom([...this.inside.values()]);
    this.inside.set(connection, { connection, group });
    this.newest = connection;
  }

  remove(connection: PendingConnection): void {
    this.inside.delete(connection);
    if (this.newest === connection) this.newest = undefined;
  }

  private groupOf(group: string): Inside[] {
    return [...this.inside.values()].filter((other) => other.group === group);
  }

  private evictFrom(candidates: readonly Inside[]): void {
    let victim: Inside | undefined;
    for (const one of candidates) {
      if (one.connection === this.newest) continue;
      if (victim === undefined || this.goesBefore(one, victim)) victim = one;
    }
    if (victim === undefined) return;
    this.remove(victim.connection);
    victim.connection.evict();
  }

  private goesBefore(left: Inside, right: Inside): boolean {
    const stages = left.connection.stage - right.connection.stage;
    if (stages !== 0) return stages < 0;
    return this.groupOf(left.group).length > this.groupOf(right.group).length;
  }
}
