import koffi, { type LibraryHandle } from 'koffi';
import { type AttachedMemory, attachedMemory } from './attached-memory.ts';

const CLOSE_ON_EXEC = 1;
const ALLOW_SEALING = 2;
const ADD_SEALS = 1033;
/** Nobody can make it smaller: what reads past its end would end the process. */
const SEAL_SHRINK = 2;
const READ = 1;
const WRITE = 2;
const SHARED = 1;
/** At the address and nowhere else, in place of what is mapped there. */
const FIXED = 16;
const FAILED = -1n;

/** Memory of this process that others may be given (memfd_create(2)), to be read here. */
export interface MappedMemory extends AttachedMemory {
  /** Its descriptor; the memory outlives it. */
  readonly fd: number;
}

/** Throws where the system has no such memory (Linux before 3.17, other C libraries). The descriptor is the caller's. */
export function mapSharedMemory(bytes: number): MappedMemory {
  return withDescriptor(bytes, (libc, fd) => {
    const munmap = libc.func('int munmap(intptr_t address, size_t length)');
    const mmap = libc.func('intptr_t mmap(intptr_t address, size_t length, int protection, int flags, int fd, int64_t offset)');
    const address = BigInt(mmap(0, bytes, READ, SHARED, fd, 0) as number | bigint);
    if (address === FAILED) throw new Error('the memory cannot be mapped');
    return { fd, ...attachedMemory(address, bytes, (at) => void munmap(at, bytes)) };
  });
}

/**
 * Whole pages of this process's memory become memory that others may be given, all zeros, in their place; throws as {@link mapSharedMemory}. The descriptor is the
 * caller's, and the memory outlives it.
 */
export function shareMemory(pages: Uint8Array): number {
  return withDescriptor(pages.length, (libc, fd) => {
    const mmap = libc.func('intptr_t mmap(uint8_t *address, size_t length, int protection, int flags, int fd, int64_t offset)');
    const address = BigInt(mmap(pages, pages.length, READ | WRITE, SHARED | FIXED, fd, 0) as number | bigint);
    if (address === FAILED) throw new Error('the memory cannot be mapped');
    return fd;
  });
}

/** Of new memory, which nobody can make smaller; closed where `use` throws. */
function withDescriptor<T>(bytes: number, use: (libc: LibraryHandle, fd: number) => T): T {
  if (process.platform !== 'linux') throw new Error('no memfd_create on this system');
  const libc = koffi.load('libc.so.6');
  const close = libc.func('int close(int fd)');
  const fd = libc.func('int memfd_create(const char *name, unsigned int flags)')('ringback', CLOSE_ON_EXEC | ALLOW_SEALING) as number;
  if (fd < 0) throw new Error('memfd_create has failed');
  try {
    if (libc.func('int ftruncate(int fd, int64_t length)')(fd, bytes) !== 0) throw new Error(`no memory of ${bytes} bytes`);
    if (libc.func('int fcntl(int fd, int command, int seals)')(fd, ADD_SEALS, SEAL_SHRINK) !== 0)
      throw new Error('the memory could be made smaller');
    return use(libc, fd);
  } catch (error) {
    close(fd);
    throw error;
  }
}
