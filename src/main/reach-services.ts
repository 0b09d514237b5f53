/* What the server of a messenger offers for reaching people. The messenger's transports give it, the ways to connect use it. */

/** A server by which two find a way through their routers, or around them: `stun:host:port`, `turn:host:port?transport=udp` (or `tcp`), `turns:host:port?transport=tcp`. */
export interface IceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
  /** A certificate (PEM) that vouches for it over TLS beside those that the system trusts: the account's, by the person's own choice. */
  readonly ca?: string;
}

/** A proxy of XEP-0065 that passes the bytes of two connections on. */
export interface RelayHost {
  readonly jid: string;
  readonly host: string;
  readonly port: number;
}

/** Asked when it is wanted. A server that has none gives an empty list; only one that does not answer rejects, with MessengerError. */
export interface ReachServices {
  /** The full address of this side: it is who asks for a relay. */
  readonly ownAddress: string;
  /** XEP-0215. Credentials are kept until they run out. */
  iceServers(): Promise<readonly IceServer[]>;
  /** XEP-0065: those of the own domain, and of the account host's for a guest. */
  relays(): Promise<readonly RelayHost[]>;
  /** Lets the bytes through between the two that have connected under this name. Rejects with MessengerError. */
  activate(relay: RelayHost, sid: string, target: string): Promise<void>;
}
