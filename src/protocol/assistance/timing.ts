/** Every wait of the negotiation. The inviter's own timeout comes first; the other side waits a little longer for its word. */

/** The inviter gives up on an answer. */
export const INVITATION_TIMEOUT_MS = 120_000;
/** A side that is waited for tells its own time-out; the other side waits this much longer before it counts as silent. */
export const SILENCE_MARGIN_MS = 5_000;
/** From acceptance to the right code: so long six digits are good. */
export const CODE_LIFE_MS = 120_000;
/** From a guest's invitation to the end of the run with its code; nobody types meanwhile. */
export const GUEST_RUN_MS = 15_000;
/** From there to the guest's first word, which its program says by itself as soon as it has heard that it may. */
export const GUEST_FIRST_WORD_MS = 5_000;
/** From acceptance to the other's ticket. */
export const TICKET_WAIT_MS = 20_000;
/** From the tickets to a connection, and from consent to the active session. */
export const CONNECT_DEADLINE_MS = 30_000;
/** The novice's time to answer a prompt. */
export const CONSENT_DEADLINE_MS = 120_000;
/** Requests for control after one that was refused or taken back are not shown for this long. */
export const CONTROL_COOL_DOWN_MS = 10_000;
/** Control comes back when the novice has used neither mouse nor keyboard for so many seconds. */
export const QUIET_SECONDS = 3;
