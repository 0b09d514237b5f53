/** Does it with every one, whatever some of them throw; then throws what the first of those has thrown. */
export function eachOf<T>(all: readonly T[], act: (one: T) => void): void {
  const thrown: unknown[] = [];
  for (const one of all) {
    try {
      act(one);
    } catch (error) {
      thrown.push(error);
    }
  }
  if (thrown.length > 0) throw thrown[0];
}
