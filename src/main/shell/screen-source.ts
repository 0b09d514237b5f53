/**
 * Which of the system's sources is this screen: never another one. Without a screen it is what the system's own dialog has given.
 * @param displays number of screens that there are
 */
export function sourceOf<Source extends { readonly display_id: string }>(
  sources: readonly Source[],
  screen: string | undefined,
  displays: number,
): Source | undefined {
  const [first] = sources;
  if (screen === undefined) return first;
  // Not every driver of Windows says whose a source is; of a single one it need not be said.
  const isSingle = displays === 1 && sources.length === 1 && first?.display_id === '';
  return sources.find(({ display_id: id }) => id === screen) ?? (isSingle ? first : undefined);
}
