/** Who wants to hear. A listener that throws does not keep the others from hearing. */
export class Listeners<Event> {
  private readonly all = new Set<(event: Event) => void>();
  private readonly onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.onError = onError;
  }

  add(listener: (event: Event) => void): () => void {
    this.all.add(listener);
    return () => void this.all.delete(listener);
  }

  emit(event: Event): void {
    for (const listener of this.all) {
      try {
        listener(event);
      } catch (error) {
        this.onError(error);
      }
    }
  }
}
