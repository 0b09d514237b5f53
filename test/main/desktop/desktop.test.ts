import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { createDesktop, type DesktopOptions, x11Support } from '../../../src/main/desktop/desktop.ts';
import { OwnPointer } from '../../../src/main/desktop/own-pointer.ts';
import { startDisplay } from '../../support/display.ts';
import { needs, until } from '../../support/programs.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { ALL } from '../../support/shared-part.ts';

const workerUrl = new URL('../../../src/main/desktop/x11/x11-capture-worker.ts', import.meta.url);
const desktop = (platform: NodeJS.Platform, env: Record<string, string>, more: Partial<DesktopOptions> = {}) =>
  createDesktop({
    ...more,
    platform,
    env,
    workerUrl,
    openCapturePage: () => Promise.reject(new Error('the page was asked for')),
    clock: systemClock,
  });
const never = () => new AbortController().signal;

describe('the way to share a desktop', () => {
  it('has none without a display, and says so', async () => {
    const none = desktop('linux', {});
    expect(await none.support()).toEqual({ capture: false, input: false, reason: 'desktop.noDisplay' });
    await expect(none.openCapture(never(), ALL)).rejects.toMatchObject({ name: 'DesktopError', code: 'NO_DISPLAY' });
    await expect(none.openInput(never(), ALL)).rejects.toMatchObject({ name: 'DesktopError', code: 'NO_DISPLAY' });
  });

  it('shows but does not steer a Wayland session', async () => {
    for (const env of [
      { WAYLAND_DISPLAY: 'wayland-0' },
      { XDG_SESSION_TYPE: 'wayland' },
      { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':59001' },
    ]) {
      expect(await desktop('linux', env).support()).toEqual({ capture: true, input: false, reason: 'desktop.wayland' });
    }
    const wayland = desktop('linux', { XDG_SESSION_TYPE: 'wayland' });
    await expect(wayland.openCapture(never(), ALL)).rejects.toThrow('the page was asked for');
    await expect(wayland.openInput(never(), ALL)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('says noDisplay when nothing answers at DISPLAY', async () => {
    expect(await desktop('linux', { DISPLAY: ':59001' }).support()).toEqual({ capture: false, input: false, reason: 'desktop.noDisplay' });
    expect(await desktop('linux', { DISPLAY: 'nonsense' }).support()).toEqual({
      capture: false,
      input: false,
      reason: 'desktop.noDisplay',
    });
  });

  it('records in a page on Windows and macOS, and in none before it is wanted', async () => {
    let asked = 0;
    const openSoundPage = (): Promise<never> => {
      asked += 1;
      return Promise.reject(new Error('no page'));
    };
    for (const platform of ['win32', 'darwin'] as const) {
      expect(desktop(platform, {}).sound).toBeUndefined();
      const { sound } = desktop(platform, {}, { openSoundPage, systemVersion: '14.2.1' });
      expect(await sound?.missing()).toBeUndefined();
      expect(asked).toBe(0);
      await expect(sound?.open({ samplesPerSecond: 48_000 }, never())).rejects.toMatchObject({ name: 'SoundError', code: 'LOST' });
      expect(asked).toBe(1);
      asked = 0;
    }
    expect(await desktop('darwin', {}, { openSoundPage, systemVersion: '12.7.6' }).sound?.missing()).toBe('notHere');
    expect(await desktop('win32', {}, { openSoundPage, systemVersion: '10.0.26100' }).sound?.missing()).toBeUndefined();
  });

  it('tells what an X server lacks', () => {
    const all = { capture: true, input: true, xwayland: false };
    expect(x11Support(all)).toEqual({ capture: true, input: true });
    expect(x11Support({ ...all, input: false })).toEqual({ capture: true, input: false, reason: 'desktop.noInjection' });
    expect(x11Support({ ...all, capture: false })).toEqual({ capture: false, input: false, reason: 'desktop.colours' });
  });

  it('knows its own pointer positions for a second', async () => {
    const clock = new VirtualClock();
    const own = new OwnPointer(clock);
    own.moved(3, 4);
    expect(own.isOwn(3, 4)).toBe(true);
    expect(own.isOwn(4, 3)).toBe(false);
    await clock.advance(1_001);
    expect(own.isOwn(3, 4)).toBe(false);
    for (let x = 0; x < 300; x += 1) own.moved(x, 0);
    expect(own.isOwn(0, 0)).toBe(false);
    expect(own.isOwn(299, 0)).toBe(true);
  });
});

const programs = needs('Xvfb', 'xdotool');
describe.skipIf(programs.skip)(programs.title('the way to share a real X display'), () => {
  it('finds it whole, even in a Wayland session, and does not echo the expert’s own pointer', async () => {
    const display = await startDisplay({ width: 320, height: 240 });
    try {
      const inSession = desktop('linux', { DISPLAY: display.name, WAYLAND_DISPLAY: 'wayland-0' });
      expect(await inSession.support()).toEqual({ capture: true, input: true });
      const x11 = desktop('linux', { DISPLAY: display.name });
      const capture = await x11.openCapture(never(), ALL);
      const input = await x11.openInput(never(), ALL);
      const moves: string[] = [];
      capture.onEvent((event) => {
        if (event.tag === 'pointerMoved') moves.push(`${event.x},${event.y}`);
      });
      capture.configure({
        encoder: { name: 'planar', scrollCopies: false, skipAlpha: true, maxPduBytes: 16_000 },
        acknowledgement: 'unmarked',
      });
      await capture.nextFrame(AbortSignal.timeout(5_000));
      input.inject([{ tag: 'pointerMove', x: 11, y: 22 }]);
      await until(async () => (await display.xdotool('getmouselocation')).startsWith('x:11 y:22 '), 'the expert’s pointer');
      // The novice's own move comes after it. Relative, as by a hand: a place to go to is a warp, of which X tells nothing.
      await display.xdotool('mousemove_relative', '--', '22', '22');
      await until(() => moves.includes('33,44'), 'the novice’s own pointer');
      expect(moves).not.toContain('11,22');
      await input.close();
      await capture.close();
    } finally {
      await display.close();
    }
  });
});
