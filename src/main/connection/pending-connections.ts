/** Connections that have come in and have proved nothing yet. */
export const MAX_PENDING = 8;
export const MAX_PENDING_A_REMOTE = 6;

export interface PendingConnection {
  /** The other side's address without port. */
  readonly remote: string;
  /** Progress of the handshake; connections with more of it are kept longer. */
  readonly stage: number;
  /** Closes the connection, which then removes itself from the list. */
  evict(): void;
}

/**
 * Bounds the strangers. A full house does not turn the next one away, for that one may be the real peer and the eight inside silent:
 * the one goes that has got least far, of the remote address with most connections, oldest first.
 */
export class PendingConnections {
  private readonly inside = new Set<PendingConnection>();

  get size(): number {
    return this.inside.size;
  }

  add(connection: PendingConnection): void {
    const fromSame = [...this.inside].filter(({ remote }) => remote === connection.remote);
    if (fromSame.length >= MAX_PENDING_A_REMOTE) this.evictFrom(fromSame);
    else if (this.inside.size >= MAX_PENDING) this.evictFrom(this.mostCrowded());
    this.inside.add(connection);
  }

  remove(connection: PendingConnection): void {
    this.inside.delete(connection);
  }

  private mostCrowded(): PendingConnection[] {
    const byRemote = new Map<string, PendingConnection[]>();
    for (const connection of this.inside) byRemote.set(connection.remote, [...(byRemote.get(connection.remote) ?? []), connection]);
    return [...byRemote.values()].reduce((most, group) => (group.length > most.length ? group : most), []);
  }

  private evictFrom(group: readonly PendingConnection[]): void {
    const victim = group.reduce<PendingConnection | undefined>(
      (least, next) => (least === undefined || next.stage < least.stage ? next : least),
      undefined,
    );
    if (victim === undefined) return;
    this.inside.delete(victim);
    victim.evict();
  }
}
