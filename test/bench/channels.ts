import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import type { ExpertLink } from '../../src/main/connection/contract.ts';
import { GraphicsDecoder } from '../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { HOST } from '../interop/sharing.ts';
import { applied } from '../support/applied.ts';
import { type Display, startDisplay } from '../support/display.ts';
import { until } from '../support/programs.ts';
import { BulkChannel } from './bulk-channel.ts';
import type { FromNovice, ToNovice } from './channels-novice.ts';
import { SCROLL } from './workloads.ts';

const SIZE = { width: 1280, height: 720 } as const;
export const BULK_BYTES = 50_000_000;
const SCANCODE_A = 0x1e;
/** Between two key presses; not a multiple of the scrolling's 33 ms. */
const KEY_PERIOD_MS = 107;
const KEY_LOST_MS = 2_000;
const SETTLE_MS = 2_000;

export type BulkDirection = 'none' | 'toExpert' | 'toNovice';

/** What was seen while something happened. */
export interface ChannelFigures {
  readonly seconds: number;
  /** Frames that were decoded at the expert. */
  readonly frames: number;
  /** Key press at the expert to its change in the expert's picture, in ms. */
  readonly keyMs: readonly number[];
}

/**
 * Two processes on loopback with real links and TLS: a novice that captures an X display on which text scrolls, and an expert (this process)
 * that decodes, acknowledges, types, and takes or sends bulk. No windows and no Electron: their cost is that of the other sections.
 */
export class ChannelBench {
  private readonly display: Display;
  private readonly novice: ChildProcess;
  private readonly bulk: BulkChannel;
  private readonly link: ExpertLink;
  private readonly screen: Screen;

  private constructor(display: Display, novice: ChildProcess, bulk: BulkChannel, link: ExpertLink, screen: Screen) {
    this.display = display;
    this.novice = novice;
    this.bulk = bulk;
    this.link = link;
    this.screen = screen;
  }

  static async open(): Promise<ChannelBench> {
    const display = await startDisplay(SIZE);
    await SCROLL.start(display, SIZE);
    display.start('xterm', ['-fa', 'DejaVu Sans Mono', '-fs', '10', '-geometry', '40x10+930+20', '-e', 'cat']);
    const novice = fork(join(import.meta.dirname, 'channels-novice.ts'), { env: display.env });
    const listening = await new Promise<Extract<FromNovice, { tag: 'listening' }>>((resolve) => {
      novice.on('message', (message: FromNovice) => message.tag === 'listening' && resolve(message));
    });
    const bulk = new BulkChannel();
    const room = createConnectionRoom({ clock: systemClock, listenHost: HOST });
    const endpoint = await room.openExpert({ engine: 'ringback', userName: 'expert', channels: [bulk] }, new AbortController().signal);
    const screen = new Screen();
    const link = await new Promise<ExpertLink>((resolve) => {
      endpoint.onEvent((event) => {
        if (event.tag !== 'verified') return;
        screen.show(event.link);
        resolve(event.link);
      });
      const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
      endpoint.expect({
        addresses: [{ host: HOST, port: listening.port }],
        sessionId: bytes(listening.sessionId),
        pin: bytes(listening.pin),
      });
      endpoint.reach('forward');
    });
    await until(() => screen.frames > 0, 'the picture');
    // The keyboard goes where the pointer is: there is no window manager.
    link.sendInput([{ tag: 'pointerMove', x: 1_000, y: 100 }]);
    await pause(SETTLE_MS);
    return new ChannelBench(display, novice, bulk, link, screen);
  }

  /** Once 50 MB in one direction, or, with `none`, for `seconds`. */
  async measure(direction: BulkDirection, seconds: number): Promise<ChannelFigures> {
    const startedAt = performance.now();
    const frames = this.screen.frames;
    const over = new AbortController();
    const moved = (direction === 'none' ? pause(seconds * 1_000) : this.move(direction)).finally(() => over.abort());
    const keyMs: number[] = [];
    while (!over.signal.aborted) {
      keyMs.push(await this.pressKey());
      await pause(KEY_PERIOD_MS);
    }
    await moved;
    return { seconds: (performance.now() - startedAt) / 1_000, frames: this.screen.frames - frames, keyMs };
  }

  async close(): Promise<void> {
    await this.link.close();
    this.novice.disconnect();
    await new Promise((resolve) => this.novice.once('exit', resolve));
    await this.display.close();
  }

  private async move(direction: Exclude<BulkDirection, 'none'>): Promise<void> {
    if (direction === 'toNovice') return await this.bulk.send(BULK_BYTES);
    const before = this.bulk.heard;
    const order: ToNovice = { tag: 'send', bytes: BULK_BYTES };
    this.novice.send(order);
    await until(() => this.bulk.heard - before >= BULK_BYTES, 'the bulk', 600_000);
  }

  private async pressKey(): Promise<number> {
    const pressedAt = performance.now();
    const changed = this.screen.nextChange();
    for (const down of [true, false]) this.link.sendInput([{ tag: 'key', scancode: SCANCODE_A, prefix: 'none', down }]);
    const lost = pause(KEY_LOST_MS);
    await Promise.race([changed, lost]);
    return performance.now() - pressedAt;
  }
}

/** The expert's picture, and the part of it where keys show. */
class Screen {
  frames = 0;
  private decoder: GraphicsDecoder | undefined;
  private typed = '';
  private changed: () => void = () => undefined;

  show(link: ExpertLink): void {
    link.onEvent((event) => {
      if (event.tag === 'active') this.decoder = new GraphicsDecoder(event.desktop);
      if (event.tag !== 'graphics') return;
      for (const frame of this.decoder === undefined ? [] : applied(this.decoder.apply(event.graphics)).frames) {
        if (frame.action !== 'end') continue;
        this.frames += 1;
        link.acknowledgeFrame(frame.frameId);
        this.look();
      }
    });
  }

  /** Resolves when the typing terminal looks different. */
  nextChange(): Promise<void> {
    return new Promise((resolve) => (this.changed = resolve));
  }

  private look(): void {
    const surface = this.decoder?.surface;
    if (surface === undefined) return;
    const rows: string[] = [];
    for (let y = 24; y < 180; y += 2) {
      const row = surface.words.subarray(y * surface.width + 934, y * surface.width + 1_250);
      rows.push(Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString('latin1'));
    }
    const typed = rows.join('');
    if (typed === this.typed) return;
    this.typed = typed;
    this.changed();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
