import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import type { ExpertLink } from '../../src/main/connection/contract.ts';
import { pointerShapeFromX, type XCursorImage } from '../../src/main/desktop/x11/cursor-shape.ts';
import { connectX11, reply } from '../../src/main/desktop/x11/x11-connection.ts';
import type { PointerShape } from '../../src/protocol/rdp/pointer-shape.ts';
import { type Display, startDisplay } from '../support/display.ts';
import { needs, type Program, startProgram, until } from '../support/programs.ts';
import { HOST, type Sharing, share, temporaryHome } from './sharing.ts';

const screens = needs('Xvfb', 'xdotool');
const freerdp = needs('Xvfb', 'xdotool', 'xfreerdp');

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Which = 'large' | 'animated' | 'empty';

async function screen(): Promise<Display> {
  const display = await startDisplay({ width: 640, height: 480 });
  closing.push(() => display.close());
  return display;
}

/** A window with this cursor fills the screen until it is stopped. */
async function cursor(display: Display, which: Which): Promise<Program> {
  const program = display.start(process.execPath, [join(import.meta.dirname, '../support/cursors.mjs'), display.name, which]);
  await until(
    () => program.output().includes('ready'),
    () => `the cursor ${which}: ${program.output()}`,
  );
  return program;
}

async function shared(source: Display): Promise<Sharing> {
  const sharing = await share(source);
  closing.push(() => sharing.close());
  return sharing;
}

/** Colour, or nothing, in the middle of the left and of the right half. */
function halves(shape: PointerShape): readonly (readonly number[])[] {
  const row = (shape.height >> 1) * shape.width;
  return [shape.width >> 2, (3 * shape.width) >> 2].map((x) => [...shape.pixels.subarray((row + x) * 4, (row + x) * 4 + 4)]);
}

describe.skipIf(screens.skip)(screens.title('the pointer of a real screen at our expert'), () => {
  /** The shapes that our expert is told of. */
  async function expert(source: Display): Promise<readonly (PointerShape | null | 'default')[]> {
    const sharing = await shared(source);
    const room = createConnectionRoom({ clock: systemClock, listenHost: HOST });
    const endpoint = await room.openExpert({ engine: 'ringback', userName: 'expert' }, new AbortController().signal);
    closing.push(() => endpoint.close());
    const shapes: (PointerShape | null | 'default')[] = [];
    endpoint.onEvent((event) => {
      if (event.tag !== 'verified') return;
      const link: ExpertLink = event.link;
      closing.push(() => link.close());
      link.onEvent((linkEvent) => {
        if (linkEvent.tag === 'pointerShape') shapes.push(linkEvent.shape);
      });
    });
    const { ticket, sessionId, pin } = sharing.endpoint;
    endpoint.expect({ ...ticket, sessionId, pin });
    sharing.endpoint.expect(endpoint.ticket);
    sharing.endpoint.reach('reverse');
    await until(() => shapes.length > 0, 'the first shape');
    return shapes;
  }

  it('is as large as it is there, with its colours, what shines through it and its hot spot', async () => {
    const source = await screen();
    const shapes = await expert(source);
    await cursor(source, 'large');
    const shape = await until(() => {
      const last = shapes.at(-1);
      return last !== null && last !== 'default' && (last?.width ?? 0) > 96 ? last : undefined;
    }, 'the large pointer');
    expect(shape).toMatchObject({ width: 200, height: 160, hotX: 30, hotY: 40 });
    const [left = [], right = []] = halves(shape);
    expect(left).toEqual([10, 120, 250, 255]);
    // Premultiplied in X, so to a level.
    for (const [channel, value] of [10, 120, 250, 127].entries()) expect(Math.abs((right[channel] ?? 0) - value)).toBeLessThanOrEqual(1);
  });

  it('changes as it changes there, and is hidden where nothing of it is to be seen', async () => {
    const source = await screen();
    const shapes = await expert(source);
    const animated = await cursor(source, 'animated');
    const colours = () => {
      const seen = shapes.flatMap((shape) =>
        shape === null || shape === 'default' || shape.width !== 24 ? [] : [halves(shape)[0]?.join()],
      );
      return seen.filter((colour, at) => colour !== seen[at - 1]);
    };
    await until(() => colours().length >= 7, 'seven pictures of it');
    expect(new Set(colours())).toEqual(new Set(['0,0,255,255', '0,255,0,255', '255,0,0,255']));
    await animated.stop();
    await cursor(source, 'empty');
    await until(() => shapes.at(-1) === null, 'the hidden pointer');
  });
});

describe.skipIf(freerdp.skip)(freerdp.title('the pointer of a real screen at xfreerdp'), () => {
  it('is drawn there, as large as it takes it, and changes and goes as it does here', async () => {
    const [source, viewer] = [await screen(), await screen()];
    const sharing = await shared(source);
    const home = await temporaryHome();
    closing.push(() => home.remove());
    const program = startProgram(
      'xfreerdp',
      [
        `/v:${HOST}:${sharing.port}`,
        '/cert:ignore',
        '/u:expert',
        '/p:unused',
        '/size:640x480',
        '/bpp:32',
        '-decorations',
        '-grab-keyboard',
        `/shell-dir:${sharing.sessionId}`,
        '/gfx',
      ],
      { env: { ...viewer.env, ...home.env } },
    );
    closing.push(() => program.stop());
    const connection = await connectX11({ display: viewer.name }, false);
    closing.push(async () => connection.close());
    const fixes = await connection.extension('fixes');
    if (fixes === undefined) throw new Error('no XFIXES');
    const shown = async (): Promise<PointerShape | null> =>
      pointerShapeFromX(await reply<XCursorImage>((done) => fixes.GetCursorImage(done)));
    await until(() => sharing.linkEvents.some(({ tag }) => tag === 'frameAcknowledged'), 'the picture');
    await viewer.xdotool('mousemove', '300', '200');
    const large = await cursor(source, 'large');
    const shape = await until(async () => {
      const now = await shown();
      return now !== null && now.width >= 90 ? now : undefined;
    }, 'the large pointer');
    const sides = shape.width / shape.height;
    expect(sides).toBeGreaterThan(1.2);
    expect(sides).toBeLessThan(1.3);
    expect(halves(shape)[0]).toEqual([10, 120, 250, 255]);
    await large.stop();
    const animated = await cursor(source, 'animated');
    const seen = new Set<string>();
    await until(
      async () => {
        const now = await shown();
        if (now?.width === 24) seen.add(halves(now)[0]?.join() ?? '');
        return seen.size === 3;
      },
      () => `three pictures of it: ${[...seen].join(' ')}`,
    );
    await animated.stop();
    await cursor(source, 'empty');
    await until(async () => (await shown()) === null, 'the hidden pointer');
  });
});
