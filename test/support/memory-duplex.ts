import { Duplex } from 'node:stream';

/** One end of a stream of bytes that is no socket. It counts, waits for a slow reader, and closes when both sides have ended. */
export class MemoryDuplex extends Duplex {
  readonly traffic = { bytesSent: 0, bytesReceived: 0 };
  private mate: MemoryDuplex = this;
  private taken: (() => void) | undefined;

  /** Both ends. */
  static pair(): readonly [MemoryDuplex, MemoryDuplex] {
    const ends = [new MemoryDuplex({ allowHalfOpen: false }), new MemoryDuplex({ allowHalfOpen: false })] as const;
    [ends[0].mate, ends[1].mate] = [ends[1], ends[0]];
    return ends;
  }

  override _read(): void {
    this.taken?.();
    this.taken = undefined;
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    const { mate } = this;
    this.traffic.bytesSent += bytes.length;
    mate.traffic.bytesReceived += bytes.length;
    if (mate.push(bytes)) done();
    else mate.taken = done;
  }

  override _final(done: () => void): void {
    this.mate.push(null);
    done();
  }

  /** The other end learns of it as of a broken connection. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { mate } = this;
    queueMicrotask(() => mate.destroy());
    done(error);
  }
}
