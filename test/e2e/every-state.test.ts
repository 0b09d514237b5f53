import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { electronExecutable } from '../support/app.ts';
import { openPages, type Pages } from '../support/pages.ts';
import { PANEL_SIZE, placeBar, questionSize } from '../../src/main/shell/window-bounds.ts';
import { needs, until } from '../support/programs.ts';
import { t } from '../../src/words/words.ts';
import { appState, CONNECTED, LIVE, NOW_MS, session } from '../renderer/app/fixtures.ts';
import { STATES } from '../renderer/app/states.ts';
import { QUESTIONS } from '../renderer/app/question-states.ts';

const programs = needs('Xvfb');
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const folder = process.env['RINGBACK_TEST_OUTPUT'];
/** The novice's, side by side. */
const SCREENS = [
  { id: 'DP-2', name: 'DP-2', area: { x: 0, y: 0, width: 1920, height: 1080 } },
  { id: 'DP-1', name: 'DP-1', area: { x: 1920, y: 0, width: 1280, height: 1024 } },
];

describe.skipIf(programs.skip || !electronExecutable)(programs.title('every state of the windows'), () => {
  let pages: Pages;
  let source: string;

  beforeAll(async () => {
    pages = await openPages(NOW_MS);
    source = await readFile(AXE, 'utf8');
  }, 120_000);
  afterAll(async () => pages?.close(), 30_000);

  /** What axe finds, a line a finding. */
  const findings = async (): Promise<string[]> => {
    await pages.page.evaluate(source);
    const { violations } = await pages.page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        resultTypes: ['violations'],
        rules: { 'label-content-name-mismatch': { enabled: true } },
      }),
    );
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  };

  /** What is behind the line of a choice, unless that is open already. */
  const unfold = async (page: Page): Promise<void> => {
    if (await page.locator('details[open]').isVisible()) await page.locator('summary').focus();
    else await page.locator('summary').click();
  };

  it.each(STATES)('$name', async ({ name, window, state, bar, act }) => {
    const [width, height] =
      window === 'index' ? [980, 720] : state.session?.role === 'expert' ? [1280, 820] : bar === true ? [1180, 84] : [380, 560];
    await pages.size(width ?? 0, height ?? 0);
    const page = await pages.show(window, state);
    await act?.(page);
    const keep = async (file: string) => {
      if (folder) await page.screenshot({ path: join(folder, `state-${file.replaceAll(/[^\w-]+/g, '-')}.png`) });
    };
    await keep(name);
    expect(await findings()).toEqual([]);
    if (bar !== true) return;
    // As wide as on a screen of 1024 points.
    await pages.size(1008, 150);
    await keep(`${name} narrow`);
    expect(await findings()).toEqual([]);
    // On the smallest screen everything is still in the window, and so is Stop.
    const { width: least, height: low } = placeBar({ x: 0, y: 0, width: 640, height: 480 }, 'bottom');
    await pages.size(least, low);
    await keep(`${name} narrowest`);
    expect(await page.evaluate(() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth])).toEqual([low, least]);
  });

  it.each(QUESTIONS)('question: $name', async ({ name, view, armed }) => {
    const { width, height } = questionSize(view);
    await pages.size(width, height);
    const page = await pages.ask(view, armed);
    const keep = async (how = '') => {
      if (folder) await page.screenshot({ path: join(folder, `state-question-${(name + how).replaceAll(/[^\w-]+/g, '-')}.png`) });
    };
    await keep();
    expect(await findings()).toEqual([]);
    if (view.choice !== undefined) {
      const { choice, yes } = view;
      const meant = [...choice.options, ...(choice.more?.options ?? [])].find(({ id }) => id === choice.chosen);
      expect(await page.locator('[data-answer=yes]').textContent()).toBe(meant?.yes ?? yes);
    }
    if (view.choice?.more !== undefined) {
      // All of it was to be seen before the line is unfolded.
      if (!(await page.locator('details[open]').isVisible()))
        expect(await page.locator('#text').evaluate((text) => text.scrollHeight - text.clientHeight)).toBeLessThanOrEqual(0);
      await unfold(page);
      await keep(' unfolded');
      expect(await findings()).toEqual([]);
      // The next key leads into it.
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => (document.activeElement as HTMLInputElement).value);
      expect(view.choice.more.options.map(({ id }) => id)).toContain(focused);
      // Yes says what it means, and nothing moves for it.
      const place = () => page.locator('.question__answers').boundingBox();
      const before = await place();
      const [last] = view.choice.more.options.slice(-1);
      await page.locator(`input[value="${last?.id}"]`).check();
      expect(await page.locator('[data-answer=yes]').textContent()).toBe(last?.yes ?? view.yes);
      for (const { id } of view.choice.options) {
        await page.locator(`input[value="${id}"]`).check();
        expect([id, await place()]).toEqual([id, before]);
      }
      await page.locator(`input[value="${last?.id}"]`).check();
      expect(await page.locator('input:checked').evaluateAll((each) => each.map((one) => (one as HTMLInputElement).value))).toEqual([
        last?.id,
      ]);
    }
    const corner = await page.locator('[data-answer=yes]').boundingBox();
    // The end-to-end tests click it there.
    expect(
      corner && {
        right: corner.x + corner.width > 640 - 150,
        left: corner.x < 640 - 150,
        row: corner.y < height - 100 && corner.y + corner.height > height - 100,
      },
    ).toEqual({
      right: true,
      left: true,
      row: true,
    });
  });

  it('a question that is about windows alone shows them, below its heading', async () => {
    const about = QUESTIONS.find(({ name }) => name === 'another part of one screen') ?? expect.fail('no such question');
    for (const height of [680, 334]) {
      await pages.size(640, height);
      const page = await pages.ask(about.view, true);
      await page.locator('details .choice').first().waitFor();
      const seen = () => page.locator('#text').evaluate((text) => [text.scrollTop, document.querySelectorAll('details[open]').length]);
      expect(await seen()).toEqual([0, 1]);
    }
  });

  it('a question about screens shows on a small one that there is a line for windows', async () => {
    const several = QUESTIONS.filter(({ view }) => view.choice?.more !== undefined && view.choice.options.length > 0);
    expect(several.length).toBeGreaterThan(0);
    for (const { view, armed } of several) {
      await pages.size(640, 690);
      const page = await pages.ask(view, armed);
      const line = await page.locator('summary').boundingBox();
      const text = await page.locator('#text').boundingBox();
      expect(line && text && line.y + line.height / 2 < text.y + text.height).toBe(true);
    }
  });

  it('what a window adds to the design wins over it', async () => {
    const first = () => pages.page.evaluate(() => document.querySelector('link[rel="stylesheet"]')?.getAttribute('href'));
    await pages.show('session', appState({ session: session('novice', CONNECTED, LIVE) }));
    expect(await first()).toMatch(/design-/);
    const [question = expect.fail('none')] = QUESTIONS;
    await pages.ask(question.view, question.armed);
    expect(await first()).toMatch(/design-/);
    await pages.show('index', STATES.find(({ name }) => name === 'asked for help')?.state ?? expect.fail('no such state'));
    expect(await first()).toMatch(/design-/);
    // Somebody asks: that stands out.
    const colours = await pages.page.evaluate(() =>
      ['.invitation', '.card:not(.invitation)'].map(
        (one) => getComputedStyle(document.querySelector(one) ?? document.body).backgroundColor,
      ),
    );
    expect(new Set(colours).size).toBe(2);
  });

  it('the expert reads in a small window too what the button for control does', async () => {
    for (const [width, control] of [640, 731, 821, 961].flatMap((each) => [[each, 'no'] as const, [each, 'granted'] as const])) {
      await pages.size(width, 480);
      const page = await pages.show(
        'session',
        appState({ session: session('expert', CONNECTED, { ...LIVE, control, sound: { state: 'off' } }) }),
      );
      const cut = await page
        .locator('.toolbar__words')
        .evaluate((words) => [words.scrollWidth - words.clientWidth, words.scrollHeight - words.clientHeight]);
      expect(cut).toEqual([0, 0]);
      expect((await beyond()).across).toBe(0);
    }
  });

  it('the novice reads whole in the bar who sees what, and beside it what the expert may do, for however long', async () => {
    const screens = [{ id: 'DP-1', name: 'DP-1', area: { x: 0, y: 0, width: 800, height: 600 } }];
    const sharing = { part: { tag: 'window', id: '' }, state: 'shown', title: 'Letter', screens } as const;
    for (const [width, height] of [
      [1_280, 720],
      [1_024, 768],
      [640, 480],
    ] as const)
      for (const control of ['asked', 'offered', 'granted'] as const)
        for (const lastedMs of [5_000, 4_000_000]) {
          const bar = placeBar({ x: 0, y: 0, width, height }, 'bottom');
          await pages.size(bar.width, bar.height);
          const state = session('novice', { tag: 'connected', sinceMs: NOW_MS - lastedMs }, { ...LIVE, control, sharing });
          const page = await pages.show('session', appState({ session: state, panelFolded: true, unreadInSession: 0 }));
          const cut = await page.evaluate(() =>
            [document.documentElement, document.querySelector('.seen')].map((each) => each && each.scrollHeight - each.clientHeight),
          );
          expect([width, control, lastedMs, cut]).toEqual([width, control, lastedMs, [0, 0]]);
        }
  });

  it('what is said lies beside what the toolbar has open', async () => {
    const sharing = { part: { tag: 'window', id: '' }, state: 'shown', title: 'Letter to the bank – Writer', screens: SCREENS } as const;
    for (const [width, height] of [
      [640, 326],
      [820, 480],
      [1280, 700],
    ] as const)
      for (const opened of ['.tool-menu:has(.screens-sign)', '.figures']) {
        await pages.size(width, height);
        const page = await pages.show('session', appState({ session: session('expert', CONNECTED, { ...LIVE, sharing }) }));
        await page.locator(`${opened} > summary`).click();
        const said = await page.locator('.viewing__hint > p').boundingBox();
        const sheet = await page.locator(`${opened}[open] > .toolbar__sheet`).boundingBox();
        const bar = await page.locator('.toolbar').boundingBox();
        const where = JSON.stringify([width, opened, said, sheet]);
        expect(said && sheet && said.x >= 0 && said.x + said.width <= sheet.x, where).toBe(true);
        expect(said && bar && said.y >= bar.y + bar.height && said.y + said.height <= height, where).toBe(true);
      }
  });

  it('how long a session lasts, and that there is more behind it, is to be seen in a small window too', async () => {
    const sharing = { part: { tag: 'all' }, state: 'shown', screens: SCREENS } as const;
    for (const lastedMs of [100_000, 1_000_000, 8_000_000])
      for (const [width, height] of [
        [640, 360],
        [1280, 720],
      ] as const) {
        await pages.size(width, height);
        const phase = { tag: 'connected', sinceMs: NOW_MS - lastedMs } as const;
        const status = session('expert', phase, { ...LIVE, sharing, control: 'granted', sound: { state: 'off' } });
        const page = await pages.show('session', appState({ session: status, unreadInSession: 0 }));
        const [arrow, time] = await page
          .locator('.figures > summary, .figures > summary > span:first-child')
          .evaluateAll((both) => both.map((one) => one.scrollWidth - one.clientWidth));
        expect([width, lastedMs, arrow]).toEqual([width, lastedMs, 0]);
        // Of what gives way where there is room for it, it is the last.
        if (width === 1280) expect([lastedMs, time]).toEqual([lastedMs, 0]);
      }
  });

  it('the novice’s panel has room on a low screen for what there is to do', async () => {
    const sharing = { part: { tag: 'screen', id: 'DP-2' }, state: 'shown', screens: SCREENS } as const;
    for (const [width, least] of [
      [380, 120],
      [320, 100],
    ] as const) {
      await pages.size(width, 360);
      const status = session('novice', CONNECTED, { ...LIVE, sharing, sound: { state: 'off' } });
      const page = await pages.show('session', appState({ session: status, panelFolded: false, unreadInSession: 0 }));
      const room = await page.locator('.panel__body').evaluate((body) => body.clientHeight);
      expect([width, room >= least || room]).toEqual([width, true]);
      const stop = await page.getByRole('button', { name: t('session.stopLong'), exact: true }).boundingBox();
      expect(stop && stop.y + stop.height <= 360).toBe(true);
      expect(await page.locator('.seen').evaluate((head) => head.scrollHeight - head.clientHeight)).toBe(0);
    }
  });

  it('the novice sees what unfolds when they open the details', async () => {
    const { width, height } = PANEL_SIZE;
    await pages.size(width, height);
    const status = session('novice', CONNECTED, { ...LIVE, sound: { state: 'off' } });
    const page = await pages.show('session', appState({ session: status, panelFolded: false, unreadInSession: 0 }));
    await page.getByText(t('session.details'), { exact: true }).click();
    const body = await page.locator('.panel__body').boundingBox();
    await until(async () => {
      const figures = await page.locator('.live-figures').boundingBox();
      return figures !== null && body !== null && figures.y >= body.y && figures.y + 40 <= body.y + body.height;
    }, 'the figures');
  });

  it.each([360, 334])('a question fits a screen of 640×%s, with its answers and a row of its choice to be seen', async (height) => {
    for (const { name, view, armed } of QUESTIONS) {
      await pages.size(640, height);
      const page = await pages.ask(view, armed);
      if (view.choice?.more !== undefined) await unfold(page);
      const box = await page.locator('[data-answer=no]').boundingBox();
      expect(box !== null && box.y >= 0 && box.y + box.height <= height).toBe(true);
      expect((await beyond()).across).toBe(0);
      expect([name, await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)]).toEqual([name, 0]);
      if (view.choice?.more === undefined) continue;
      // Of what has been unfolded, without scrolling.
      const first = await page.locator('details .choice').first().boundingBox();
      const text = await page.locator('#text').boundingBox();
      expect([name, first && text && first.y + first.height <= text.y + text.height]).toEqual([name, true]);
    }
  });

  /** How far the page can be scrolled beyond what there is to see, in CSS pixels. */
  const beyond = () =>
    pages.page.evaluate(() => {
      const { scrollWidth, clientWidth, scrollHeight } = document.documentElement;
      const bottom = Math.max(
        ...[...document.querySelectorAll('main *')]
          .filter((each) => !each.closest('.conversation__lines'))
          .map((each) => each.getBoundingClientRect().bottom + scrollY),
      );
      return { across: scrollWidth - clientWidth, empty: Math.max(0, Math.round(scrollHeight - Math.max(bottom, innerHeight) - 60)) };
    });

  it('a long conversation does not make the page grow', async () => {
    await pages.size(980, 720);
    const conversation = STATES.find(({ name }) => name === 'conversation');
    if (conversation === undefined) throw new Error('no conversation');
    await conversation.act?.(await pages.show('index', conversation.state));
    expect(await beyond()).toEqual({ across: 0, empty: 0 });
  });

  it.each(STATES.filter(({ window }) => window === 'index'))(
    '$name: at 200 % on a small screen nothing lies beside the window',
    async ({ state, act }) => {
      await pages.size(640, 360);
      await act?.(await pages.show('index', state));
      expect((await beyond()).across).toBe(0);
    },
  );

  describe('forced colours', () => {
    const looks = (selector: string) =>
      pages.page
        .locator(selector)
        .evaluateAll((each) => each.map((one) => getComputedStyle(one).backgroundColor + getComputedStyle(one).color));
    beforeAll(() => pages.page.emulateMedia({ forcedColors: 'active' }));
    afterAll(() => pages.page.emulateMedia({ forcedColors: null }));

    it('mark the section that is shown, and pressed buttons', async () => {
      await pages.size(980, 720);
      await pages.show('index', appState());
      expect(await looks('.tab:not([aria-current])')).not.toContain((await looks('.tab[aria-current]'))[0]);
      await pages.size(1280, 820);
      await pages.show('session', appState({ session: session('expert', CONNECTED, LIVE) }));
      expect(await looks('.tool[aria-pressed=false]')).not.toContain((await looks('.tool[aria-pressed=true]'))[0]);
    });
  });
});
