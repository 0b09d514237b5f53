/** Whom we mean: an address is somebody's only together with the transport that knows it. The same address on two transports is two people. */
export interface PeerAddress {
  /** The transport's name, a word in lower case (`msnp`). */
  readonly transport: string;
  /** As the transport writes it, lower case. */
  readonly address: string;
}

/** Somebody, with what they call themselves. */
export interface Peer extends PeerAddress {
  readonly friendlyName: string;
}

export function samePeer(a: PeerAddress, b: PeerAddress): boolean {
  return a.transport === b.transport && a.address === b.address;
}

/** Somebody who came by an invitation file: no messenger knows them. (In a history from when there was one transport its people have an address with an @.) */
export function cameByFile({ transport, address }: { readonly transport?: string; readonly address: string }): boolean {
  return transport === undefined && !address.includes('@');
}

/** One word for a peer, where a list or a map needs a key. */
export function peerKey({ transport, address }: PeerAddress): string {
  return `${transport} ${address}`;
}
