/** Counts the memory that typed arrays of a given size ask for, before they get it. */
export class AllocationMeter {
  /** Bytes since the last reset. */
  bytes = 0;
  private readonly originals = new Map<string, unknown>();

  constructor() {
    for (const type of [Uint8Array, Uint8ClampedArray, Uint16Array, Int32Array, Uint32Array] as const) {
      const counted: object = new Proxy<object>(type, {
        construct: (_, args: unknown[], newTarget): object => {
          if (typeof args[0] === 'number') this.bytes += args[0] * type.BYTES_PER_ELEMENT;
          return Reflect.construct(type, args, newTarget === counted ? type : newTarget) as object;
        },
      });
      this.originals.set(type.name, type);
      Reflect.set(globalThis, type.name, counted);
    }
  }

  close(): void {
    for (const [name, type] of this.originals) Reflect.set(globalThis, name, type);
  }
}
