/*
 * One end of a real RDP connection with our own pump, encoders and decoders, as a program of its own, so that each can sit at its own end of a line. What the novice's screen
 * shows is made up here; film is as many bytes as its bitrate says. Both ends run on one computer, so their clocks agree.
 *
 *   node paced-end.ts novice ADDRESS          node paced-end.ts expert ADDRESS ENGINE
 */
import { randomFillSync } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { EngineName } from '../../../src/facts/preferences.ts';
import { FramePump } from '../../../src/main/assistance/frame-pump.ts';
import { systemClock } from '../../../src/main/clock.ts';
import type { ExpertLink, NoviceLink } from '../../../src/main/connection/contract.ts';
import { createConnectionRoom } from '../../../src/main/connection/connection-room.ts';
import type { ScreenCapture } from '../../../src/main/desktop/contract.ts';
import type { NoviceSound } from '../../../src/main/assistance/novice-sound.ts';
import type { HostPort } from '../../../src/protocol/host-port.ts';
import { FILM_SETS, GraphicsClient } from '../../../src/protocol/rdp/channels/graphics/graphics-client.ts';
import { SOUND_FORMATS } from '../../../src/protocol/rdp/channels/sound/sound-formats.ts';
import { SoundServer } from '../../../src/protocol/rdp/channels/sound/sound-server.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import type { DecoderKind } from '../../../src/protocol/rdp/graphics/contract.ts';
import { DECODERS } from '../../../src/protocol/rdp/graphics/decoders.ts';
import type { FilmEncoders } from '../../../src/protocol/rdp/graphics/film/contract.ts';
import { encodersWithFilm } from '../../../src/protocol/rdp/graphics/film/encoders-with-film.ts';
import { GraphicsDecoder } from '../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { openPictureMemory } from '../../../src/protocol/rdp/graphics/kernels/picture-memory.ts';
import { PictureStream } from '../../../src/protocol/rdp/graphics/picture-stream.ts';
import { GFX_CODEC } from '../../../src/protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';
import { forkEngine } from '../engine-process.ts';
import { PacedExpertSound, pacedNoviceSound } from './paced-sound.ts';

export type PacedOrder =
  | { readonly tag: 'ticket'; readonly addresses: readonly HostPort[]; readonly sessionId: string; readonly pin: string }
  /** A letter, which the expert says it sees. */
  | { readonly tag: 'letter'; readonly number: number }
  /** A film of this rectangle, thirty times a second; none when left out. */
  | { readonly tag: 'film'; readonly box?: Rect }
  /** The novice's computer is heard, or no longer. */
  | { readonly tag: 'sound'; readonly on: boolean }
  /** The novice's side of a key: something urgent, which is seen at the expert's. */
  | { readonly tag: 'pointer'; readonly number: number }
  /** To the expert: what the novice has told of its screen. It says when it has the same, in the window of text and everywhere. */
  | { readonly tag: 'expect'; readonly text: number; readonly all: number }
  | { readonly tag: 'tell' }
  | { readonly tag: 'close' };

export const SCREEN = { width: 1920, height: 1080 };
/** Where letters appear, in a window of text. */
export const LETTERS: Rect = { x: 320, y: 900, width: 8, height: 12 };
/** A window with text on it, over a photo. */
const TEXT_WINDOW: Rect = { x: 256, y: 768, width: 1_024, height: 256 };
/** Other colours than these are no letters. */
const MOST_LETTERS = 0x1000;
const FILM_MS = 1_000 / 30;
const LEAST_BETWEEN_MS = 1_000 / 60;

const [role, host = '', engine = 'ringback'] = process.argv.slice(2);
const room = createConnectionRoom({ clock: systemClock, listenHost: host, startEngine: () => forkEngine() });
const { signal } = new AbortController();
/** In milliseconds, by a clock that both ends have. */
const nowMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

function say(event: { readonly tag: string; readonly [more: string]: unknown }): void {
  process.stdout.write(`${JSON.stringify({ ...event, atMs: nowMs() })}\n`);
}

async function eachOrder(carryOut: (order: PacedOrder) => void): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) carryOut(JSON.parse(line) as PacedOrder);
}

/* ---------- the novice's screen ---------- */

class Screen implements Pick<ScreenCapture, 'configure' | 'nextFrame' | 'refresh'> {
  readonly size = SCREEN;
  private readonly memory = openPictureMemory(SCREEN);
  private readonly words = new Int32Array(this.memory.pixels.buffer, this.memory.pixels.byteOffset, SCREEN.width * SCREEN.height);
  private readonly stream = new PictureStream(SCREEN, encodersWithFilm({ encoders: bytesAsFilm(), nowMs }));
  private readonly noise = new Int32Array(1 << 20);
  private damage: Rect[] = [];
  private wake: () => void = () => undefined;
  private lastMs = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    randomFillSync(this.noise);
    const { width, height } = SCREEN;
    for (let y = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1) {
        const grain = (this.noise[(y * width + x) & 0xf_ffff] ?? 0) & 0x07_0707;
        this.words[y * width + x] = (((x / 12) & 0xff) << 16) + (((y / 8) & 0xff) << 8) + (((x + y) / 16) & 0xff) + grain;
      }
    const { x: left, y: top } = TEXT_WINDOW;
    for (let y = 0; y < TEXT_WINDOW.height; y += 1)
      for (let x = 0; x < TEXT_WINDOW.width; x += 1) {
        const glyph = Math.imul((y >> 4) * 131 + (x >> 3), 0x9e37_79b1) >>> 3;
        const isInk = y % 16 < 11 && x % 8 < 6 && ((glyph >>> ((y % 16) * 2 + (x % 3))) & 1) === 1;
        this.words[(top + y) * width + left + x] = isInk ? 0x20_2020 : 0xff_ffff;
      }
  }

  /** A letter that says which one it is. */
  letter(number: number): void {
    const { x, y, width, height } = LETTERS;
    for (let row = 0; row < height; row += 1)
      for (let column = 0; column < width; column += 1)
        this.words[(y + row) * SCREEN.width + x + column] = ((column ^ row) & 1) === 0 ? number : 0xff_ffff;
    this.changed(LETTERS);
  }

  get sums(): { readonly text: number; readonly all: number } {
    return { text: sum(this.words, TEXT_WINDOW, false), all: sum(this.words, { x: 0, y: 0, ...SCREEN }, false) };
  }

  film(box: Rect | undefined): void {
    clearInterval(this.timer);
    if (box !== undefined) this.timer = setInterval(() => this.filmGoesOn(box), FILM_MS);
  }

  configure(...of: Parameters<ScreenCapture['configure']>): void {
    this.stream.configure(...of, 1);
    this.changed({ x: 0, y: 0, ...SCREEN });
  }
  refresh(areas: readonly Rect[]): void {
    this.stream.refresh(areas);
    this.wake();
  }

  async nextFrame(abort: AbortSignal, share: Parameters<ScreenCapture['nextFrame']>[1]): ReturnType<ScreenCapture['nextFrame']> {
    for (;;) {
      abort.throwIfAborted();
      const dueMs = this.damage.length > 0 ? 0 : this.stream.dueInMs;
      const waitMs = Math.max(this.lastMs + LEAST_BETWEEN_MS - nowMs(), dueMs ?? 1_000);
      if (waitMs > 1) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs);
          this.wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        if (this.damage.length > 0 && this.lastMs + LEAST_BETWEEN_MS > nowMs())
          await new Promise((resolve) => setTimeout(resolve, this.lastMs + LEAST_BETWEEN_MS - nowMs()));
        if (this.damage.length === 0 && this.stream.dueInMs !== 0) continue;
      }
      this.lastMs = nowMs();
      const damage = this.damage.splice(0);
      const { memory } = this;
      const made = await this.stream.encode({ ...SCREEN, damage, pixels: () => memory, close: () => undefined }, share);
      if (made !== undefined) return { ...made, captureMs: 0, encodeMs: nowMs() - this.lastMs };
    }
  }

  private filmGoesOn({ x, y, width, height }: Rect): void {
    const shift = Math.trunc(Math.random() * 0xf_ffff);
    for (let row = 0; row < height; row += 1) {
      const from = (shift + row * 1_031) % (this.noise.length - width);
      this.words.set(this.noise.subarray(from, from + width), (y + row) * SCREEN.width + x);
    }
    this.changed({ x, y, width, height });
  }

  private changed(rect: Rect): void {
    this.damage.push(rect);
    this.wake();
  }
}

/** So many bytes as the bitrate says, more or less, and six times that for a key frame: what encoders in software make. */
function bytesAsFilm(): FilmEncoders {
  return {
    name: 'bytes',
    open: async ({ bitsPerSecond: first, framesPerSecond }) => {
      let bitsPerSecond = first;
      let isFirst = true;
      return {
        encode: async (_picture, key) => {
          const length = Math.round((bitsPerSecond / 8 / framesPerSecond) * (0.8 + Math.random() * 0.6) * (key || isFirst ? 6 : 1));
          const isKey = key || isFirst;
          isFirst = false;
          return { bytes: randomFillSync(new Uint8Array(Math.max(64, length))), key: isKey };
        },
        setBitrate: (now) => void (bitsPerSecond = now),
        close: () => undefined,
      };
    },
    close: () => undefined,
  };
}

async function novice(): Promise<void> {
  const endpoint = await room.openNovice(signal);
  const screen = new Screen();
  let link: NoviceLink | undefined;
  let frames = 0;
  const channel = new SoundServer(SOUND_FORMATS);
  let sound: NoviceSound | undefined;
  endpoint.onEvent((event) => {
    if (event.tag !== 'presented') return;
    const mine = event.link;
    link = mine;
    const sounds = pacedNoviceSound(channel, mine, nowMs);
    sound = sounds;
    const pump = new FramePump({
      link: {
        get line() {
          return mine.line;
        },
        sendGraphics: (updates) => ((frames += 1), mine.sendGraphics(updates)),
      },
      clock: systemClock,
      aside: () => sounds.bytesPerSecond,
      failed: (error) => say({ tag: 'failed', message: String(error) }),
    });
    mine.onEvent((told) => {
      if (told.tag === 'active') {
        say({ tag: 'active', graphics: told.graphics });
        void sounds.begin();
        pump.start(screen as unknown as ScreenCapture, told.graphics);
      } else if (told.tag === 'frameAcknowledged') pump.acknowledged(told.frameId, told.suspended);
      else if (told.tag === 'refresh') screen.refresh(told.areas);
      else if (told.tag === 'ended' || told.tag === 'line') say({ ...told, ...('error' in told ? { error: String(told.error) } : {}) });
    });
    mine.admit(SCREEN, [channel]);
  });
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  say({ tag: 'ticket', addresses: endpoint.ticket.addresses, sessionId: base64(endpoint.sessionId), pin: base64(endpoint.pin) });
  await eachOrder((order) => {
    if (order.tag === 'letter') {
      say({ tag: 'letter', number: order.number });
      screen.letter(order.number);
    } else if (order.tag === 'film') screen.film(order.box);
    else if (order.tag === 'sound') sound?.set(order.on);
    else if (order.tag === 'pointer') {
      say({ tag: 'pointer', number: order.number });
      link?.sendPointerPosition(order.number, 1);
    } else if (order.tag === 'tell') say({ tag: 'told', frames, sound: sound?.state, ...screen.sums, ...link?.line, ...link?.traffic });
    else if (order.tag === 'close') process.exit(0);
  });
}

async function expert(): Promise<void> {
  let films = 0;
  const sound = new PacedExpertSound(nowMs);
  const film: DecoderKind = {
    name: 'film',
    takes: (format) => format.carrier === 'channel' && format.codecId === GFX_CODEC.avc420,
    drawsOn: 'surface',
    create: () => ({ decode: () => void (films += 1) }),
  };
  const endpoint = await room.openExpert(
    { engine: engine as EngineName, userName: 'expert', channels: [new GraphicsClient(FILM_SETS), sound.channel] },
    signal,
  );
  const decoder = new GraphicsDecoder(SCREEN, [...DECODERS, film]);
  let link: ExpertLink | undefined;
  let frames = 0;
  let letter = 0;
  let drawn = 0;
  const seen = new Uint8Array(SCREEN.width * SCREEN.height);
  let whole = false;
  endpoint.onEvent((event) => {
    if (event.tag !== 'verified') return;
    link = event.link;
    link.onEvent((told) => {
      if (told.tag === 'active' || told.tag === 'ended' || told.tag === 'line') say({ tag: told.tag });
      if (told.tag === 'pointerPosition') say({ tag: 'pointer', number: told.x });
      if (told.tag !== 'graphics') return;
      void (async () => {
        const { dirty, frames: boundaries } = await decoder.apply(told.graphics);
        for (const { x, y, width, height } of whole ? [] : dirty)
          for (let row = y; row < y + height; row += 1) seen.fill(1, row * SCREEN.width + x, row * SCREEN.width + x + width);
        drawn += dirty.reduce((sum, { width, height }) => sum + width * height, 0);
        for (const { action, frameId } of boundaries) {
          if (action !== 'end') continue;
          frames += 1;
          link?.acknowledgeFrame(frameId);
        }
        if (!whole && drawn >= seen.length && !seen.includes(0)) {
          whole = true;
          say({ tag: 'whole' });
        }
        const word = decoder.surface.words[LETTERS.y * SCREEN.width + LETTERS.x] ?? 0;
        const number = ((word & 0xff) << 16) | (word & 0xff00) | ((word >>> 16) & 0xff);
        if (number !== letter && number < MOST_LETTERS) {
          letter = number;
          say({ tag: 'letter', number });
        }
      })();
    });
  });
  await eachOrder((order) => {
    if (order.tag === 'ticket') {
      const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64');
      endpoint.expect({ addresses: order.addresses, sessionId: bytes(order.sessionId), pin: bytes(order.pin) });
      endpoint.reach('forward');
    } else if (order.tag === 'tell') {
      say({ tag: 'told', frames, films, ...sound.take(), ...link?.traffic });
    } else if (order.tag === 'expect') {
      const waiting = { text: TEXT_WINDOW, exact: { x: 0, y: 0, ...SCREEN } };
      const look = (tag: 'text' | 'exact', right: number, everyMs: number): void => {
        const timer = setInterval(() => {
          if (sum(decoder.surface.words, waiting[tag], true) !== right) return;
          clearInterval(timer);
          say({ tag });
        }, everyMs);
      };
      look('text', order.text, 20);
      look('exact', order.all, 250);
    } else if (order.tag === 'close') process.exit(0);
  });
}

/** A checksum of what is seen there. `swapped`: red is the lowest byte. */
function sum(words: Int32Array, { x, y, width, height }: Rect, swapped: boolean): number {
  let total = 0;
  for (let row = y; row < y + height; row += 1)
    for (let at = row * SCREEN.width + x; at < row * SCREEN.width + x + width; at += 1) {
      const word = words[at] ?? 0;
      const colour = swapped ? ((word & 0xff) << 16) | (word & 0xff00) | ((word >>> 16) & 0xff) : word & 0xff_ffff;
      total = (Math.imul(total, 31) + colour) | 0;
    }
  return total;
}

await (role === 'novice' ? novice() : expert());
