import koffi from 'koffi';
import { type AttachedMemory, attachedMemory } from './attached-memory.ts';

const CLOSE_ON_EXEC = 1;
const ALLOW_SEALING = 2;
const ADD_SEALS = 1033;
/** Nobody can make it smaller: what reads past its end would end the process. */
const SEAL_SHRINK = 2;
const READ = 1;
const SHARED = 1;
const FAILED = -1n;

/** Memory of this process that others may be given (memfd_create(2)), to be read here. */
export interface MappedMemory extends AttachedMemory {
  /** Its descriptor; the memory outlives it. */
  readonly fd: number;
}

/** Throws where the system has no such memory (Linux before 3.17, other C libraries). The descriptor is the caller's. */
export function mapSharedMemory(bytes: number): MappedMemory {
  if (process.platform !== 'linux') throw new Error('no memfd_create on this system');
  const libc = koffi.load('libc.so.6');
  const munmap = libc.func('int munmap(intptr_t address, size_t length)');
  const close = libc.func('int close(int fd)');
  const fd = libc.func('int memfd_create(const char *name, unsigned int flags)')('ringback', CLOSE_ON_EXEC | ALLOW_SEALING) as number;
  if (fd < 0) throw new Error('memfd_create has failed');
  try {
    if (libc.func('int ftruncate(int fd, int64_t length)')(fd, bytes) !== 0) throw new Error(`no memory of ${bytes} bytes`);
    if (libc.func('int fcntl(int fd, int command, int seals)')(fd, ADD_SEALS, SEAL_SHRINK) !== 0)
      throw new Error('the memory could be made smaller');
    const mmap = libc.func('intptr_t mmap(intptr_t address, size_t length, int protection, int flags, int fd, int64_t offset)');
    const address = BigInt(mmap(0, bytes, READ, SHARED, fd, 0) as number | bigint);
    if (address === FAILED) throw new Error('the memory cannot be mapped');
    return { fd, ...attachedMemory(address, bytes, (at) => void munmap(at, bytes)) };
  } catch (error) {
    close(fd);
    throw error;
  }
}
