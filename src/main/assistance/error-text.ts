/** What was thrown, in words for the log. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
