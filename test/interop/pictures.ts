import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Surface } from '../../src/protocol/rdp/graphics/surface.ts';
import type { Display, Picture } from '../support/display.ts';
import { until } from '../support/programs.ts';

/** A still picture with text, flat areas and noise on a display. */
export async function paint(display: Display, width: number, height: number): Promise<void> {
  display.start('display', ['-window', 'root', '-size', `${width}x${height}`, `plasma:tomato-steelblue`]);
  display.start('xterm', ['-geometry', '70x18+40+40', '-e', 'sh', '-c', 'seq 1 200; exec sleep 1000']);
  let before: Picture | undefined;
  await until(async () => {
    const now = await display.screenshot();
    const still = before !== undefined && samePicture(before, now) === undefined;
    before = now;
    return still && colourful(now);
  }, 'the display to be painted and still');
}

export interface ScrollingTerminal {
  /** Lets it come to rest. */
  still(): Promise<void>;
  stop(): Promise<void>;
  /** Moves it about, to all sides and partly out of the screen; once it is still. */
  drag(): Promise<void>;
}

/** A terminal that scrolls until it is told to be still, over a busy background and partly outside the screen. */
export async function scroll(display: Display): Promise<ScrollingTerminal> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-scroll-'));
  const told = join(folder, 'still');
  const script = `i=0; until [ -e ${told} ]; do i=$((i+1)); echo "$i the quick brown fox $((i*7919)) jumps"; sleep 0.02; done; printf "\\033]2;still\\007"; exec sleep 1000`;
  const terminal = display.start('xterm', ['-geometry', '80x30+330+500', '-e', 'sh', '-c', script]);
  return {
    still: async () => {
      await writeFile(told, '');
      await until(async () => (await display.xdotool('search', '--name', '^still$').catch(() => '')) !== '', 'the terminal to stand still');
    },
    drag: async () => {
      const window = (await display.xdotool('search', '--name', '^still$')).split('\n')[0] ?? '';
      for (const [x, y] of [
        [311, 480],
        [290, 430],
        [303, 390],
        [250, 390],
        [250, 350],
        [-20, 340],
        [-60, 300],
        [10, 320],
      ])
        await display.xdotool('windowmove', '--', window, `${x}`, `${y}`, 'sleep', '0.05');
    },
    stop: async () => {
      await terminal.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function colourful({ rgb }: Picture): boolean {
  const colours = new Set<number>();
  for (let at = 0; at < rgb.length; at += 3 * 997)
    colours.add(((rgb[at] as number) << 16) | ((rgb[at + 1] as number) << 8) | (rgb[at + 2] as number));
  let white = 0;
  for (let at = 0; at < rgb.length; at += 3) if (rgb[at] === 255 && rgb[at + 1] === 255 && rgb[at + 2] === 255) white += 1;
  return colours.size > 50 && white > 20_000;
}

/** Undefined when every pixel is equal, else what differs, for a person to read. */
export function samePicture(expected: Picture, actual: Picture): string | undefined {
  if (expected.width !== actual.width || expected.height !== actual.height) {
    return `${actual.width}x${actual.height} in place of ${expected.width}x${expected.height}`;
  }
  let wrong = 0;
  let first = -1;
  for (let at = 0; at < expected.rgb.length; at += 3) {
    if (expected.rgb[at] !== actual.rgb[at] || expected.rgb[at + 1] !== actual.rgb[at + 1] || expected.rgb[at + 2] !== actual.rgb[at + 2]) {
      wrong += 1;
      if (first < 0) first = at / 3;
    }
  }
  if (wrong === 0) return undefined;
  const at = first * 3;
  const pixel = (rgb: Uint8Array) => `${rgb[at]},${rgb[at + 1]},${rgb[at + 2]}`;
  return `${wrong} pixels differ, first at ${first % expected.width},${Math.floor(first / expected.width)}: ${pixel(actual.rgb)} in place of ${pixel(expected.rgb)}`;
}

/** A decoded surface as a picture. */
export function pictureOf({ width, height, words }: Surface): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as number;
    rgb[index * 3] = word & 0xff;
    rgb[index * 3 + 1] = (word >> 8) & 0xff;
    rgb[index * 3 + 2] = (word >> 16) & 0xff;
  }
  return { width, height, rgb };
}

/** Waits until both show the same; says what differs when they never do. */
export async function untilSame(expected: () => Promise<Picture>, actual: () => Promise<Picture>, timeoutMs = 30_000): Promise<void> {
  let difference: string | undefined = 'nothing seen yet';
  await until(
    async () => {
      difference = samePicture(await expected(), await actual());
      return difference === undefined;
    },
    'the pictures to be equal',
    timeoutMs,
  ).catch(() => {
    throw new Error(`the pictures stay different: ${difference}`);
  });
}
