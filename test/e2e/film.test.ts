import { kill } from 'node:process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isFilmColour } from '../support/colours.ts';
import { type App, electronExecutable, type SteeredApp } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import { leastDifference } from '../support/main-job.ts';
import { t } from '../../src/words/words.ts';
import { crop } from '../support/picture.ts';
import { openH264 } from '../support/openh264.ts';
import { hasLoaded, utilityProcesses } from '../support/process-tree.ts';
import { needs, type Program, until } from '../support/programs.ts';
import { clickAt, connect, meetOnMessenger, windowArea, windowsNamed } from '../support/scenario.ts';
import { twoPeople } from '../support/two-people.ts';
import type { Area } from '../bench/screen-probe.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const skip = programs.skip || !electronExecutable;

const FILM = { x: 500, y: 200, width: 640, height: 360 };
/** What `test/bench/film.mjs` paints: five blocks for the number, and one of one colour. */
const BLOCKS = { x: FILM.x + 64, y: FILM.y + 64, width: 6 * 32, height: 32 };
const FLAT = [0x30, 0x60, 0x90] as const;

describe.skipIf(skip)(programs.title('a film on the novice’s screen'), () => {
  let noviceDesktop: PersonDesktop;
  let expertDesktop: PersonDesktop;
  let novice: SteeredApp;
  let expert: App;
  let film: Program;
  /** Of the novice's screen on the expert's. */
  let area: Area;
  const people = twoPeople('film');

  /** The number of the picture that the expert sees, and its block of one colour. */
  async function seen(): Promise<{ readonly number: number; readonly colour: readonly number[] }> {
    const { rgb, width } = crop(await expertDesktop.screenshot(), { ...BLOCKS, x: area.x + BLOCKS.x, y: area.y + BLOCKS.y });
    const at = (block: number) => 3 * (16 * width + block * 32 + 16);
    const bits = [0, 1, 2, 3, 4].map((bit) => ((rgb[at(bit)] ?? 0) > 127 ? 1 << bit : 0));
    return { number: bits.reduce((sum, bit) => sum + bit), colour: [...rgb.subarray(at(5), at(5) + 3)] };
  }

  /** Until the expert has seen so many other pictures of the film. */
  async function untilPlayed(pictures: number): Promise<void> {
    const numbers: number[] = [];
    await until(
      async () => {
        const { number } = await seen();
        if (number !== numbers.at(-1)) numbers.push(number);
        return numbers.length > pictures;
      },
      () => `the film to go on, after ${numbers.join(', ')}`,
      30_000,
    );
  }

  /** Until what was on its way has come. Gives the picture that stands. */
  async function untilStill(): Promise<number> {
    let { number } = await seen();
    let looks = 0;
    await until(async () => {
      const next = (await seen()).number;
      looks = next === number ? looks + 1 : 0;
      number = next;
      return looks === 5;
    }, 'the picture to stand still');
    return number;
  }

  beforeAll(async () => {
    ({ noviceDesktop, expertDesktop, novice, expert } = await people.start());
    await meetOnMessenger(expert, novice);
    area = await connect(novice, expert);
    const place = [FILM.x, FILM.y, FILM.width, FILM.height].map(String);
    film = noviceDesktop.start(process.execPath, [join(import.meta.dirname, '../bench/film.mjs'), noviceDesktop.name, ...place]);
  }, 120_000);

  async function hasItsColours(): Promise<void> {
    await untilPlayed(6);
    // The first pictures of a film may be coarse; a tint would stay.
    let colour: readonly number[] = [];
    await until(
      async () => {
        ({ colour } = await seen());
        return isFilmColour(colour, FLAT);
      },
      () => `a colour within two levels of ${FLAT.join(', ')} in place of ${colour.join(', ')}`,
    );
  }

  it.skipIf(openH264.skip)(openH264.title('is encoded where it is captured, in the right colours and without a page'), async () => {
    const [capture = 0] = await utilityProcesses(noviceDesktop.home);
    await until(() => hasLoaded(capture, 'libopenh264.so'), 'the library to be loaded', 30_000);
    await hasItsColours();
    await people.keep('playing');
    expect(await novice.pageProcess('film.html')).toBeUndefined();
  });

  it('is shown to developers in the colours of how each part came', async () => {
    await untilPlayed(6);
    // Of the block of one colour: everything else in the film changes by itself.
    const red = async (): Promise<number> => (await seen()).colour[0] ?? 0;
    await expertDesktop.xdotool('key', 'ctrl+shift+F11');
    await until(async () => (await red()) > FLAT[0] + 20, 'the film to be marked');
    await people.keep('marked');
    await expertDesktop.xdotool('key', 'ctrl+shift+F11');
    await hasItsColours();
  });

  it('is told of in the expert’s details: how much of the picture it is, and what makes it', async () => {
    await untilPlayed(6);
    const session = await expert.session();
    const summary = session.locator('details.figures > summary');
    await summary.click();
    const share = t('session.came.film', { share: '§' }).split('§').join(String.raw`(\d+)%`);
    const told = async (): Promise<string> => (await session.locator('.codec-figures').textContent()) ?? '';
    // A quarter of the screen.
    await until(async () => Math.abs(Number(new RegExp(share).exec(await told())?.[1]) - 25) < 4, 'a quarter of the picture to be film');
    const maker = t(openH264.skip ? 'session.filmBy.webCodecs' : 'session.filmBy.library', { name: 'Anna' });
    await session.getByText(maker, { exact: true }).waitFor();
    await people.keep('details');
    await summary.click();
  });

  it('is none while the expert wants it sharp, and one again when they leave that to Ringback', async () => {
    const session = await expert.session();
    const summary = session.locator('details.figures > summary');
    await summary.click();
    const [id = ''] = await windowsNamed(expertDesktop, '--name', `^${t('shell.window.expert', { name: 'Anna' })}$`);
    const choose = async (quality: 'sharp' | 'balanced') => {
      const name = `${t(`viewer.quality.${quality}`)} ${t(`viewer.qualityHint.${quality}`)}`;
      const choice = session.getByRole('radio', { name, exact: true });
      const box = (await choice.boundingBox()) ?? expect.fail('no choice');
      const window = await windowArea(expertDesktop, id);
      await clickAt(expertDesktop, window.x + box.x + box.width / 2, window.y + box.y + box.height / 2);
      // Marked is what the other side says that it does.
      await until(() => choice.isChecked(), `${quality} to be marked`);
    };
    const told = (film: string) => session.locator('.codec-figures').getByText(film, { exact: true }).waitFor();
    await choose('sharp');
    await told(t('session.filmBy.none'));
    await told(t('session.came.exact', { share: '100%' }));
    await people.keep('sharp');
    await until(async () => (await seen()).colour.join() === FLAT.join(), 'its exact colour');
    await choose('balanced');
    await told(t(openH264.skip ? 'session.filmBy.webCodecs' : 'session.filmBy.library', { name: 'Anna' }));
    await summary.click();
    await untilPlayed(6);
  });

  it('goes on from a page that encodes it when the process that captures has died, in the same colours', async () => {
    const [capture = 0] = await utilityProcesses(noviceDesktop.home);
    kill(capture, 'SIGSTOP');
    const number = await untilStill();
    const killedAtMs = performance.now();
    kill(capture, 'SIGKILL');
    await until(async () => (await seen()).number !== number, 'another picture');
    // Exactly at first: the page takes about half a second to be there.
    expect(performance.now() - killedAtMs).toBeLessThan(1_000);
    await until(() => novice.pageProcess('film.html'), 'the page that encodes', 30_000);
    await hasItsColours();
    expect(await utilityProcesses(noviceDesktop.home)).toEqual([]);
  });

  it('goes on when that page crashes, with another one', async () => {
    const before = await until(() => novice.pageProcess('film.html'), 'the page that encodes');
    kill(before, 'SIGKILL');
    await untilPlayed(6);
    const next = await until(async () => {
      const now = await novice.pageProcess('film.html');
      return now !== undefined && now !== before && now;
    }, 'another page');
    expect(next).not.toBe(before);
    await untilPlayed(6);
  });

  it('is exact again when it rests', async () => {
    film.process.kill('SIGUSR1');
    expect(await leastDifference(noviceDesktop, expert)).toMatchObject({ pixels: 0 });
  });
});
