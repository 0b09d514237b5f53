/**
 * What goes first where several things wait for the same socket: `control` (who may do what; answers that a person waits for) before
 * `picture`, `picture` before `bulk` (files and everything else that may take its time).
 */
export type Urgency = 'control' | 'picture' | 'bulk';

/** `dynamic` channels are opened on `drdynvc` ([MS-RDPEDYC]) in the middle of a connection; `static` ones are joined in its handshake. */
export interface ChannelOptions {
  readonly kind: 'static' | 'dynamic';
  /** Of all messages of this channel, so that they keep their order. */
  readonly urgency: Urgency;
  /** CHANNEL_DEF options ([MS-RDPBCGR] 2.2.1.3.4.1) that a client asks for beside the two that every channel has. */
  readonly flags?: number;
  /** The longest message the other side may send, in bytes; {@link CHANNEL_MAX_BYTES} when left out. */
  readonly maxMessageBytes?: number;
}

/** A channel's answer to `start` or `receive`. */
export type ChannelOutput =
  /** One message, whole; it is cut into chunks further down. `urgency`: where it is not the channel's own (`drdynvc` carries several). */
  | { readonly tag: 'send'; readonly message: Uint8Array; readonly urgency?: Urgency }
  /** Ends the channel: a dynamic one is closed at both ends, on a static one this side neither sends nor reads any more. */
  | { readonly tag: 'close' };

/**
 * One virtual channel of one connection, in either role. The protocol's part of a channel is pure; its system's part (who is asked, where a
 * file goes) stands behind an interface that its constructor takes. Nothing else in the program knows the channel or its name.
 */
export interface Channel {
  /** CHANNEL_DEF name (at most seven ASCII characters) of a static channel, ChannelName of a dynamic one. */
  readonly name: string;
  readonly options: ChannelOptions;
  /**
   * Called when both sides have the channel and the session is active: once for a static channel, for a dynamic one each time that a server opens
   * it anew. `port` may be used until `close`.
   */
  start(port: ChannelPort): readonly ChannelOutput[];
  /**
   * One whole message, which is not changed afterwards. A ProtocolError ends what it belongs to: a dynamic channel, or the connection of a
   * static one. What the system's side does meanwhile (a message, the end of the connection) comes after the outputs.
   */
  receive(message: Uint8Array): readonly ChannelOutput[];
  /** Called once for each start, when the channel has ended, on either side's initiative. */
  close(): void;
  /** A dynamic channel of a client that is not to be opened on this connection after all. */
  readonly isWithheld?: boolean;
  /** A dynamic channel of a server: the client does not have it. */
  refused?(): void;
}

/** By which a channel sends messages that are not answers. */
export interface ChannelPort {
  /**
   * Messages in a row, all or none. Resolves when the socket has taken them, which is what paces whoever sends much; in a change of resolution
   * that takes until the session is active again. Rejects with a ProtocolError `TOO_LARGE` where more waits already than may, and with the
   * connection's error when it ends first; a rejection that nobody looks at does no harm.
   */
  send(messages: readonly Uint8Array[], urgency?: Urgency): Promise<void>;
  /** Ends the channel; its `close` follows. */
  close(): void;
}

/** Gives a channel that starts its port: what drives a machine knows the socket, the machine does not. */
export type OpenPort = (channel: Channel) => ChannelPort;
