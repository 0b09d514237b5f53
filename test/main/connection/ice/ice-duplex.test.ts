import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IceDuplex, MOST_POSTED_BYTES, WINDOW_BYTES } from '../../../../src/main/connection/ways/ice/ice-duplex.ts';
import { writeIceControl } from '../../../../src/protocol/ice/control.ts';
import { MAX_CHUNK_BYTES } from '../../../../src/protocol/ice/page-messages.ts';
import { turns } from '../../../support/turns.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

interface Posted {
  readonly channel: 'data' | 'control';
  readonly bytes: Uint8Array;
}

/** One stream whose page is the test. */
function alone() {
  const clock = new VirtualClock();
  const posted: Posted[] = [];
  const hellos: boolean[] = [];
  const closed: boolean[] = [];
  const errors: (Error & { readonly code?: string })[] = [];
  const duplex = new IceDuplex({
    clock,
    post: (channel, bytes) => posted.push({ channel, bytes }),
    hello: (relayed) => hellos.push(relayed),
    closed: (flush) => closed.push(flush),
  });
  duplex.on('error', (error) => errors.push(error));
  const data = (): Uint8Array[] => posted.filter(({ channel }) => channel === 'data').map(({ bytes }) => bytes);
  const control = (): string[] =>
    posted.filter(({ channel }) => channel === 'control').map(({ bytes }) => Buffer.from(bytes).toString('hex'));
  return { clock, duplex, posted, hellos, closed, errors, data, control };
}

/** Two streams, and a network between them that carries what is posted whenever `carry` is called, in any order between the channels. */
function pair() {
  const clock = new VirtualClock();
  const wire: [Posted[], Posted[]] = [[], []];
  const closed: string[] = [];
  const ends = [0, 1].map(
    (index) =>
      new IceDuplex({
        clock,
        post: (channel, bytes) => wire[index === 0 ? 0 : 1].push({ channel, bytes }),
        hello: () => undefined,
        closed: (flush) => closed.push(`${index}: ${flush ? 'flush' : 'now'}`),
      }),
  ) as [IceDuplex, IceDuplex];
  const errors: Error[] = [];
  for (const end of ends) end.on('error', (error) => errors.push(error));
  /** Carries one message of one channel, the first that is there; false when there is none. */
  const carry = (from: 0 | 1, channel: 'data' | 'control'): boolean => {
    const at = wire[from].findIndex((message) => message.channel === channel);
    const [message] = at < 0 ? [] : wire[from].splice(at, 1);
    if (message === undefined) return false;
    const to = ends[from === 0 ? 1 : 0];
    if (channel === 'data') {
      ends[from].pageSent(message.bytes.length);
      to.dataCame(message.bytes);
    } else to.controlCame(message.bytes);
    return true;
  };
  const carryAll = async (): Promise<void> => {
    for (let moved = true; moved; ) {
      await clock.advance(20);
      await turns();
      moved = false;
      for (const from of [0, 1] as const) for (const channel of ['control', 'data'] as const) while (carry(from, channel)) moved = true;
    }
  };
  return { clock, ends, wire, closed, errors, carry, carryAll };
}

const have = (received: number, taken: number): Uint8Array => writeIceControl({ tag: 'have', received, taken });

describe('a stream over two data channels', () => {
  it('brings everything in order, however it is written, read and carried', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fc.constantFrom(0 as const, 1 as const), fc.constantFrom('data' as const, 'control' as const)), {
          maxLength: 200,
        }),
        async (sizes, order) => {
          const { ends, carry, carryAll, errors, clock } = pair();
          const sent = sizes.map((size, index) => Buffer.alloc(size, index + 1));
          const got: Buffer[] = [];
          ends[1].on('data', (chunk: Buffer) => got.push(chunk));
          ends[0].on('data', () => undefined);
          for (const bytes of sent) ends[0].write(bytes);
          ends[0].end();
          for (const [from, channel] of order) {
            carry(from, channel);
            await turns();
          }
          await carryAll();
          expect(errors).toEqual([]);
          expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true);
          expect(ends.map(({ closed }) => closed)).toEqual([true, true]);
          expect(ends[0].traffic.bytesSent).toBe(ends[1].traffic.bytesReceived);
          expect(clock.pendingTimers).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('posts copies of 16 KiB at most, never a view of what was written', () => {
    const { duplex, data } = alone();
    duplex.write(Buffer.alloc(100_000));
    expect(data().map(({ length }) => length)).toEqual([...Array<number>(6).fill(MAX_CHUNK_BYTES), 100_000 - 6 * MAX_CHUNK_BYTES]);
    for (const { buffer, byteLength } of data()) expect(buffer.byteLength).toBe(byteLength);
  });

  it('waits for the page, and says that it is written only then', async () => {
    const { duplex, data } = alone();
    let written = 0;
    for (let index = 0; index < 64; index += 1) duplex.write(Buffer.alloc(64 * 1024), () => (written += 1));
    await turns();
    const posted = (): number => data().reduce((sum, { length }) => sum + length, 0);
    expect(posted()).toBe(MOST_POSTED_BYTES);
    duplex.pageSent(MOST_POSTED_BYTES);
    await turns();
    expect(posted()).toBe(2 * MOST_POSTED_BYTES);
    expect(written).toBeLessThan(64);
  });

  it('is never further ahead of a reader that sleeps than the window, and loses nothing', async () => {
    const { ends, carryAll, errors } = pair();
    const size = 3 * WINDOW_BYTES;
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const write = (): void => {
      if (written < size)
        ends[0].write(chunk, () => {
          written += chunk.length;
          write();
        });
    };
    write();
    ends[1].pause();
    await carryAll();
    expect(ends[1].traffic.bytesReceived).toBeGreaterThan(WINDOW_BYTES - chunk.length);
    // The stream's own buffer takes a little out of the window before anybody reads.
    expect(ends[1].traffic.bytesReceived).toBeLessThanOrEqual(WINDOW_BYTES + ends[1].readableHighWaterMark + MAX_CHUNK_BYTES);
    let read = 0;
    ends[1].on('data', (bytes: Buffer) => (read += bytes.length));
    ends[1].resume();
    await carryAll();
    expect([read, written, errors]).toEqual([size, size, []]);
  });

  it('knows what has arrived, how long the shortest way there and back took, and since when a sign is owed', async () => {
    const { duplex, clock } = alone();
    duplex.write(Buffer.alloc(1_000));
    await clock.advance(40);
    expect(duplex.look()).toEqual({ acknowledgedBytes: 0, queuedBytes: 1_000, minRoundTripMs: 0, owedMs: 40 });
    duplex.controlCame(have(600, 0));
    expect(duplex.look()).toEqual({ acknowledgedBytes: 600, queuedBytes: 400, minRoundTripMs: 0, owedMs: 0 });
    await clock.advance(10);
    duplex.controlCame(have(1_000, 1_000));
    expect(duplex.look()).toEqual({ acknowledgedBytes: 1_000, queuedBytes: 0, minRoundTripMs: 50, owedMs: 0 });
    await clock.advance(5_000);
    expect(duplex.look().owedMs).toBe(0);
  });

  it('tells what has come: at once after 64 KiB, else after 10 ms', async () => {
    const { duplex, clock, control } = alone();
    duplex.resume();
    await turns();
    duplex.dataCame(new Uint8Array(10));
    expect(control()).toEqual([]);
    await clock.advance(10);
    await turns();
    expect(control()).toEqual([Buffer.from(have(10, 10)).toString('hex')]);
    for (let index = 0; index < 4; index += 1) duplex.dataCame(new Uint8Array(MAX_CHUNK_BYTES));
    expect(control()).toHaveLength(2);
  });

  it('ends half by half, with all that was said, and the page may send the last word', async () => {
    const { ends, carryAll, closed, errors } = pair();
    const heard: string[] = [];
    ends[0].on('data', (bytes: Buffer) => heard.push(bytes.toString()));
    ends[1].on('data', (bytes: Buffer) => heard.push(bytes.toString()));
    ends[1].on('end', () => heard.push('end'));
    ends[0].end('goodbye');
    await carryAll();
    expect(heard).toEqual(['goodbye', 'end']);
    expect(closed.toSorted()).toEqual(['0: flush', '1: flush']);
    expect(errors).toEqual([]);
  });

  it('that loses its connection in the middle has an error; after both ends it has none', async () => {
    const middle = alone();
    middle.duplex.write(Buffer.alloc(10));
    middle.duplex.gone('the page crashed');
    await turns();
    expect(middle.errors).toMatchObject([{ code: 'SOCKET' }]);
    expect(middle.closed).toEqual([false]);

    const after = alone();
    after.duplex.resume();
    after.duplex.end();
    await turns();
    after.duplex.controlCame(writeIceControl({ tag: 'end', total: 0 }));
    await turns();
    after.duplex.gone('the other side closed');
    await turns();
    expect(after.errors).toEqual([]);
    expect(after.duplex.closed).toBe(true);
  });

  it.each([
    ['acknowledges what was not sent', (duplex: IceDuplex) => duplex.controlCame(have(11, 0))],
    ['acknowledges the same again', (duplex: IceDuplex) => [0, 0].forEach(() => duplex.controlCame(have(5, 5)))],
    ['takes an acknowledgement back', (duplex: IceDuplex) => [6, 5].forEach((at) => duplex.controlCame(have(at, 0)))],
    ['ends twice', (duplex: IceDuplex) => [3, 3].forEach((total) => duplex.controlCame(writeIceControl({ tag: 'end', total })))],
    ['says that our end has come, which was not said', (duplex: IceDuplex) => duplex.controlCame(writeIceControl({ tag: 'ended' }))],
    [
      'says more behind its end',
      (duplex: IceDuplex) => {
        duplex.controlCame(writeIceControl({ tag: 'end', total: 3 }));
        duplex.dataCame(new Uint8Array(4));
      },
    ],
    [
      'sends more than the window',
      (duplex: IceDuplex) => {
        for (let sent = 0; sent <= WINDOW_BYTES; sent += MAX_CHUNK_BYTES) duplex.dataCame(new Uint8Array(MAX_CHUNK_BYTES));
      },
    ],
    [
      'greets without end',
      (duplex: IceDuplex) => {
        for (let time = 0; time < 100; time += 1) duplex.controlCame(writeIceControl({ tag: 'hello', relayed: true }));
      },
    ],
    ['says what is no word', (duplex: IceDuplex) => duplex.controlCame(Uint8Array.of(9))],
    ['has a page that sent more than it was given', (duplex: IceDuplex) => duplex.pageSent(11)],
  ])('ends when the other side %s', async (_what, misbehave) => {
    const { duplex, clock, errors } = alone();
    duplex.write(Buffer.alloc(10));
    misbehave(duplex);
    await turns();
    expect(errors).toMatchObject([{ name: 'ProtocolError' }]);
    expect(duplex.destroyed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});
