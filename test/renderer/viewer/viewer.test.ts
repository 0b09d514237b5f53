import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseFromSteering } from '../../../src/main/shell/viewer-messages.ts';
import type { FromSteering } from '../../../src/protocol/rdp/graphics/viewer-messages.ts';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';
import { viewerPage } from './page.ts';

afterEach(() => vi.unstubAllGlobals());

const SIZE = { tag: 'size', size: { width: 200, height: 100 } } as const;
const GRANTED = { tag: 'control', granted: true } as const;
const NO_LOCKS: InputEvent = { tag: 'locks', locks: { scrollLock: false, numLock: false, capsLock: false, kanaLock: false } };
const key = (scancode: number, down: boolean): InputEvent => ({ tag: 'key', scancode, prefix: 'none', down });

const inputOf = (messages: readonly FromSteering[]): InputEvent[] =>
  messages.flatMap((message) => (message.tag === 'input' ? message.events : []));

function steered(...options: Parameters<typeof viewerPage>) {
  const page = viewerPage(...options);
  page.tell(SIZE);
  page.tell(GRANTED);
  page.forwarded();
  return page;
}

describe('one monitor of several', () => {
  const area = (x: number, width: number) => ({ x, y: 0, width, height: 400 });
  const [LEFT, RIGHT] = [area(0, 320), area(320, 480)];
  const layout = {
    width: 800,
    height: 400,
    monitors: [
      { area: LEFT, primary: true },
      { area: RIGHT, primary: false },
    ],
  };
  const placed = ({ frame, stage }: ReturnType<typeof viewerPage>) => ({
    frame: [frame.style.width, frame.style.height],
    stage: [stage.style.left, stage.style.top, stage.style.width, stage.style.height],
  });

  it('fills the window, and points in it are those of the whole picture', () => {
    const page = steered({ scaling: 'fit' });
    page.tell({ tag: 'size', size: layout });
    expect(page.told.at(-1)).toEqual([LEFT, RIGHT]);
    expect(placed(page)).toEqual({ frame: ['400px', '200px'], stage: ['0px', '0px', '400px', '200px'] });
    // 400 × 300 is room for three quarters of a monitor of 480 × 400.
    page.handle.look(RIGHT);
    expect(placed(page)).toEqual({ frame: ['360px', '300px'], stage: ['-240px', '0px', '600px', '300px'] });
    page.pointer('pointerdown', 0, 1, 0.75 * 360, 0.75 * 20);
    expect(inputOf(page.forwarded())).toContainEqual({ tag: 'pointerMove', x: 360, y: 20 });
    page.handle.look(LEFT);
    expect(placed(page)).toEqual({ frame: ['240px', '300px'], stage: ['0px', '0px', '600px', '300px'] });
    page.handle.look(undefined);
    expect(placed(page).frame).toEqual(['400px', '200px']);
  });

  it('that is not there any more gives way to the whole', () => {
    const page = steered({ scaling: 'fit' });
    page.tell({ tag: 'size', size: layout });
    page.handle.look(RIGHT);
    page.tell({ tag: 'size', size: { width: 800, height: 400 } });
    expect(placed(page)).toEqual({ frame: ['400px', '200px'], stage: ['0px', '0px', '400px', '200px'] });
  });
});

describe('the expert’s input', () => {
  it('goes nowhere but to the hint while control is not granted', () => {
    const page = viewerPage();
    page.tell(SIZE);
    page.key('keydown', 'KeyA', 'a');
    page.key('keydown', 'Tab');
    page.pointer('pointerdown', 0, 1, 5, 5);
    page.happen(page.keys, 'beforeinput', { data: 'a', inputType: 'insertText', isComposing: false });
    expect(page.hints).toHaveLength(2);
    expect(page.forwarded()).toEqual([]);
  });

  it('tells the lock keys before the first key and the first button, and keeps the page from acting on both', () => {
    const page = steered();
    expect(page.key('keydown', 'KeyA', 'a').defaultPrevented).toBe(true);
    page.key('keyup', 'KeyA', 'a');
    expect(inputOf(page.forwarded())).toEqual([NO_LOCKS, key(0x1e, true), key(0x1e, false)]);
    page.pointer('pointerdown', 0, 1, 5, 6);
    expect(inputOf(page.forwarded())).toEqual([
      NO_LOCKS,
      { tag: 'pointerMove', x: 5, y: 6 },
      { tag: 'pointerButton', button: 'left', down: true, x: 5, y: 6 },
    ]);
    expect(page.stage.captured).toEqual([1]);
  });

  it('moves once a frame', () => {
    const page = steered();
    for (const x of [1, 2, 3]) page.pointer('pointermove', -1, 0, x, 4);
    expect(page.forwarded()).toEqual([]);
    page.drawFrame();
    expect(inputOf(page.forwarded())).toEqual([{ tag: 'pointerMove', x: 3, y: 4 }]);
  });

  it('moves before the key that follows, and not again with the frame', () => {
    const page = steered();
    page.pointer('pointermove', -1, 0, 3, 4);
    page.key('keydown', 'KeyA', 'a');
    expect(inputOf(page.forwarded())).toEqual([{ tag: 'pointerMove', x: 3, y: 4 }, NO_LOCKS, key(0x1e, true)]);
    page.drawFrame();
    expect(page.forwarded()).toEqual([]);
    page.pointer('pointermove', -1, 0, 5, 4);
    page.drawFrame();
    expect(inputOf(page.forwarded())).toEqual([{ tag: 'pointerMove', x: 5, y: 4 }]);
  });

  it.each(['the picture', 'the window'])('leaves nothing pressed when %s loses the keyboard', (what) => {
    const page = steered();
    page.key('keydown', 'ShiftLeft', 'Shift', { shiftKey: true });
    page.pointer('pointerdown', 0, 1, 5, 6, { shiftKey: true });
    page.forwarded();
    page.happen(what === 'the window' ? page.page : page.keys, 'blur');
    expect(inputOf(page.forwarded())).toEqual([key(0x2a, false), { tag: 'pointerButton', button: 'left', down: false, x: 5, y: 6 }]);
  });

  it('lets go at the novice’s of what is held here for this program, and says nothing of its end', () => {
    const page = steered();
    page.key('keydown', 'ControlLeft', 'Control', { ctrlKey: true });
    page.key('keydown', 'ShiftLeft', 'Shift', { ctrlKey: true, shiftKey: true });
    page.forwarded();
    page.handle.releaseKeys();
    expect(inputOf(page.forwarded())).toEqual([key(0x2a, false), key(0x1d, false)]);
    page.key('keyup', 'ShiftLeft', 'Shift', { ctrlKey: true });
    page.key('keyup', 'ControlLeft', 'Control');
    expect(inputOf(page.forwarded())).toEqual([]);
  });

  it('arrives whole in messages that the main process takes, however much an input method gives at once', () => {
    const page = steered();
    const text = 'Long dictated text. '.repeat(40);
    page.happen(page.keys, 'beforeinput', { data: text, inputType: 'insertText', isComposing: false });
    const taken = page.forwarded().flatMap((message) => parseFromSteering(message) ?? []);
    const typed = inputOf(taken).flatMap((event) => (event.tag === 'unicode' && event.down ? [String.fromCharCode(event.codeUnit)] : []));
    expect(typed.join('')).toBe(text);
  });

  it('means nothing any more when control goes, and starts afresh when it comes back', () => {
    const page = steered();
    page.key('keydown', 'ShiftLeft', 'Shift');
    page.tell({ tag: 'control', granted: false });
    page.forwarded();
    page.tell(GRANTED);
    page.happen(page.keys, 'blur');
    expect(page.forwarded()).toEqual([]);
  });
});

describe('a touch screen', () => {
  it('taps with the left button, and with the right one where a finger stays or two come', () => {
    vi.useFakeTimers();
    try {
      const page = steered();
      const finger = { pointerType: 'touch' };
      const buttons = () =>
        inputOf(page.forwarded()).flatMap((event) => (event.tag === 'pointerButton' ? [`${event.button} ${event.down}`] : []));
      page.pointer('pointerdown', 0, 1, 5, 6, finger);
      expect(buttons()).toEqual([]);
      page.pointer('pointerup', 0, 0, 5, 6, finger);
      expect(buttons()).toEqual(['left true', 'left false']);
      page.pointer('pointerdown', 0, 1, 5, 6, { pointerType: 'pen' });
      vi.advanceTimersByTime(600);
      expect(buttons()).toEqual(['right true', 'right false']);
      page.pointer('pointerup', 0, 0, 5, 6, { pointerType: 'pen' });
      page.pointer('pointerdown', 0, 1, 5, 6, finger);
      page.pointer('pointerdown', 0, 1, 25, 6, { ...finger, pointerId: 2 });
      page.pointer('pointerup', 0, 0, 25, 6, { ...finger, pointerId: 2 });
      page.pointer('pointerup', 0, 0, 5, 6, finger);
      vi.advanceTimersByTime(600);
      expect(buttons()).toEqual(['right true', 'right false']);
      page.pointer('pointerdown', 0, 1, 5, 6, finger);
      page.happen(page.keys, 'blur');
      vi.advanceTimersByTime(600);
      expect(buttons()).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the keyboard in the picture', () => {
  it('leads out with Control, Alt and Home, and leaves nothing pressed', () => {
    const page = steered();
    page.key('keydown', 'ControlLeft', 'Control', { ctrlKey: true });
    page.key('keydown', 'AltLeft', 'Alt', { ctrlKey: true, altKey: true });
    page.forwarded();
    expect(page.key('keydown', 'Home', 'Home', { ctrlKey: true, altKey: true }).defaultPrevented).toBe(true);
    expect(page.left).toHaveLength(1);
    expect(inputOf(page.forwarded())).toEqual([key(0x38, false), key(0x1d, false)]);
    page.key('keyup', 'Home', 'Home', { ctrlKey: true, altKey: true });
    expect(inputOf(page.forwarded())).toEqual([]);
  });

  it('leads out without control as well, and nothing is sent', () => {
    const page = viewerPage();
    page.tell(SIZE);
    expect(page.key('keydown', 'Home', 'Home', { ctrlKey: true, altKey: true }).defaultPrevented).toBe(true);
    expect(page.left).toHaveLength(1);
    expect(page.hints).toHaveLength(0);
    expect(page.forwarded()).toEqual([]);
  });

  it('is sent what the desktop keeps for itself, whole', () => {
    const page = steered();
    page.handle.sendKeys(['ControlLeft', 'AltLeft', 'Delete']);
    const del = (down: boolean): InputEvent => ({ tag: 'key', scancode: 0x53, prefix: 'e0', down });
    expect(inputOf(page.forwarded())).toEqual([
      key(0x1d, true),
      key(0x38, true),
      del(true),
      del(false),
      key(0x38, false),
      key(0x1d, false),
    ]);
  });

  it('releases before a click what the click says is not held', () => {
    const page = steered();
    page.key('keydown', 'AltLeft', 'Alt', { altKey: true });
    page.forwarded();
    page.pointer('pointerdown', 0, 1, 5, 6);
    expect(inputOf(page.forwarded())).toEqual([
      NO_LOCKS,
      key(0x38, false),
      { tag: 'pointerMove', x: 5, y: 6 },
      { tag: 'pointerButton', button: 'left', down: true, x: 5, y: 6 },
    ]);
  });

  it('types text as text, and says so when it is too long', () => {
    const page = steered({ typing: 'text' });
    page.key('keydown', 'KeyY', 'z');
    expect(inputOf(page.forwarded()).slice(1)).toEqual([
      { tag: 'unicode', codeUnit: 0x7a, down: true },
      { tag: 'unicode', codeUnit: 0x7a, down: false },
    ]);
    page.handle.setTyping('positions');
    page.key('keydown', 'KeyY', 'z');
    expect(inputOf(page.forwarded())).toEqual([key(0x15, true)]);
    page.happen(page.keys, 'beforeinput', { data: 'a'.repeat(70_000), inputType: 'insertText', isComposing: false });
    expect(page.tooLong).toHaveLength(1);
    expect(page.forwarded()).toEqual([]);
  });
});

describe('the system’s own keys', () => {
  it('are the picture’s while it has the keyboard and the expert may steer, and never after it is gone', () => {
    const page = viewerPage();
    page.handle.focus();
    expect(page.systemKeys.locked).toBe(false);
    page.tell(GRANTED);
    expect(page.systemKeys.locked).toBe(true);
    page.happen(page.keys, 'blur');
    expect(page.systemKeys.locked).toBe(false);
    page.handle.focus();
    expect(page.systemKeys.locked).toBe(true);
    page.tell({ tag: 'control', granted: false });
    expect(page.systemKeys.locked).toBe(false);
    page.tell(GRANTED);
    page.handle.dispose();
    expect(page.systemKeys.locked).toBe(false);
  });
});

describe('the picture’s place', () => {
  it('follows the novice’s desktop and the wish', () => {
    const page = viewerPage();
    page.tell(SIZE);
    expect([page.stage.style.width, page.stage.style.height, page.host.style.overflow]).toEqual(['200px', '100px', 'auto']);
    page.handle.setScaling('fit');
    expect([page.stage.style.width, page.stage.style.height, page.host.style.overflow]).toEqual(['200px', '100px', 'hidden']);
    page.tell({ tag: 'size', size: { width: 600, height: 900 } });
    expect([page.stage.style.width, page.stage.style.height]).toEqual(['200px', '300px']);
  });

  it('is told to be out of sight, and that it is back', () => {
    const page = viewerPage({ hidden: true });
    expect(page.forwarded()).toEqual([{ tag: 'displayWanted', wanted: false }]);
    page.document.hidden = false;
    page.happen(page.document, 'visibilitychange');
    page.happen(page.document, 'visibilitychange');
    expect(page.forwarded()).toEqual([{ tag: 'displayWanted', wanted: true }]);
    expect(viewerPage().forwarded()).toEqual([]);
  });
});

describe('its two ports', () => {
  it('pictures go to the worker; what a person does and what the pointer does pass it by', () => {
    const page = steered();
    expect(page.worker.posted).toMatchObject([{ port: page.pictures }]);
    page.key('keydown', 'KeyA', 'a');
    page.tell({ tag: 'pointerPosition', x: 1, y: 2 });
    expect(inputOf(page.forwarded())).toEqual([NO_LOCKS, key(0x1e, true)]);
    expect(page.worker.posted).toHaveLength(1);
  });

  it('says of each shape and position that it has been drawn', () => {
    const page = steered();
    page.steering.posted.length = 0;
    page.tell({ tag: 'pointerShape', shape: null });
    page.tell({ tag: 'pointerPosition', x: 1, y: 2 });
    expect(page.steering.posted).toEqual([{ tag: 'pointerShown' }, { tag: 'pointerShown' }]);
  });
});

describe('what is said of how the picture came', () => {
  it('is told while somebody watches', () => {
    const page = steered();
    const heard: number[] = [];
    const unwatch = page.handle.watchShares(({ film }) => heard.push(film));
    page.tell({ tag: 'shares', shares: { exact: 0.75, copied: 0, remoteFx: 0, film: 0.25 } });
    unwatch();
    page.tell({ tag: 'shares', shares: { exact: 1, copied: 0, remoteFx: 0, film: 0 } });
    expect(heard).toEqual([0.25]);
    expect(page.worker.posted.slice(1)).toEqual([
      { tag: 'shares', wanted: true },
      { tag: 'shares', wanted: false },
    ]);
  });
});

describe('the end', () => {
  it('lets go of everything held before its port closes, once, and ends the worker whatever that is doing', () => {
    const page = steered();
    page.key('keydown', 'KeyA', 'a');
    page.forwarded();
    page.handle.dispose();
    page.handle.dispose();
    expect(page.steering.posted).toEqual([{ tag: 'input', events: [key(0x1e, false)] }]);
    expect([page.steering.closed, page.worker.terminated]).toEqual([true, true]);
    expect(page.host.children).toEqual([]);
  });

  it('what is still on its way then calls nobody and leaves the host alone', () => {
    const page = steered();
    page.handle.dispose();
    page.forwarded();
    page.tell({ tag: 'size', size: { width: 1, height: 1 } });
    page.tell({ tag: 'failed', failure: { code: 'TRUNCATED', message: '' } });
    page.tell({ tag: 'pointerShape', shape: null });
    page.breakWorker();
    page.handle.setScaling('fit');
    page.key('keydown', 'KeyA', 'a');
    page.happen(page.page, 'blur');
    expect(page.failures).toEqual([]);
    expect(page.host.style).toMatchObject({ overflow: '', display: '' });
    expect(page.steering.posted).toEqual([]);
  });

  it('a picture that cannot go on, and a worker that could not start, are told', () => {
    const page = viewerPage();
    page.tell({ tag: 'failed', failure: { code: 'TRUNCATED', message: '' } });
    page.breakWorker();
    expect(page.failures).toEqual(['TRUNCATED', 'INTERNAL']);
  });
});

describe('the picture’s place', () => {
  it('follows the screen that the window is on, each time', () => {
    const page = viewerPage();
    page.tell(SIZE);
    expect(page.stage.style.width).toBe('200px');
    page.moveToScale(2);
    expect(page.stage.style.width).toBe('100px');
    page.moveToScale(1.25);
    expect(page.stage.style.width).toBe('160px');
  });

  it('is fitted anew when the picture has another size, and keeps being of actual size', () => {
    const page = viewerPage({ scaling: 'fit' });
    page.tell({ tag: 'size', size: { width: 800, height: 300 } });
    expect([page.stage.style.width, page.stage.style.height]).toEqual(['400px', '150px']);
    page.tell({ tag: 'size', size: { width: 300, height: 600 } });
    expect([page.stage.style.width, page.stage.style.height]).toEqual(['150px', '300px']);
    page.handle.setScaling('actual');
    page.tell({ tag: 'size', size: { width: 500, height: 400 } });
    expect([page.stage.style.width, page.host.style.overflow]).toEqual(['500px', 'auto']);
  });
});
