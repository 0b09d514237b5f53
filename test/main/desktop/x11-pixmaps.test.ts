import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type GrabWay, openGrabber } from '../../../src/main/desktop/x11/grabber.ts';
import { connectX11, reply, type X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import { X11Damage } from '../../../src/main/desktop/x11/x11-damage.ts';
import { X11PartReader } from '../../../src/main/desktop/x11/x11-part-reader.ts';
import { X11SharedPart } from '../../../src/main/desktop/x11/x11-shared-part.ts';
import { type ScreenPixels, screenPixels } from '../../../src/main/desktop/x11/x11-visual.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import { openPictureMemory } from '../../../src/protocol/rdp/graphics/kernels/picture-memory.ts';
import { ChangedTiles } from '../../../src/protocol/rdp/graphics/tiles/changed-tiles.ts';
import { noise } from '../../protocol/rdp/graphics/pictures.ts';
import { type Display, startDisplay } from '../../support/display.ts';
import { needs, run, until } from '../../support/programs.ts';

/** Rows have no gap, and are no whole number of anything. */
const SIZE = { width: 1279, height: 717 };
const INCLUDE_INFERIORS = 1;

/** What somebody sees who is told what has changed in what is read. */
class Reading {
  readonly reader: X11PartReader;
  seen = new Int32Array(0);
  private readonly connection: X11Connection;
  private readonly tiles = new ChangedTiles();

  private constructor(connection: X11Connection, reader: X11PartReader) {
    this.connection = connection;
    this.reader = reader;
    connection.onEvent((event) => void reader.damage?.hears(event));
  }

  /** @param useDamage else the whole is read each time */
  static async open(display: Display, way: GrabWay | 'auto', useDamage = true): Promise<Reading> {
    const connection = await connectX11({ display: display.name }, true);
    const shared = await X11SharedPart.open(connection, { tag: 'all' }, () => undefined, true);
    const reader = await X11PartReader.open({ connection, shared, pixels: pixelsOf(connection), way });
    const reading = new Reading(connection, reader);
    if (!useDamage) return reading;
    const [damage, fixes] = [await connection.extension('damage'), await connection.extension('fixes')];
    if (damage === undefined || fixes === undefined) throw new Error('no DAMAGE');
    reader.damage = new X11Damage(connection, { damage, fixes }, connection.screen.root);
    return reading;
  }

  /** Whether there was something. */
  async read(): Promise<boolean> {
    const { reader, tiles } = this;
    const areas = await reader.read();
    if (typeof areas === 'string') {
      await reader.follow();
      reader.damage?.suspect();
      return true;
    }
    const { picture } = reader;
    const changed = tiles.update(picture, areas);
    if (this.seen.length !== picture.width * picture.height) this.seen = new Int32Array(picture.width * picture.height);
    const words = new Int32Array(picture.pixels.buffer, picture.pixels.byteOffset, this.seen.length);
    for (const { x, y, width, height } of changed)
      for (let row = y; row < y + height; row += 1) {
        const at = row * picture.width + x;
        this.seen.set(words.subarray(at, at + width), at);
      }
    return changed.length > 0;
  }

  /** Until all is read that was drawn before. */
  async settle(): Promise<void> {
    do {
      await reply((done) => this.connection.client.GetInputFocus(done));
    } while ((await this.read()) || this.reader.isDrawn);
  }

  close(): void {
    this.reader.close();
    this.connection.close();
  }
}

function pixelsOf(connection: X11Connection): ScreenPixels {
  const pixels = screenPixels(connection);
  if (typeof pixels === 'string') throw new Error(pixels);
  return pixels;
}

/** How many pixels have another colour. */
function different(one: Int32Array, other: Int32Array): number {
  expect(one.length).toBe(other.length);
  return one.reduce((count, word, at) => (((word ^ (other[at] ?? 0)) & 0xff_ffff) === 0 ? count : count + 1), 0);
}

const wordsOf = ({ picture }: X11PartReader): Int32Array =>
  new Int32Array(picture.pixels.buffer, picture.pixels.byteOffset, picture.width * picture.height);

const programs = needs('Xvfb', 'xdotool', 'xrandr', 'xterm');

describe.skipIf(programs.skip)(programs.title('pictures that a real X server writes into our memory'), () => {
  let display: Display;
  let painter: X11Connection;
  beforeAll(async () => {
    display = await startDisplay(SIZE);
    // A window on the root, which is in the picture of the root.
    display.start('xterm', ['-geometry', '60x20+301+77', '-e', 'while :; do date; sleep 0.05; done']);
    await until(async () => (await display.xdotool('search', '--class', 'xterm').catch(() => '')) !== '', 'the xterm');
    painter = await connectX11({ display: display.name }, false);
  });
  afterAll(async () => {
    painter?.close();
    await display?.close();
  });

  it('are the same, pixel for pixel, as those that are copied, whatever is drawn and wherever the pointer is', async () => {
    const written = await Reading.open(display, 'auto');
    const copied = await Reading.open(display, 'shmFd');
    expect([written.reader.way, copied.reader.way]).toEqual(['shmPixmap', 'shmFd']);
    const { client, screen } = painter;
    const next = noise(4711);
    const upTo = (most: number): number => next() % most;
    const context = (foreground: number): number => {
      const id = client.AllocID();
      client.CreateGC(id, screen.root, { foreground, subwindowMode: INCLUDE_INFERIORS, graphicsExposures: 0 });
      return id;
    };
    const draw = (rect: Rect): void => {
      const gc = context(next() & 0xff_ffff);
      client.PolyFillRectangle(screen.root, gc, [rect.x, rect.y, rect.width, rect.height]);
      client.FreeGC(gc);
    };
    const scroll = ({ x, y, width, height }: Rect, by: number): void => {
      const gc = context(0);
      client.CopyArea(screen.root, screen.root, gc, x, y + by, x, y, width, height - by);
      client.FreeGC(gc);
    };
    const anywhere = (): Rect => ({ x: upTo(SIZE.width), y: upTo(SIZE.height), width: 1 + upTo(400), height: 1 + upTo(300) });
    const text: Rect = { x: 33, y: 65, width: 800, height: 600 };
    for (let round = 0; round < 40; round += 1) {
      await display.xdotool('mousemove', `${upTo(SIZE.width)}`, `${upTo(SIZE.height)}`);
      for (let step = 0; step < 8; step += 1) {
        // The same again and again, so that it is expected; then something else, or at the edges; some of it while it is read.
        if (step % 4 === 3) draw(anywhere());
        else scroll(text, 1 + upTo(20));
        if (step === 5) draw({ x: SIZE.width - 3, y: 0, width: 3, height: SIZE.height });
        const reads = [written.read(), copied.read()];
        if (upTo(2) === 0) draw(upTo(2) === 0 ? anywhere() : { ...text, height: 9 });
        await Promise.all(reads);
        expect(different(written.seen, wordsOf(written.reader)), 'what is seen of what is written').toBe(0);
      }
      // The terminal goes on; what it is drawing is in one of them and not yet in the other.
      let left = 1;
      for (let tries = 0; left > 0 && tries < 50; tries += 1) {
        await reply((done) => client.GetInputFocus(done));
        await Promise.all([written.settle(), copied.settle()]);
        left = different(wordsOf(written.reader), wordsOf(copied.reader));
      }
      expect(left).toBe(0);
      expect(different(written.seen, copied.seen)).toBe(0);
    }
    written.close();
    copied.close();
  });

  it('are refused where an area is outside of the screen, and written where it is not', async () => {
    const connection = await connectX11({ display: display.name }, true);
    const picture = openPictureMemory(SIZE);
    const grabber = await openGrabber(connection, SIZE, 'shmPixmap', pixelsOf(connection), picture.kernels);
    const from = { drawable: connection.screen.root, x: 0, y: 0 };
    const corner = { x: SIZE.width - 5, y: SIZE.height - 5, width: 5, height: 5 };
    await grabber.grab(corner, picture, from);
    for (const outside of [
      { ...corner, x: corner.x + 1 },
      { ...corner, y: corner.y + 1 },
    ])
      await expect(grabber.ask([{ x: 0, y: 0, width: 5, height: 5 }, outside], from)).rejects.toThrow('Bad match');
    // Nothing is written anywhere else than into this picture.
    await expect(grabber.grab(corner, openPictureMemory(SIZE), from)).rejects.toThrow('another picture');
    expect(await grabber.ask([], from)).toBeInstanceOf(Function);
    grabber.close();
    connection.close();
  });

  it('go on where the screen gets smaller and larger while they are read, and the memory of each size goes with it', async () => {
    const own = await startDisplay(SIZE);
    const written = await Reading.open(own, 'shmPixmap', false);
    const sizes = ['640x481', '1279x717', '801x333'];
    for (const mode of sizes) {
      const [width = '', height = ''] = mode.split('x');
      if (mode !== '1279x717') {
        await run('xrandr', ['--newmode', mode, '0', width, '0', '0', width, height, '0', '0', height], { env: own.env });
        await run('xrandr', ['--addmode', 'screen', mode], { env: own.env });
      }
    }
    for (const mode of [...sizes, ...sizes, ...sizes]) {
      const resized = run('xrandr', ['--output', 'screen', '--mode', mode, '--fb', mode], { env: own.env }).then(() => true);
      do await written.read();
      while (!(await Promise.race([resized, Promise.resolve(false)])));
      await written.reader.follow();
      await written.read();
      expect(`${written.reader.layout.width}x${written.reader.layout.height}`).toBe(mode);
      const copied = await Reading.open(own, 'shmFd');
      await copied.settle();
      expect(different(written.seen, copied.seen)).toBe(0);
      copied.close();
    }
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await until(async () => {
      collect();
      // That of this one, and what the collector still knows of.
      return sharedMappings() <= 3;
    }, 'the memory to go');
    written.close();
    await own.close();
  });

  it('are none of a window, whose pixmap may have another depth and over which menus are put', async () => {
    const connection = await connectX11({ display: display.name }, true);
    const shared = await X11SharedPart.open(connection, { tag: 'window', id: 'gone' }, () => undefined, true);
    const parts = { connection, shared, pixels: pixelsOf(connection) };
    const reader = await X11PartReader.open({ ...parts, way: 'auto' });
    expect(reader.way).toBe('shmFd');
    await expect(X11PartReader.open({ ...parts, way: 'shmPixmap' })).rejects.toThrow('shmPixmap does not work here');
    reader.close();
    connection.close();
  });

  it('are copied where the server keeps such pixmaps elsewhere', async () => {
    const connection = await connectX11({ display: display.name }, true);
    const shm = (await connection.extension('shm')) ?? expect.fail('no MIT-SHM');
    const elsewhere = vi.spyOn(shm, 'CreatePixmap').mockImplementation((pixmap, drawable, width, height, depth) => {
      connection.client.CreatePixmap(pixmap, drawable, depth, width, height);
    });
    const open = (way: GrabWay | 'auto') => openGrabber(connection, SIZE, way, pixelsOf(connection), openPictureMemory(SIZE).kernels);
    await expect(open('shmPixmap')).rejects.toMatchObject({ cause: new Error('the server keeps its pixmaps elsewhere') });
    expect(elsewhere).toHaveBeenCalledTimes(2);
    const copying = await open('auto');
    expect(copying.way).toBe('shmFd');
    copying.close();
    connection.close();
  });

  it('do not stand still where nothing more can be written into one', async () => {
    const connection = await connectX11({ display: display.name }, true);
    const shm = (await connection.extension('shm')) ?? expect.fail('no MIT-SHM');
    const made = vi.spyOn(shm, 'CreatePixmap');
    const picture = openPictureMemory(SIZE);
    const grabber = await openGrabber(connection, SIZE, 'shmPixmap', pixelsOf(connection), picture.kernels);
    const [next = 0] = made.mock.calls.map(([pixmap]) => pixmap);
    const grab = () => grabber.grab({ x: 0, y: 0, ...SIZE }, picture, { drawable: connection.screen.root, x: 0, y: 0 });
    await grab();
    // Another program may do so.
    painter.client.FreePixmap(next);
    await reply((done) => painter.client.GetInputFocus(done));
    await expect(grab()).rejects.toThrow('Bad drawable');
    // The other one is there still.
    picture.kernels?.taken(true);
    await grab();
    grabber.close();
    connection.close();
  });

  it('are copied where the server has other pixels', async () => {
    const other = await startDisplay({ width: 321, height: 201, depth: 16 });
    await expect(Reading.open(other, 'shmPixmap')).rejects.toThrow('shmPixmap does not work here');
    const reading = await Reading.open(other, 'auto');
    expect(reading.reader.way).toBe('shmFd');
    reading.close();
    await other.close();
  });
});

/** How often memory that others may be given is mapped in this process, and may be written. */
function sharedMappings(): number {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.includes(' rw-s ') && line.includes('memfd:ringback')).length;
}
