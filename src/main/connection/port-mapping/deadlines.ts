/** Seconds for which a mapping is asked for. It is renewed at half of that, so that one answer may be lost. */
export const LEASE_S = 600;
/** Milliseconds from each request over UDP to the next try, and behind the last until it is given up (RFC 6886 section 3.1: from 250 ms, doubled). */
export const RESEND_MS = [250, 500, 1_000] as const;
/** Routers answer a search within 100 ms; UDP may lose a search or its answer. */
export const SEARCH_AGAIN_MS = 400;
/** Nobody who answers a search later counts. */
export const SEARCH_DEADLINE_MS = 1_500;
/** One request over HTTP, from the connect to the last byte. */
export const HTTP_DEADLINE_MS = 2_000;
/** Finding this computer's own gateway, where the system must be asked by a program. */
export const GATEWAY_DEADLINE_MS = 1_000;
/** For so long it holds what a search has found. */
export const FOUND_FOR_MS = 120_000;
/** Quitting leaves this to a router that is asked to take back what it gave. */
export const TAKE_BACK_DEADLINE_MS = 500;
/** From a renewal that failed to the next try, at least. */
export const RENEW_AGAIN_MS = 30_000;
/** All that opening a door may take once something listens: the ticket waits for it. Less than ADDRESSES_DEADLINE_MS, so that a reason can be told. */
export const OPEN_DEADLINE_MS = 1_800;
/** A mapping is taken back in the background; a router that has not answered by then has had its chance. */
export const UNMAP_DEADLINE_MS = 3_000;
