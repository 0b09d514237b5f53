import type { Socket } from 'node:net';
import koffi from 'koffi';
import { SILENCE } from '../../deadlines.ts';
import type { SystemView } from '../contract.ts';

/* From <netinet/tcp.h>, <linux/tcp.h> and <asm-generic/ioctls.h>. */
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const TCP_USER_TIMEOUT = 18;
const TCP_RTO_MAX_MS = 44;
const SIOCOUTQ = 0x5411;
/** Offsets in struct tcp_info, whose fields only ever get more. */
const INFO = {
  probes: 3,
  segmentBytes: 16,
  unacknowledged: 24,
  lastAckReceivedMs: 56,
  rttMicros: 68,
  bytesAcknowledged: 120,
  minRttMicros: 148,
  byteLength: 152,
} as const;
/** What Linux says before it has measured one. */
const UNKNOWN_RTT = 0xffff_ffff;
/** The kernel gives the connection up after our own rule has: it would not say why. */
const USER_TIMEOUT_MS = SILENCE.overMs + 5_000;
/**
 * Between two retransmissions at most (Linux 6.15), so that the end of a long hole is noticed soon: they would back off to two minutes. Not
 * less: where this computer's own interface is down Linux counts its attempts instead of the time, and gives up after fifteen.
 */
const LONGEST_RETRANSMISSION_MS = 6_000;

interface Libc {
  readonly getsockopt: (fd: number, level: number, name: number, value: Uint8Array, length: Uint32Array) => number;
  readonly setsockopt: (fd: number, level: number, name: number, value: Uint32Array, length: number) => number;
  readonly ioctl: (fd: number, request: number, value: Int32Array) => number;
}

let loaded: Libc | undefined;

/** What the system writes into, at every look anew: it is looked some seventy times a second, and nothing of a look is kept. */
const seen = { info: new Uint8Array(INFO.byteLength), length: new Uint32Array(1), queued: new Int32Array(1) } as const;
const seenInfo = new DataView(seen.info.buffer);

function libc(): Libc {
  if (loaded === undefined) {
    const library = koffi.load('libc.so.6');
    loaded = {
      getsockopt: library.func('int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)'),
      setsockopt: library.func('int setsockopt(int fd, int level, int name, const uint32_t *value, uint32_t length)'),
      ioctl: library.func('int ioctl(int fd, unsigned long request, _Out_ int32_t *value)'),
    };
  }
  return loaded;
}

/**
 * Makes Linux keep a silent connection for as long as we do, and returns what it knows of one; undefined where it does not tell (another
 * system, another C library, a Node that hides the descriptor).
 */
export function tuneOnLinux(socket: Socket): (() => SystemView | undefined) | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const { setsockopt } = libc();
    const fd = descriptorOf(socket);
    if (fd === undefined || setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, Uint32Array.of(USER_TIMEOUT_MS), 4) !== 0) return undefined;
    // Older kernels refuse it, and notice the end of a hole as much later as it was long.
    setsockopt(fd, IPPROTO_TCP, TCP_RTO_MAX_MS, Uint32Array.of(LONGEST_RETRANSMISSION_MS), 4);
    return () => viewOf(socket);
  } catch {
    return undefined;
  }
}

function viewOf(socket: Socket): SystemView | undefined {
  const fd = descriptorOf(socket);
  if (fd === undefined) return undefined;
  const { getsockopt, ioctl } = libc();
  const { info, length, queued } = seen;
  length[0] = info.length;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length) !== 0 || length[0] !== info.length) return undefined;
  if (ioctl(fd, SIOCOUTQ, queued) !== 0) return undefined;
  const minRtt = seenInfo.getUint32(INFO.minRttMicros, true);
  const owes = seenInfo.getUint32(INFO.unacknowledged, true) > 0 || seenInfo.getUint8(INFO.probes) > 0;
  return {
    acknowledgedBytes: Number(seenInfo.getBigUint64(INFO.bytesAcknowledged, true)),
    queuedBytes: queued[0] ?? 0,
    minRoundTripMs: minRtt === UNKNOWN_RTT ? 0 : minRtt / 1_000,
    roundTripMs: seenInfo.getUint32(INFO.rttMicros, true) / 1_000,
    segmentBytes: seenInfo.getUint32(INFO.segmentBytes, true),
    owedMs: owes ? seenInfo.getUint32(INFO.lastAckReceivedMs, true) : 0,
  };
}

/** The socket's file descriptor. Node has it, but not in its documentation. */
function descriptorOf(socket: Socket): number | undefined {
  if (socket.destroyed) return undefined;
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } | null };
  const fd = handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}
