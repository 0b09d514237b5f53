/** What there is to say of the record of sessions beside the sessions. Times are Unix ms. */
export interface RecordState {
  /** When the person cleared it last. */
  readonly clearedAtMs?: number;
  /** Something other than this program has changed it: after this moment, or from its beginning. */
  readonly broken?: { readonly afterMs?: number };
}
