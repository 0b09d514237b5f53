import koffi from 'koffi';

const IPC_PRIVATE = 0;
const IPC_CREAT = 0o1000;
const IPC_RMID = 0;
const OWNER_ONLY = 0o600;

/** A System V shared memory segment, attached to this process (shmget(2), shmat(2)). */
export interface SharedMemory {
  readonly shmid: number;
  /** Fills `into` from the segment. Bounds are checked here: the C side has none. */
  read(into: Uint8Array, from: number): void;
  /** Marks the segment so that the system removes it with its last attachment. */
  markForRemoval(): void;
  detach(): void;
}

/** Creates and attaches a segment of `bytes` through libc. Throws when the system gives none. */
export function attachSharedMemory(bytes: number): SharedMemory {
  const libc = koffi.load('libc.so.6');
  const shmget = libc.func('int shmget(int key, size_t size, int flags)');
  const shmat = libc.func('intptr_t shmat(int id, intptr_t address, int flags)');
  const shmdt = libc.func('int shmdt(intptr_t address)');
  const shmctl = libc.func('int shmctl(int id, int command, intptr_t buffer)');
  const memcpy = libc.func('intptr_t memcpy(_Out_ uint8_t *into, intptr_t from, size_t length)');
  const shmid = shmget(IPC_PRIVATE, bytes, IPC_CREAT | OWNER_ONLY) as number;
  if (shmid < 0) throw new Error(`no System V segment of ${bytes} bytes`);
  const address = BigInt(shmat(shmid, 0, 0) as number | bigint);
  if (address === -1n) {
    shmctl(shmid, IPC_RMID, 0);
    throw new Error('the System V segment cannot be attached');
  }
  let attached = true;
  return {
    shmid,
    read: (into, from) => {
      if (!attached || from < 0 || from + into.length > bytes)
        throw new RangeError(`${into.length} bytes at ${from} of a segment of ${bytes}`);
      memcpy(into, address + BigInt(from), into.length);
    },
    markForRemoval: () => {
      shmctl(shmid, IPC_RMID, 0);
    },
    detach: () => {
      if (!attached) return;
      attached = false;
      shmdt(address);
    },
  };
}
