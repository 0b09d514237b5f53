import type { EngineName } from '../../src/facts/preferences.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import { forkEngine } from '../support/engine-process.ts';
import type { ExpertLink } from '../../src/main/connection/contract.ts';
import { openX11Input } from '../../src/main/desktop/x11/x11-input.ts';
import { GraphicsDecoder } from '../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { applied } from '../support/applied.ts';
import { type Display, type Picture, startDisplay } from '../support/display.ts';
import { type Program, needs, startProgram, until } from '../support/programs.ts';
import { isFreerdp3 } from './freerdp-version.ts';
import { paint, pictureOf, scroll, untilSame } from './pictures.ts';
import { HOST, type Sharing, share, temporaryHome } from './sharing.ts';

const WIDTH = 1024;
const HEIGHT = 768;

/** More than a few screenfuls of a terminal's text. */
const SCROLLED_BYTES = 500_000;

const screens = needs('Xvfb', 'import', 'display', 'xterm', 'xdotool');
const freerdp = needs('Xvfb', 'import', 'display', 'xterm', 'xfreerdp');
const wheel = needs('xdotool', 'xev', 'stdbuf');
const rdesktop = needs('Xvfb', 'import', 'display', 'xterm', 'rdesktop');

let source: Display;
let sharing: Sharing;
const programs: Program[] = [];
const displays: Display[] = [];
const homes: Awaited<ReturnType<typeof temporaryHome>>[] = [];

beforeAll(async () => {
  if (screens.skip) return;
  source = await startDisplay({ width: WIDTH, height: HEIGHT });
  await paint(source, WIDTH, HEIGHT);
});

afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop();
  for (const display of displays.splice(0)) await display.close();
  for (const home of homes.splice(0)) await home.remove();
  await sharing?.close();
});

afterAll(async () => {
  await source?.close();
});

async function screen(): Promise<Display> {
  const display = await startDisplay({ width: WIDTH, height: HEIGHT });
  displays.push(display);
  return display;
}

/** Each in a home of its own: they remember certificates and do not share folders well. */
async function client(display: Display, command: string, args: readonly string[], answer?: string): Promise<Program> {
  const home = await temporaryHome();
  homes.push(home);
  const program = startProgram(command, args, {
    env: { ...display.env, ...home.env },
    stdio: [answer === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (answer !== undefined) program.process.stdin?.write(answer);
  programs.push(program);
  return program;
}

function xfreerdp(display: Display, ...more: readonly string[]): Promise<Program> {
  return client(display, 'xfreerdp', [
    `/v:${HOST}:${sharing.port}`,
    '/cert:ignore',
    '/u:expert',
    '/p:unused',
    `/size:${WIDTH}x${HEIGHT}`,
    '/bpp:32',
    '-decorations',
    '-grab-keyboard',
    '/log-level:WARN',
    ...more,
  ]);
}

function rdesktopClient(display: Display, ...more: readonly string[]): Promise<Program> {
  // It asks on standard input whether to trust a self-signed certificate.
  return client(
    display,
    'rdesktop',
    ['-u', 'expert', '-p', 'unused', '-g', `${WIDTH}x${HEIGHT}`, '-a', '32', '-D', ...more, `${HOST}:${sharing.port}`],
    'yes\nyes\n',
  );
}

function untilRefused(code: string): Promise<unknown> {
  return until(
    () => sharing.events.some((event) => event.tag === 'refused' && event.error.code === code),
    `the refusal ${code}: ${JSON.stringify(sharing.events)}`,
  );
}

/** Something scrolls and is moved about on the novice's screen; the client shows it exactly, by copies if it has announced that it can. */
async function expectScrolled(seen: () => Promise<Picture>, copied: boolean): Promise<void> {
  await untilSame(() => source.screenshot(), seen);
  const before = sharing.graphicsBytes();
  const terminal = await scroll(source);
  try {
    if (copied) await until(() => sharing.orderUpdates() > 5, 'copies of what scrolls');
    else await until(() => sharing.graphicsBytes() > before + SCROLLED_BYTES, 'pictures of what scrolls');
    await terminal.still();
    await untilSame(() => source.screenshot(), seen);
    const copies = sharing.orderUpdates();
    await terminal.drag();
    await untilSame(() => source.screenshot(), seen);
    if (copied) expect(sharing.orderUpdates()).toBeGreaterThan(copies);
    if (!copied) expect(sharing.orderUpdates()).toBe(0);
  } finally {
    await terminal.stop();
  }
}

function expectNothingShown(): void {
  expect(sharing.link()).toBeUndefined();
  expect(sharing.graphicsBytes()).toBe(0);
}

describe.skipIf(freerdp.skip)(freerdp.title('xfreerdp as expert'), () => {
  it('presents the session id and shows the novice’s screen, pixel for pixel', async () => {
    sharing = await share(source);
    const display = await screen();
    await xfreerdp(display, `/shell-dir:${sharing.sessionId}`);
    await untilSame(
      () => source.screenshot(),
      () => display.screenshot(),
    );
    expect(sharing.linkEvents.map(({ tag }) => tag)).toContain('active');
  });

  it('copies what scrolls, pixel for pixel', async () => {
    sharing = await share(source);
    const display = await screen();
    await xfreerdp(display, `/shell-dir:${sharing.sessionId}`);
    await expectScrolled(() => display.screenshot(), true);
  });

  it('steers: what is done in its window arrives as input', async () => {
    sharing = await share(source);
    const display = await screen();
    await xfreerdp(display, `/shell-dir:${sharing.sessionId}`);
    await untilSame(
      () => source.screenshot(),
      () => display.screenshot(),
    );
    await until(async () => {
      await display.xdotool('mousemove', '300', '200', 'click', '1');
      return sharing.linkEvents.some(
        (event) => event.tag === 'input' && event.events.some((input) => input.tag === 'pointerButton' && input.button === 'left'),
      );
    }, 'a click');
    const click = sharing.linkEvents
      .flatMap((event) => (event.tag === 'input' ? event.events : []))
      .find((input) => input.tag === 'pointerButton');
    expect(click).toMatchObject({ x: 300, y: 200 });
  });

  it.skipIf(wheel.skip)(wheel.title('turns the wheel where the pointer is, although it sends no place with it'), async () => {
    sharing = await share(source);
    const display = await screen();
    await xfreerdp(display, `/shell-dir:${sharing.sessionId}`);
    await untilSame(
      () => source.screenshot(),
      () => display.screenshot(),
    );
    const injector = await openX11Input({ address: { display: source.name }, clock: systemClock });
    sharing.link()?.onEvent((event) => {
      if (event.tag === 'input') injector.inject(event.events);
    });
    const viewer = source.start('stdbuf', ['-oL', 'xev', '-geometry', '300x300+300+200']);
    try {
      await until(() => viewer.output().includes('MapNotify'), 'the window');
      // Again and again, until xfreerdp has its window and the window manager that is not there has nothing to say.
      await until(async () => {
        await display.xdotool('mousemove', '400', '330', 'click', '4', 'click', '5');
        return [4, 5].every((button) => viewer.output().includes(`button ${button}`));
      }, 'both turns');
      const turns = [...viewer.output().matchAll(/ButtonPress event[\s\S]*?root:\((\d+,\d+)\)[\s\S]*?button (\d)/g)];
      expect(new Set(turns.map(([, place, button]) => `${button} at ${place}`))).toEqual(new Set(['4 at 400,330', '5 at 400,330']));
      const sent = sharing.linkEvents.flatMap((event) => (event.tag === 'input' ? event.events : []));
      expect(sent.filter(({ tag }) => tag === 'wheel').every((event) => 'x' in event && event.x === 0 && event.y === 0)).toBe(true);
    } finally {
      await injector.close();
      await viewer.stop();
    }
  });

  it('gets nothing with a wrong session id', async () => {
    sharing = await share(source);
    const program = await xfreerdp(await screen(), `/shell-dir:${Buffer.alloc(32, 1).toString('base64')}`);
    await untilRefused('WRONG_SESSION_ID');
    await program.exited;
    expectNothingShown();
  });

  it('gets nothing without a session id', async () => {
    sharing = await share(source);
    const program = await xfreerdp(await screen());
    await untilRefused('WRONG_SESSION_ID');
    await program.exited;
    expectNothingShown();
  });

  it('is told apart from a broken connection when it cannot show what we send', async () => {
    sharing = await share(source);
    const display = await screen();
    const slowPath = (await isFreerdp3(display)) ? '/tune:FreeRDP_FastPathOutput:false' : '-fast-path';
    await xfreerdp(display, `/shell-dir:${sharing.sessionId}`, slowPath);
    await until(() => sharing.linkEvents.some(({ tag }) => tag === 'ended'), 'the end');
    expect(sharing.linkEvents.find(({ tag }) => tag === 'ended')).toMatchObject({ end: 'incompatible' });
    expect(sharing.graphicsBytes()).toBe(0);
  });

  it('gets nothing with plain RDP security, and it is known why', async () => {
    sharing = await share(source);
    const program = await xfreerdp(await screen(), `/shell-dir:${sharing.sessionId}`, '/sec:rdp');
    await untilRefused('OTHER_SECURITY');
    await program.exited;
    expectNothingShown();
    expect(sharing.events.flatMap((event) => (event.tag === 'refused' ? [event.failure] : []))).toContain('otherSecurity');
  });
});

describe.skipIf(rdesktop.skip)(rdesktop.title('rdesktop as expert'), () => {
  it('presents the session id and shows the novice’s screen, pixel for pixel', async () => {
    sharing = await share(source);
    const display = await screen();
    await rdesktopClient(display, '-c', sharing.sessionId);
    await untilSame(
      () => source.screenshot(),
      () => display.screenshot(),
    );
  });

  it('copies what scrolls, pixel for pixel', async () => {
    sharing = await share(source);
    const display = await screen();
    await rdesktopClient(display, '-c', sharing.sessionId);
    await expectScrolled(() => display.screenshot(), true);
  });

  it('gets nothing with a wrong session id', async () => {
    sharing = await share(source);
    await rdesktopClient(await screen(), '-c', Buffer.alloc(32, 2).toString('base64'));
    await untilRefused('WRONG_SESSION_ID');
    expectNothingShown();
  });
});

describe.skipIf(screens.skip).each([['ringback'], ['classic']] as const)(
  screens.title('our expert with the engine %s'),
  (engine: EngineName) => {
    it('shows the novice’s screen, pixel for pixel, and its input arrives', async () => {
      sharing = await share(source);
      const stop = new AbortController();
      const room = createConnectionRoom({ clock: systemClock, listenHost: HOST, startEngine: () => forkEngine() });
      const endpoint = await room.openExpert({ engine, userName: 'expert' }, stop.signal);
      let link: ExpertLink | undefined;
      let decoder: GraphicsDecoder | undefined;
      const ends: string[] = [];
      endpoint.onEvent((event) => {
        if (event.tag !== 'verified') return;
        link = event.link;
        link.onEvent((linkEvent) => {
          if (linkEvent.tag === 'active') decoder = new GraphicsDecoder(linkEvent.desktop);
          if (linkEvent.tag === 'ended') ends.push(linkEvent.end);
          if (linkEvent.tag !== 'graphics') return;
          for (const frame of decoder === undefined ? [] : applied(decoder.apply(linkEvent.graphics)).frames)
            if (frame.action === 'end') link?.acknowledgeFrame(frame.frameId);
        });
      });
      try {
        const { ticket, sessionId, pin } = sharing.endpoint;
        endpoint.expect({ ...ticket, sessionId, pin });
        sharing.endpoint.expect(endpoint.ticket);
        sharing.endpoint.reach('reverse');
        const seen = async () => (decoder === undefined ? { width: 0, height: 0, rgb: new Uint8Array(0) } : pictureOf(decoder.surface));
        await untilSame(() => source.screenshot(), seen);
        // The other engine announces no drawing orders.
        await expectScrolled(seen, engine === 'ringback');
        link?.sendInput([
          { tag: 'pointerMove', x: 12, y: 34 },
          { tag: 'key', scancode: 0x48, prefix: 'e0', down: true },
          { tag: 'key', scancode: 0x48, prefix: 'e0', down: false },
          { tag: 'wheel', axis: 'vertical', delta: -120, x: 12, y: 34 },
          { tag: 'pointerButton', button: 'x1', down: true, x: 1, y: 2 },
          { tag: 'unicode', codeUnit: 0x20ac, down: true },
          { tag: 'locks', locks: { scrollLock: false, numLock: true, capsLock: true, kanaLock: false } },
        ]);
        const input = () => sharing.linkEvents.flatMap((event) => (event.tag === 'input' ? event.events : []));
        await until(() => input().some(({ tag }) => tag === 'locks'), 'the last input');
        expect(input().slice(-7)).toEqual([
          { tag: 'pointerMove', x: 12, y: 34 },
          { tag: 'key', scancode: 0x48, prefix: 'e0', down: true },
          { tag: 'key', scancode: 0x48, prefix: 'e0', down: false },
          { tag: 'wheel', axis: 'vertical', delta: -120, x: 12, y: 34 },
          { tag: 'pointerButton', button: 'x1', down: true, x: 1, y: 2 },
          { tag: 'unicode', codeUnit: 0x20ac, down: true },
          { tag: 'locks', locks: { scrollLock: false, numLock: true, capsLock: true, kanaLock: false } },
        ]);
        await link?.close();
        expect(ends).toEqual(['userRequested']);
        await until(
          () => sharing.linkEvents.some((event) => event.tag === 'ended' && event.end === 'disconnected'),
          'the novice to hear the goodbye',
        );
      } finally {
        await endpoint.close();
        await link?.close();
      }
    });
  },
);
