import koffi from 'koffi';
import { type AttachedMemory, attachedMemory } from './attached-memory.ts';

const IPC_PRIVATE = 0;
const IPC_CREAT = 0o1000;
const IPC_RMID = 0;
const OWNER_ONLY = 0o600;

/** A System V shared memory segment, attached to this process (shmget(2), shmat(2)). */
export interface SharedMemory extends AttachedMemory {
  readonly shmid: number;
  /** Marks the segment so that the system removes it with its last attachment. */
  markForRemoval(): void;
}

/** Creates and attaches a segment of `bytes` through libc. Throws when the system gives none. */
export function attachSharedMemory(bytes: number): SharedMemory {
  const libc = koffi.load('libc.so.6');
  const shmget = libc.func('int shmget(int key, size_t size, int flags)');
  const shmat = libc.func('intptr_t shmat(int id, intptr_t address, int flags)');
  const shmdt = libc.func('int shmdt(intptr_t address)');
  const shmctl = libc.func('int shmctl(int id, int command, intptr_t buffer)');
  const shmid = shmget(IPC_PRIVATE, bytes, IPC_CREAT | OWNER_ONLY) as number;
  if (shmid < 0) throw new Error(`no System V segment of ${bytes} bytes`);
  const address = BigInt(shmat(shmid, 0, 0) as number | bigint);
  if (address === -1n) {
    shmctl(shmid, IPC_RMID, 0);
    throw new Error('the System V segment cannot be attached');
  }
  return {
    shmid,
    markForRemoval: () => void shmctl(shmid, IPC_RMID, 0),
    ...attachedMemory(address, bytes, (at) => void shmdt(at)),
  };
}
