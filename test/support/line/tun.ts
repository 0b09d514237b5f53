/* TUN devices of Linux: what one end of the system sends into one is read here as whole IP packets, and what is written here it receives. */
import { constants, openSync } from 'node:fs';
import koffi from 'koffi';

const TUNSETIFF = 0x40_04_54_ca;
const IFF_TUN = 0x0001;
/** Packets without a header of the driver's own before them. */
const IFF_NO_PI = 0x1000;
const INTERFACE_NAME_BYTES = 16;
const INTERFACE_REQUEST_BYTES = 40;
const POLLIN = 1;
/** `struct pollfd`: descriptor, what is asked, what has come. */
const POLL_BYTES = 8;
const TIMESPEC_BYTES = 16;

const libc = koffi.load('libc.so.6');
const ioctl = libc.func('int ioctl(int, unsigned long, void *)') as (fd: number, request: number, argument: Uint8Array) => number;
const ppoll = libc.func('int ppoll(void *, unsigned long, void *, void *)') as (
  descriptors: Uint8Array,
  count: number,
  time: Uint8Array | null,
  mask: null,
) => number;
const read = libc.func('long read(int, void *, size_t)') as (fd: number, into: Uint8Array, bytes: number) => number;
const write = libc.func('long write(int, void *, size_t)') as (fd: number, from: Uint8Array, bytes: number) => number;

/** Makes a device, which is there as long as its descriptor is open, also in another network namespace. Throws where that is not allowed. */
export function openTun(name: string): number {
  const fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
  const request = Buffer.alloc(INTERFACE_REQUEST_BYTES);
  request.write(name.slice(0, INTERFACE_NAME_BYTES - 1), 'latin1');
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI, INTERFACE_NAME_BYTES);
  if (ioctl(fd, TUNSETIFF, request) !== 0) throw new Error(`the device ${name} cannot be made: error ${koffi.errno()}`);
  return fd;
}

/** One packet into `buffer`, its length; undefined while there is none or the device is down. */
export function readPacket(fd: number, buffer: Uint8Array): number | undefined {
  const length = read(fd, buffer, buffer.length);
  return length > 0 ? length : undefined;
}

/** A device that is down takes nothing; that is no error of the line. */
export function writePacket(fd: number, packet: Uint8Array): void {
  write(fd, packet, packet.length);
}

/** Waits until one of the descriptors has something or the time is over; which ones have. Without a time as long as it takes. */
export class Waiting {
  private readonly descriptors: Buffer;
  private readonly count: number;
  private readonly time = Buffer.alloc(TIMESPEC_BYTES);

  constructor(fds: readonly number[]) {
    this.count = fds.length;
    this.descriptors = Buffer.alloc(fds.length * POLL_BYTES);
    for (const [index, fd] of fds.entries()) {
      this.descriptors.writeInt32LE(fd, index * POLL_BYTES);
      this.descriptors.writeInt16LE(POLLIN, index * POLL_BYTES + 4);
    }
  }

  until(timeMs: number | undefined): readonly boolean[] {
    if (timeMs !== undefined) {
      const nanoseconds = Math.max(0, Math.round(timeMs * 1e6));
      this.time.writeBigInt64LE(BigInt(Math.floor(nanoseconds / 1e9)), 0);
      this.time.writeBigInt64LE(BigInt(nanoseconds % 1e9), 8);
    }
    const ready = ppoll(this.descriptors, this.count, timeMs === undefined ? null : this.time, null);
    return Array.from({ length: this.count }, (_, index) => ready > 0 && this.descriptors.readInt16LE(index * POLL_BYTES + 6) !== 0);
  }
}
