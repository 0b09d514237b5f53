/**
 * The closed set of ways in which bytes or text from outside can be wrong.
 *
 * `TRUNCATED`   fewer bytes than the structure needs
 * `OUT_OF_RANGE` a length, count or value outside what the specification (or our bound) allows
 * `UNEXPECTED`  a constant, type or tag that is not the one required here
 * `MALFORMED`   text or structure that does not follow its grammar
 * `TOO_LARGE`   more than the bound we set before allocating
 * `ILLEGAL_TRANSITION` a message that is valid in itself but not in this state
 * `REFUSED`     understood and refused by policy (plain RDP security, a replayed ticket …)
 */
export type ProtocolErrorCode = 'TRUNCATED' | 'OUT_OF_RANGE' | 'UNEXPECTED' | 'MALFORMED' | 'TOO_LARGE' | 'ILLEGAL_TRANSITION' | 'REFUSED';

/**
 * Bytes or text from outside that are wrong: how (`code`), in which field, what was expected and what came. The message is for logs and
 * technicians, never a sentence for people.
 */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError';
  readonly code: ProtocolErrorCode;
  /** `Structure.field` in the specification's words. */
  readonly field: string;
  readonly expected: string;
  readonly got: string;

  constructor(code: ProtocolErrorCode, field: string, expected: string | number, got: string | number) {
    super(`${field}: ${code}, expected ${expected}, got ${got}`);
    this.code = code;
    this.field = field;
    this.expected = String(expected);
    this.got = String(got);
  }
}
