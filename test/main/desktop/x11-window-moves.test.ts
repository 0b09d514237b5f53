import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { openX11Capture } from '../../../src/main/desktop/x11/x11-capture.ts';
import { connectX11, type X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import { openGrabber, type Grabber } from '../../../src/main/desktop/x11/grabber.ts';
import { watchWindowMoves, type X11WindowMoves } from '../../../src/main/desktop/x11/x11-window-moves.ts';
import { screenPixels } from '../../../src/main/desktop/x11/x11-visual.ts';
import type { GraphicsSettings, PictureMove, PixelFrame } from '../../../src/protocol/rdp/graphics/contract.ts';
import { GraphicsDecoder } from '../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { openPictureMemory } from '../../../src/protocol/rdp/graphics/kernels/picture-memory.ts';
import { PictureStream } from '../../../src/protocol/rdp/graphics/picture-stream.ts';
import { FastPathOutputDecoder } from '../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { PduFramer } from '../../../src/protocol/rdp/pdu/pdu-framer.ts';
import { applied } from '../../support/applied.ts';
import { captured } from '../../support/captured.ts';
import { type Display, startDisplay } from '../../support/display.ts';
import { planarSettings } from '../../support/encode-frame.ts';
import { differingPixels } from '../../support/picture.ts';
import { needs, until } from '../../support/programs.ts';
import { ViewedScreen } from './viewed-screen.ts';

const SIZE = { width: 1280, height: 720 } as const;
const CHANNEL: GraphicsSettings = { encoder: { name: 'channel', avc420: false, remoteFx: false }, acknowledgement: 'channel' };
const CLASSIC = planarSettings({ scrollCopies: true, maxPduBytes: 0x7fff, acknowledgement: 'unmarked' });

/** One client of the same pictures: what it is sent, and what it shows. */
class Client {
  bytes = 0;
  private readonly memory = openPictureMemory(SIZE);
  private readonly stream = new PictureStream(SIZE);
  private readonly decoder = new GraphicsDecoder(SIZE);
  private readonly fastPath = new FastPathOutputDecoder();
  private readonly withMoves: boolean;

  constructor(settings: GraphicsSettings, withMoves: boolean) {
    this.withMoves = withMoves;
    this.stream.configure(settings, 1);
  }

  async see(picture: PixelFrame, moves: readonly PictureMove[]): Promise<void> {
    this.memory.pixels.set(picture.pixels);
    const encoded = await this.stream.encode({ ...captured(this.memory), ...(this.withMoves ? { moves } : {}) });
    for (const update of encoded?.updates ?? []) {
      this.bytes += update.bytes.length;
      if (update.route === 'channel') applied(this.decoder.apply({ tag: 'channel', data: update.bytes }));
      else
        for (const framed of new PduFramer().push(update.bytes))
          if (framed.tag === 'fastPath')
            for (const { updateCode, data } of this.fastPath.decode(framed.bytes))
              applied(this.decoder.apply({ tag: 'update', updateCode, data }));
    }
  }

  /** Pixels that are not as they are. */
  wrong({ pixels }: PixelFrame): number {
    const is = new Int32Array(pixels.buffer, pixels.byteOffset, SIZE.width * SIZE.height);
    let count = 0;
    const { words } = this.decoder.surface;
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at] ?? 0;
      const bgr = is[at] ?? 0;
      if ((word & 0xff_ffff) !== (((bgr & 0xff) << 16) | (bgr & 0xff00) | ((bgr >> 16) & 0xff))) count += 1;
    }
    return count;
  }
}

const programs = needs('Xvfb', 'openbox', 'xterm', 'xdotool', 'xprop');

describe.skipIf(programs.skip)(programs.title('windows that are dragged about on a real screen'), () => {
  let display: Display;
  let connection: X11Connection;
  let grabber: Grabber;
  let moves: X11WindowMoves;
  const picture = openPictureMemory(SIZE);

  beforeAll(async () => {
    display = await startDisplay({ ...SIZE, windowManager: true });
    // Their titles are theirs once all of the text is there.
    const text = (geometry: string, title: string, what: string) => {
      const script = `${what}; printf '\\033]0;${title}\\007'; exec sleep 600`;
      return display.start('xterm', ['-fa', 'DejaVu Sans Mono', '-fs', '10', '-geometry', geometry, '-e', 'sh', '-c', script]);
    };
    text('150x40+0+0', 'below', 'ls -l /usr/bin | head -60');
    text('60x16+400+200', 'dragged', 'ls -l /etc | head -14');
    for (const title of ['below', 'dragged']) await until(async () => (await found(title)) !== undefined, title);
    await display.xdotool('windowactivate', '--sync', `${await found('dragged')}`);
    connection = await connectX11({ display: display.name }, true);
    const pixels = screenPixels(connection);
    if (typeof pixels === 'string') throw new Error(pixels);
    grabber = await openGrabber(connection, SIZE, 'auto', pixels, undefined);
    moves = await watchWindowMoves(connection);
  });
  afterAll(async () => {
    grabber?.close();
    connection?.close();
    await display?.close();
  });

  const found = async (title: string): Promise<string | undefined> =>
    (await display.xdotool('search', '--onlyvisible', '--name', `^${title}$`).catch(() => '')).split('\n').find(Boolean);

  /** Takes the window with the Alt key, as openbox lets anybody, and drags it in a circle until `enough`; then lets it go. */
  const drag = async (enough: () => Promise<boolean>): Promise<void> => {
    const shell = await display.xdotool('getwindowgeometry', '--shell', `${await found('dragged')}`);
    const [left = 0, top = 0] = ['X', 'Y'].map((name) => Number(new RegExp(`^${name}=(-?\\d+)$`, 'm').exec(shell)?.[1]) + 100);
    await display.xdotool('keydown', 'alt', 'mousemove', `${left}`, `${top}`, 'mousedown', '1');
    let steps = 0;
    do {
      steps += 1;
      if (steps > 200) throw new Error('the window does not move');
      const angle = steps / 8;
      await display.xdotool('mousemove', `${left + Math.round(90 * Math.sin(angle))}`, `${top + Math.round(90 - 90 * Math.cos(angle))}`);
    } while (!(await enough()));
    await display.xdotool('mouseup', '1', 'keyup', 'alt');
  };

  it('are copied from where they were to where they are, exactly in every picture', async () => {
    const clients = {
      before: new Client(CLASSIC, false),
      classic: new Client(CLASSIC, true),
      without: new Client(CHANNEL, false),
      channel: new Client(CHANNEL, true),
    };
    let told = 0;
    const look = async (): Promise<void> => {
      await grabber.grab({ x: 0, y: 0, ...SIZE }, picture, { drawable: connection.screen.root, x: 0, y: 0 });
      const moved = moves.take();
      if (moved.length > 0) told += 1;
      for (const [name, client] of Object.entries(clients)) {
        await client.see(picture, moved);
        expect(client.wrong(picture), name).toBe(0);
      }
    };
    await look();
    for (const client of Object.values(clients)) client.bytes = 0;
    await drag(async () => {
      await look();
      return told >= 25;
    });
    expect(clients.classic.bytes).toBeLessThan(0.25 * clients.before.bytes);
    expect(clients.channel.bytes).toBeLessThan(0.05 * clients.before.bytes);
    expect(clients.channel.bytes).toBeLessThan(0.4 * clients.without.bytes);
  });

  it('cost a client a fraction of what they cost where nobody tells of them, at the pace of a capture', async () => {
    const captures = await Promise.all(
      [true, false].map(async (useMoves) => {
        const capture = await openX11Capture({
          address: { display: display.name },
          way: 'auto',
          useDamage: true,
          useMoves,
          workerUrl: new URL('../../../src/main/desktop/x11/x11-capture-worker.ts', import.meta.url),
          clock: systemClock,
          signal: new AbortController().signal,
        });
        capture.configure(CLASSIC);
        const shown = new ViewedScreen(SIZE);
        const stopped = new AbortController();
        const given = { frames: 0, bytes: 0 };
        const pull = async (): Promise<void> => {
          for (;;) {
            const frame = await capture.nextFrame(stopped.signal);
            shown.show(frame.updates);
            // The first is the whole picture.
            if (given.frames > 0) given.bytes += frame.updates.reduce((sum, { bytes }) => sum + bytes.length, 0);
            given.frames += 1;
          }
        };
        return { capture, shown, given, stop: () => stopped.abort(), pulling: pull().catch(() => undefined) };
      }),
    );
    try {
      await until(() => captures.every(({ given }) => given.frames > 0), 'the first pictures');
      await drag(async () => captures.every(({ given }) => given.frames > 25));
      const is = await display.screenshot();
      await until(() => captures.every(({ shown }) => differingPixels(shown.picture(), is) === 0), 'the last pictures');
      const [withMoves, without] = captures.map(({ given }) => given.bytes);
      expect(withMoves).toBeLessThan(0.5 * (without ?? 0));
    } finally {
      for (const { capture, stop, pulling } of captures) {
        stop();
        await pulling;
        await capture.close();
      }
    }
  });
});
