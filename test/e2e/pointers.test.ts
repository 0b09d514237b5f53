import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pointerShapeFromX, type XCursorImage } from '../../src/main/desktop/x11/cursor-shape.ts';
import { connectX11, reply, type X11Connection } from '../../src/main/desktop/x11/x11-connection.ts';
import type { PointerShape } from '../../src/protocol/rdp/pointer-shape.ts';
import { t } from '../../src/words/words.ts';
import { electronExecutable, type SteeredApp } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import { needs, type Program, until } from '../support/programs.ts';
import { answerQuestion, connect, meetOnMessenger, windowArea, windowsNamed } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import', 'xwininfo');

/** What `test/support/cursors.mjs` shows, and Chromium's largest cursor. */
const LARGE = { width: 200, height: 160, hotX: 30, hotY: 40 };
const MAX_SIDE = 128;
/** Its largest where one would reach beyond the window. */
const MAX_SIDE_AT_EDGE = 32;

describe.skipIf(programs.skip || !electronExecutable)(programs.title('the novice’s pointer under the expert’s hand'), () => {
  let noviceDesktop: PersonDesktop;
  let expertDesktop: PersonDesktop;
  let novice: SteeredApp;
  let expert: SteeredApp;
  let connection: X11Connection;
  /** The pointer as the expert's X server draws it. */
  let shown: () => Promise<PointerShape | null>;
  let cursor: Program | undefined;
  const people = twoPeople('pointers');

  beforeAll(async () => {
    ({ noviceDesktop, expertDesktop, novice, expert } = await people.start());
    await meetOnMessenger(expert, novice);
    const area = await connect(novice, expert);
    await (await novice.session()).getByRole('button', { name: t('control.novice.give', { name: 'Peter' }), exact: true }).click();
    await answerQuestion(noviceDesktop, 'allow');
    await (await expert.session()).getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
    connection = await connectX11({ display: expertDesktop.name }, false);
    const fixes = await connection.extension('fixes');
    if (fixes === undefined) throw new Error('no XFIXES');
    shown = async () => pointerShapeFromX(await reply<XCursorImage>((done) => fixes.GetCursorImage(done)));
    await expertDesktop.xdotool('mousemove', String(area.x + 400), String(area.y + 300));
  }, 120_000);
  afterAll(() => connection?.close());

  async function show(which: 'large' | 'animated' | 'empty'): Promise<void> {
    await cursor?.stop();
    const next = noviceDesktop.start(process.execPath, [join(import.meta.dirname, '../support/cursors.mjs'), noviceDesktop.name, which]);
    cursor = next;
    await until(() => next.output().includes('ready'), `the cursor ${which}`);
  }

  /** Until the expert's pointer has the shape of the large one at this scale, and what is left of it there. */
  async function untilLarge(scale: number): Promise<void> {
    let last: PointerShape | null = null;
    await until(
      async () => {
        last = await shown();
        if (last === null) return false;
        const wrong = (['width', 'height', 'hotX', 'hotY'] as const).filter(
          (each) => Math.abs((last?.[each] ?? 0) - LARGE[each] * scale) > 1.5,
        );
        return wrong.length === 0;
      },
      () => `the large pointer × ${scale} in place of ${JSON.stringify({ ...last, pixels: [] })}`,
    );
    const middle = (LARGE.height * scale) >> 1;
    const at = (middle * (last as unknown as PointerShape).width + ((LARGE.width * scale) >> 2)) * 4;
    expect([...(last as unknown as PointerShape).pixels.subarray(at, at + 4)]).toEqual([10, 120, 250, 255]);
  }

  it('is drawn by the expert’s own screen, as large as a window may have it', async () => {
    await show('large');
    await untilLarge(MAX_SIDE / LARGE.width);
  });

  it('is as large as the picture around it, and still the novice’s at the edge of the window', async () => {
    const session = await expert.session();
    await session.getByRole('button', { name: t('viewer.fit'), exact: true }).click();
    const [window = ''] = await windowsNamed(expertDesktop, '--name', `^${t('shell.window.expert', { name: 'Anna' })}$`);
    await expertDesktop.xdotool('windowsize', '--sync', window, '700', '480');
    const picture = session.getByRole('img', { name: t('viewer.label', { name: 'Anna' }), exact: true });
    const box = await until(async () => {
      const now = await picture.boundingBox();
      return now !== null && now.width <= 700 && now;
    }, 'the picture in the smaller window');
    const { x, y } = await windowArea(expertDesktop, window);
    await expertDesktop.xdotool('mousemove', String(Math.round(x + box.x + box.width / 3)), String(Math.round(y + box.y + box.height / 2)));
    await untilLarge(box.width / 1280);
    // At its right edge, which is the window's.
    await expertDesktop.xdotool('mousemove', String(Math.round(x + box.x + box.width - 5)), String(Math.round(y + box.y + box.height / 2)));
    await untilLarge(MAX_SIDE_AT_EDGE / LARGE.width);
    await expertDesktop.xdotool('mousemove', String(Math.round(x + box.x + box.width / 3)), String(Math.round(y + box.y + box.height / 2)));
  });

  it('changes as it does there, and goes when it goes there', async () => {
    await show('animated');
    const seen = new Set<string>();
    await until(
      async () => {
        const now = await shown();
        if (now === null || now.width > 32) return false;
        const at = ((now.height >> 1) * now.width + (now.width >> 2)) * 4;
        seen.add(now.pixels.subarray(at, at + 4).join());
        return ['0,0,255,255', '0,255,0,255', '255,0,0,255'].every((colour) => seen.has(colour));
      },
      () => `three pictures of it: ${[...seen].join(' ')}`,
    );
    await show('empty');
    await until(async () => (await shown()) === null, 'the hidden pointer');
  });
});
