import type { SilenceLimits } from '../../protocol/rdp/silence.ts';

/** A connection gets this long from TCP to a presented session id, whoever dialled. */
export const HANDSHAKE_DEADLINE_MS = 10_000;
/** One source of a listener's addresses. A router is asked in less than 300 ms, one that is not there is given up after 1.5 s. */
export const ADDRESSES_DEADLINE_MS = 2_000;
/** All that a way has to open before the ticket goes out, which is waited for 20 s on the other side. */
export const PREPARE_DEADLINE_MS = 5_000;
/** From `admit` to the active session. */
export const ACTIVATION_DEADLINE_MS = 15_000;
/** From the start of one TCP connect to its connection. */
export const DIAL_DEADLINE_MS = 8_000;
/** From the start of a connection to a proxy to its last answer. */
export const RELAY_DIAL_DEADLINE_MS = 3_000;
/** What the other side or the messenger's server says of one proxy: as long as it takes them to dial it, and a little more. */
export const RELAY_ANSWER_DEADLINE_MS = 4_000;
/** The other side's turn to name proxies. */
export const RELAY_TURN_DEADLINE_MS = 12_000;
/** Between the starts of two dials (RFC 8305 section 5 recommends 100 to 250). */
export const DIAL_STAGGER_MS = 100;
/** From the first word to open channels over ICE, relays included. A browser gives up after 15 s itself. */
export const ICE_DEADLINE_MS = 15_000;
/** What the messenger's server is given to name STUN and TURN servers; it answers within 5 ms and a round trip. */
export const ICE_SERVERS_DEADLINE_MS = 1_500;
/** From the disconnect message to the destruction of the socket. */
export const CLOSE_DEADLINE_MS = 1_000;
/** How often the protocol machines are told the time: the other side is asked for a sign of life, and its silence is judged. */
export const TICK_MS = 250;
/** The same while nothing but questions and answers passes, and they do (`Pulse`). */
export const QUIET_TICK_MS = 500;
/**
 * What silence means (docs/decisions/0017). A side that is asked and judged at every tick is found silent after 1.5 s at worst, one that is
 * judged by its system after 4.75 s: that leaves the windows half and a quarter of a second of the two and of the five to say so.
 */
export const SILENCE: SilenceLimits = { measuredMs: 1_250, plainMs: 4_500, overMs: 60_000 };
/**
 * TCP's own question to a side that says nothing, repeated every second by libuv: the sign of life of programs without round trip measurement
 * (node-rdpjs, rdesktop).
 */
export const KEEP_ALIVE_AFTER_MS = 1_000;
/** The same where libuv's giving up after the tenth cannot be put off: a line may be silent for a minute. */
export const KEEP_ALIVE_BLIND_AFTER_MS = 50_000;
