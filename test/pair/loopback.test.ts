import type { EngineName } from '../../src/facts/preferences.ts';
import { afterEach, describe, expect, test } from 'vitest';
import type { Assistance } from '../../src/main/assistance/contract.ts';
import { loopback, shown } from '../support/loopback.ts';
import { FakeViewer } from '../support/pair.ts';
import { SIZE } from '../support/picture-desktop.ts';
import { until } from '../support/programs.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function machines(engine: EngineName, answer?: () => Promise<boolean>) {
  const made = await loopback({ engine, ...(answer === undefined ? {} : { answer }) });
  closers.push(made.close);
  return made;
}

describe('two rooms over real sockets, TLS and RDP on loopback', () => {
  test.each(['ringback', 'classic'] as const)('%s: the picture arrives pixel for pixel, and Stop ends it on both sides', async (engine) => {
    const { novice, expert, viewer, desktop } = await machines(engine);
    expect(expert.status?.connection?.by).toBe('reverse');
    expect(expert.status?.desktop).toEqual(SIZE);
    await until(() => shown(viewer), 'the picture');
    await novice.endSession();
    await until(() => expert.status?.phase.tag === 'ended', 'the end');
    expect(expert.status?.phase).toMatchObject({ reason: 'stoppedByNovice' });
    expect(desktop.openCaptures).toBe(0);
  });

  test.each(['ringback', 'classic'] as const)('%s: a viewer that is attached late, or anew, gets the whole picture', async (engine) => {
    const { expert, viewer } = await machines(engine);
    await until(() => shown(viewer), 'the picture');
    const second = new FakeViewer();
    const detach = expert.attachViewer(second);
    await until(() => shown(second), 'the picture in the second window');
    detach();
    const third = new FakeViewer();
    expert.attachViewer(third);
    await until(() => shown(third), 'the picture in the third window');
  });

  const bothEnded = async (novice: Assistance, expert: Assistance): Promise<readonly unknown[]> => {
    await until(() => novice.status?.phase.tag === 'ended' && expert.status?.phase.tag === 'ended', 'both ends');
    return [novice.status?.phase, expert.status?.phase].map((phase) => (phase?.tag === 'ended' ? phase.reason : undefined));
  };

  test.each(['ringback', 'classic'] as const)('%s: the novice says no', async (engine) => {
    const { novice, expert, desktop, viewer } = await machines(engine, () => Promise.resolve(false));
    expect(await bothEnded(novice, expert)).toEqual(['viewRefused', 'viewRefused']);
    expect(desktop.captures).toEqual([]);
    expect(viewer.graphics).toBe(0);
  });

  test.each([
    ['ringback', 'expert', 'cancelledByPeer', 'cancelledByYou'],
    ['classic', 'expert', 'cancelledByPeer', 'cancelledByYou'],
    ['ringback', 'novice', 'cancelledByYou', 'cancelledByPeer'],
  ] as const)('%s: the %s leaves while the novice is being asked', async (engine, who, noviceReason, expertReason) => {
    const sides = await machines(engine, () => new Promise(() => {}));
    await until(() => sides.novice.status?.phase.tag === 'awaitingConsent', 'the question');
    await sides[who].endSession();
    expect(await bothEnded(sides.novice, sides.expert)).toEqual([noviceReason, expertReason]);
    expect(sides.viewer.graphics).toBe(0);
  });

  test.each(['ringback', 'classic'] as const)('%s: the capture breaks', async (engine) => {
    const { novice, expert, desktop } = await machines(engine);
    desktop.capture.fail();
    expect(await bothEnded(novice, expert)).toEqual(['desktopUnavailable', 'desktopUnavailable']);
  });

  test.each(['ringback', 'classic'] as const)('%s: the novice changes the resolution', async (engine) => {
    const { novice, expert, desktop, viewer } = await machines(engine);
    await until(() => viewer.graphics > 0, 'the first picture');
    desktop.capture.resize({ width: 200, height: 100 });
    await until(() => expert.status?.desktop?.width === 200, 'the new size');
    expect(novice.status?.phase.tag).toBe('connected');
  });

  test.each(['ringback', 'classic'] as const)('%s: a window that is put away, and shown again, is told to the novice', async (engine) => {
    const { novice, viewer } = await machines(engine);
    await until(() => novice.status?.viewing === true, 'somebody to look');
    viewer.act({ tag: 'displayWanted', wanted: false });
    await until(() => novice.status?.viewing === false, 'nobody to look');
    viewer.act({ tag: 'displayWanted', wanted: true });
    await until(() => novice.status?.viewing === true, 'somebody to look again');
    expect(novice.status?.phase.tag).toBe('connected');
  });

  test('control: asked for, granted, used, taken back', async () => {
    const { novice, expert, viewer, desktop } = await machines('ringback');
    const type = (down: boolean): void => viewer.act({ tag: 'input', events: [{ tag: 'key', scancode: 0x1e, prefix: 'none', down }] });
    expert.requestControl();
    await until(() => expert.status?.control === 'granted' && viewer.control === true, 'control');
    type(true);
    await until(() => desktop.held === 1, 'the key');
    novice.takeBackControl();
    expect(desktop.held).toBe(0);
    await until(() => expert.status?.control === 'no', 'control to be gone');
    await expert.endSession();
    await until(() => novice.status?.phase.tag === 'ended', 'the end');
    expect(novice.status?.phase).toMatchObject({ reason: 'closedByExpert' });
  });
});
