import { describe, expect, it } from 'vitest';
import { Outbox, type OutboxWire } from '../../../src/main/connection/outbox.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import type { Urgency } from '../../../src/protocol/rdp/channels/contract.ts';
import { errorCode } from '../../protocol/rdp/pdu/arbitrary-bytes.ts';

/** A socket that takes nothing until it is told to. */
class SlowWire implements OutboxWire {
  readonly written: Uint8Array[] = [];
  unsentBytes = 0;
  roomBytes = Number.POSITIVE_INFINITY;
  private waiting: { readonly bytes: number; readonly taken: (() => void) | undefined }[] = [];

  write(bytes: Uint8Array, taken?: () => void): void {
    this.written.push(bytes);
    this.unsentBytes += bytes.length;
    this.waiting.push({ bytes: bytes.length, taken });
  }

  /** The kernel takes the oldest writes; all that there are by default, and what follows from that. */
  take(writes = Number.POSITIVE_INFINITY): void {
    for (let left = writes; left > 0 && this.waiting.length > 0; left -= 1) {
      const next = this.waiting.shift();
      this.unsentBytes -= next?.bytes ?? 0;
      next?.taken?.();
    }
  }

  /** First byte of every PDU, where all PDUs have `size` bytes. */
  marks(size: number): number[] {
    return this.written.flatMap((bytes) => Array.from({ length: bytes.length / size }, (_, index) => bytes[index * size] ?? -1));
  }
}

const SIZE = 1_000;
const pdu = (mark: number, size = SIZE): Uint8Array => new Uint8Array(size).fill(mark, 0, 1);
const many = (mark: number, count: number, size = SIZE): Uint8Array[] => Array.from({ length: count }, () => pdu(mark, size));

function opened() {
  const wire = new SlowWire();
  const clock = new VirtualClock();
  const outbox = new Outbox(wire, clock);
  const taken: string[] = [];
  const send = (name: string, urgency: Urgency, pdus: readonly Uint8Array[]): void => outbox.send(pdus, urgency, () => taken.push(name));
  /** The kernel takes everything, as time goes on. */
  const drain = async (): Promise<void> => {
    for (let written = -1; written < wire.written.length; ) {
      written = wire.written.length;
      wire.take();
      await clock.advance(10);
    }
  };
  return { wire, clock, outbox, taken, send, drain };
}

describe('the order of sending', () => {
  it('control overtakes a picture that waits, a picture overtakes bulk that waits, and no PDU is cut', async () => {
    const { wire, taken, send, drain } = opened();
    send('bulk', 'bulk', many(3, 500));
    send('picture', 'picture', many(2, 500));
    send('control', 'control', [pdu(1)]);
    await drain();
    const marks = wire.marks(SIZE);
    expect(wire.written.every((bytes) => bytes.length % SIZE === 0)).toBe(true);
    expect(marks).toHaveLength(1_001);
    // One slice of bulk was in the socket already, and a picture's quarter of a megabyte.
    expect(marks.indexOf(1)).toBeLessThan(330);
    expect(marks.lastIndexOf(2)).toBeLessThan(540);
    expect(taken).toEqual(['control', 'picture', 'bulk']);
  });

  it('keeps the order within an urgency, whoever sends', () => {
    const { wire, taken, send } = opened();
    for (const mark of [1, 2, 3, 4]) send(`${mark}`, 'bulk', many(mark, 100));
    wire.take();
    expect(wire.marks(SIZE)).toEqual(wire.marks(SIZE).toSorted((left, right) => left - right));
    expect(taken).toEqual(['1', '2', '3', '4']);
  });

  it('the session’s own PDUs wait for nothing', () => {
    const { wire, outbox, send } = opened();
    send('picture', 'picture', many(2, 5_000));
    outbox.sendNow(pdu(0));
    expect(wire.written.at(-1)).toEqual(pdu(0));
  });

  it('what waits behind them goes on when the kernel has taken them', () => {
    const { wire, outbox, taken, send } = opened();
    outbox.sendNow(pdu(0));
    send('bulk', 'bulk', [pdu(3)]);
    expect(wire.written).toHaveLength(1);
    wire.take();
    expect(taken).toEqual(['bulk']);
  });

  it('PDUs that lie in a row are written as they lie, others are put together: the same bytes either way', () => {
    const frame = Uint8Array.from({ length: 4_000 }, (_, index) => index);
    const [first, second, third] = [frame.subarray(0, 1_000), frame.subarray(1_000, 1_500), frame.subarray(1_500)];
    const once = (...pdus: readonly Uint8Array[]): Uint8Array | undefined => {
      const { wire, outbox } = opened();
      outbox.send(pdus, 'picture');
      return wire.written.length === 1 ? wire.written[0] : undefined;
    };
    const inRow = once(first, second, third);
    expect(inRow).toEqual(frame);
    expect(inRow?.buffer).toBe(frame.buffer);
    const shuffled = new Uint8Array(Buffer.concat([third, first, second]));
    expect(new Uint8Array(once(third, first, second) ?? [])).toEqual(shuffled);
    expect(new Uint8Array(once(first, third) ?? [])).toEqual(new Uint8Array(Buffer.concat([first, third])));
  });

  it('has never more than a slice of bulk in the socket, nor more than a quarter of a megabyte and a slice of pictures', () => {
    const { wire, send } = opened();
    send('bulk', 'bulk', many(3, 3_000));
    let most = 0;
    while (wire.unsentBytes > 0) {
      most = Math.max(most, wire.unsentBytes);
      wire.take(1);
    }
    expect(most).toBeLessThanOrEqual(32 * 1024);
    send('picture', 'picture', many(2, 3_000));
    most = wire.unsentBytes;
    expect(most).toBeLessThanOrEqual((256 + 64) * 1024);
  });
});

describe('the price of bulk', () => {
  it('while nothing else goes on it goes as fast as the socket takes it', () => {
    const { wire, clock, taken, send } = opened();
    send('bulk', 'bulk', many(3, 2_000));
    wire.take();
    expect(taken).toEqual(['bulk']);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each(['picture', 'control'] as const)('for a quarter of a second after a %s it rests after each slice', async (urgency) => {
    const { wire, clock, taken, send } = opened();
    send('other', urgency, [pdu(1)]);
    wire.take();
    send('bulk', 'bulk', many(3, 1_600));
    wire.take();
    const first = wire.written.length;
    await clock.advance(4);
    wire.take();
    expect(wire.written).toHaveLength(first);
    for (let ms = 0; ms < 100; ms += 1) {
      await clock.advance(1);
      wire.take();
    }
    expect(wire.written.length).toBeGreaterThan(first + 15);
    expect(wire.written.length).toBeLessThan(first + 25);
    expect(taken).toEqual(['other']);
    await clock.advance(250);
    wire.take();
    expect(taken).toEqual(['other', 'bulk']);
  });

  it('nothing is left to run when the connection is over', () => {
    const { wire, clock, outbox, send } = opened();
    outbox.sendNow(pdu(0));
    wire.take();
    send('bulk', 'bulk', many(3, 500));
    expect(clock.pendingTimers).toBe(1);
    outbox.close();
    wire.take();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('what is sent resolves', () => {
  it('when the kernel has taken the last of it, and not before', () => {
    const { wire, taken, send } = opened();
    send('picture', 'picture', many(2, 400));
    wire.take(5);
    expect(taken).toEqual([]);
    wire.take();
    expect(taken).toEqual(['picture']);
  });

  it('at once where there is nothing to send', () => {
    const { taken, send } = opened();
    send('nothing', 'bulk', []);
    expect(taken).toEqual(['nothing']);
  });
});

describe('a reactivation', () => {
  it('lets the old picture go first, makes everything else wait, and loses nothing', async () => {
    const { wire, outbox, taken, send, drain } = opened();
    send('old picture', 'picture', many(2, 1_000));
    send('bulk', 'bulk', many(3, 100));
    outbox.suspend();
    outbox.sendNow(pdu(0));
    send('control', 'control', [pdu(1)]);
    wire.take();
    expect(wire.marks(SIZE)).toEqual([...many(2, 1_000), pdu(0)].map(([mark]) => mark));
    expect(taken).toEqual(['old picture']);
    outbox.resume();
    await drain();
    expect(wire.marks(SIZE).slice(1_001)).toEqual([1, ...many(3, 100).map(([mark]) => mark)]);
    expect(taken).toEqual(['old picture', 'control', 'bulk']);
  });
});

describe('bounds', () => {
  it.each([
    ['control', 4],
    ['picture', 64],
    ['bulk', 8],
  ] as const)('%s: no more than %i MiB wait; what does not fit is refused whole', (urgency, mebibytes) => {
    const { wire, outbox, taken, send } = opened();
    outbox.suspend();
    const piece = pdu(1, 1 << 20);
    for (let count = 0; count < mebibytes; count += 1) send('fits', urgency, [piece]);
    expect(errorCode(() => send('no room', urgency, [pdu(9), pdu(9)]))).toBe('TOO_LARGE');
    outbox.resume();
    wire.take();
    expect(taken).toHaveLength(mebibytes);
    expect(wire.written.reduce((sum, bytes) => sum + bytes.length, 0)).toBe(mebibytes << 20);
    send('room again', urgency, [piece]);
  });

  it('where nothing waits, one picture of a very large desktop goes whatever its size', () => {
    const { wire, taken, send } = opened();
    const piece = pdu(2, 1 << 20);
    send(
      'three screens in 4K',
      'picture',
      Array.from({ length: 80 }, () => piece),
    );
    expect(errorCode(() => send('the next', 'picture', [piece]))).toBe('TOO_LARGE');
    wire.take();
    expect(taken).toEqual(['three screens in 4K']);
  });

  it('a side that takes nothing is not answered without end', () => {
    const { wire, outbox } = opened();
    expect(
      errorCode(() => {
        for (let count = 0; count < 100_000; count += 1) outbox.sendNow(pdu(0));
      }),
    ).toBe('TOO_LARGE');
    expect(wire.unsentBytes).toBeLessThanOrEqual(4 << 20);
  });
});
