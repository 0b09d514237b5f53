import { createHash, timingSafeEqual } from 'node:crypto';

/** The RASessionID of a novice ticket, as it must be presented in Client Info WorkingDir ([MS-RA]): compared in constant time, good once. */
export class SessionIdCheck {
  private readonly expected: Buffer;
  private spent = false;

  constructor(sessionId: Uint8Array) {
    this.expected = digest(Buffer.from(sessionId).toString('base64'));
  }

  /** Whether `presented` is the session id; true for the first right one only. */
  admit(presented: string): boolean {
    // Hashes are compared, because they have equal lengths: the time shows neither length nor contents.
    const right = timingSafeEqual(digest(presented), this.expected);
    if (!right || this.spent) return false;
    this.spent = true;
    return true;
  }

  /** Accepts the id once more, after its presenter has gone without being admitted. */
  renew(): void {
    this.spent = false;
  }
}

/** Compares two SHA-256 values in constant time. */
export function samePin(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === 32 && right.length === 32 && timingSafeEqual(left, right);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
