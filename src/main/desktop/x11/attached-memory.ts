import koffi from 'koffi';

/** Memory at an address of this process that is no Buffer's. */
export interface AttachedMemory {
  /** Fills `into` from the memory. Throws RangeError outside of its bounds, or once it was given back: the C side has no bounds. */
  read(into: Uint8Array, from: number): void;
  /** The first call alone counts. */
  giveBack(): void;
}

/** @param giveBack is given the address, once */
export function attachedMemory(address: bigint, bytes: number, giveBack: (address: bigint) => void): AttachedMemory {
  const memcpy = koffi.load('libc.so.6').func('intptr_t memcpy(_Out_ uint8_t *into, intptr_t from, size_t length)');
  let attached = true;
  return {
    read: (into, from) => {
      if (!attached || from < 0 || from + into.length > bytes)
        throw new RangeError(`${into.length} bytes at ${from} of a memory of ${bytes}`);
      memcpy(into, address + BigInt(from), into.length);
    },
    giveBack: () => {
      if (!attached) return;
      attached = false;
      giveBack(address);
    },
  };
}
