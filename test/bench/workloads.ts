import { join } from 'node:path';
import type { Size } from '../../src/protocol/rdp/geometry.ts';
import type { Display } from '../support/display.ts';
import { type Program, until } from '../support/programs.ts';
import { STAMP } from './film-picture.mjs';
import type { Area } from './screen-probe.ts';

export type WorkloadName =
  | 'static desktop'
  | 'typing'
  | 'terminal scroll'
  | 'browser scroll'
  | 'window drag'
  | 'film 640×360'
  | 'film in a page'
  | 'full-screen film'
  | 'one-colour flips'
  | 'typing beside a film';

/** Something that happens on the novice's desktop, and where on it one has to look. */
export interface Workload {
  readonly name: WorkloadName;
  /** What changes with every step of it, on a desktop of this size. */
  area(size: Size): Area;
  /** Changes a second that a perfect viewer would show. */
  readonly rate: number;
  /** Keys are pressed at the client, so far apart, instead of counting changes; `click`: where the terminal is that they go to. */
  readonly keys?: { readonly betweenMs: number; readonly click?: { readonly x: number; readonly y: number } };
  /** Each picture has its number: where they are. How late it is seen and how true, can be told then. */
  film?(size: Size): Area;
  start(display: Display, size: Size): Promise<Running>;
}

export interface Running {
  /** What it has written. */
  output(): string;
  /** Stands still from now on, where it can. */
  rest(): void;
  stop(): Promise<void>;
}

/** 35 words a minute, five letters and a space each. */
const TYPING_MS = 343;

const xterm = (geometry: string, ...command: readonly string[]) => [
  '-fa',
  'DejaVu Sans Mono',
  '-fs',
  '10',
  '-geometry',
  geometry,
  '-e',
  ...command,
];
const lines = (count: number, everyMs: number) =>
  `let n=0;setInterval(()=>{let s="";for(let i=0;i<${count};i++)s+=\`\${++n} the quick brown fox \${(n*2654435761>>>0).toString(36)} jumps over the lazy dog \${n*7}\\n\`;process.stdout.write(s)},${everyMs})`;
const running = (...programs: readonly Program[]): Running => ({
  output: () => programs[0]?.output() ?? '',
  rest: () => programs[0]?.process.kill('SIGUSR1'),
  stop: async () => {
    for (const program of programs.toReversed()) await program.stop();
  },
});
const painter = (display: Display, file: string, ...numbers: readonly number[]): Program =>
  display.start(process.execPath, [join(import.meta.dirname, file), display.name, ...numbers.map(String)]);
const ready = async (program: Program): Promise<Program> => {
  await until(
    () => program.output().includes('ready'),
    () => `a workload: ${program.output()}`,
    60_000,
  );
  return program;
};
const film = async (display: Display, { x, y, width, height }: Area): Promise<Program> =>
  ready(painter(display, 'numbered-film.mjs', x, y, width, height));
const terminal = (display: Display): Program => display.start('xterm', xterm('90x30+20+20', 'cat'));
const browser = async (display: Display, { width, height }: Size, does: string): Promise<Running> => {
  const electron = process.env['RINGBACK_TEST_ELECTRON'] ?? 'electron';
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return running(
    await ready(display.start(electron, [...root, join(import.meta.dirname, 'browser'), String(width), String(height), does])),
  );
};
const stamped = ({ x, y }: Area): Area => ({ x, y, width: STAMP.bits * STAMP.block, height: STAMP.block });
const SMALL_FILM = { x: 400, y: 200, width: 640, height: 360 } as const;
const BESIDE_FILM = { x: 620, y: 300, width: 640, height: 360 } as const;
const whole = (size: Size): Area => ({ x: 0, y: 0, ...size });
const typed: Area = { x: 24, y: 24, width: 500, height: 80 };

const STATIC: Workload = {
  name: 'static desktop',
  area: () => ({ x: 60, y: 60, width: 400, height: 200 }),
  rate: 0,
  start: (display) =>
    Promise.resolve(running(display.start('xterm', xterm('100x40+20+20', 'sh', '-c', 'ls -l /usr/bin | head -40; exec sleep 1000')))),
};

export const TYPING: Workload = {
  name: 'typing',
  area: () => typed,
  rate: 0,
  keys: { betweenMs: TYPING_MS, click: { x: 224, y: 84 } },
  start: (display) => Promise.resolve(running(terminal(display))),
};

export const SCROLL: Workload = {
  name: 'terminal scroll',
  area: () => ({ x: 60, y: 300, width: 320, height: 24 }),
  rate: 30,
  start: (display) => Promise.resolve(running(display.start('xterm', xterm('110x42+20+20', process.execPath, '-e', lines(3, 33))))),
};

const PAGE_SCROLL: Workload = {
  name: 'browser scroll',
  area: () => ({ x: 40, y: 300, width: 500, height: 24 }),
  rate: 60,
  start: (display, size) => browser(display, size, 'scroll'),
};

const DRAG: Workload = {
  name: 'window drag',
  area: () => ({ x: 140, y: 340, width: 900, height: 24 }),
  rate: 30,
  start: async (display) => {
    // One after the other: whichever is mapped last is in front.
    const shown = (title: string) =>
      until(
        async () => (await display.xdotool('search', '--onlyvisible', '--name', `^${title}$`).catch(() => '')).split('\n').find(Boolean),
        `the window ${title}`,
      );
    const listing = (title: string, geometry: string, command: string) =>
      display.start('xterm', ['-T', title, ...xterm(geometry, 'sh', '-c', `${command}; exec sleep 1000`)]);
    const below = listing('behind', '150x50+0+0', 'ls -l /usr/bin | head -60');
    await shown('behind');
    const above = listing('dragged', '60x16+400+200', 'ls -l /etc | head -14');
    const id = await shown('dragged');
    return running(painter(display, 'drag.mjs', Number(id), 400, 200, 110), above, below);
  },
};

export const FILM: Workload = {
  name: 'film 640×360',
  area: () => stamped(SMALL_FILM),
  rate: 30,
  film: () => SMALL_FILM,
  start: async (display) => running(await film(display, SMALL_FILM)),
};

const PAGE_FILM: Workload = {
  name: 'film in a page',
  area: () => ({ x: 60, y: 380, width: 320, height: 24 }),
  rate: 30,
  start: (display, size) => browser(display, size, 'film'),
};

const FULL_FILM: Workload = {
  name: 'full-screen film',
  area: (size) => stamped(whole(size)),
  rate: 30,
  film: whole,
  start: async (display, size) => running(await film(display, whole(size))),
};

const FLIPS: Workload = {
  name: 'one-colour flips',
  area: ({ width, height }) => ({ x: Math.floor(width / 2), y: Math.floor(height / 2), width: 64, height: 64 }),
  rate: 0,
  keys: { betweenMs: TYPING_MS, click: { x: 300, y: 300 } },
  start: async (display, { width, height }) => running(await ready(painter(display, 'flip.mjs', width, height))),
};

const TYPING_BESIDE_FILM: Workload = {
  name: 'typing beside a film',
  area: () => typed,
  rate: 0,
  keys: { betweenMs: TYPING_MS, click: { x: 224, y: 84 } },
  start: async (display) => {
    const window = terminal(display);
    return running(await film(display, BESIDE_FILM), window);
  },
};

export const WORKLOADS: readonly Workload[] = [
  STATIC,
  TYPING,
  SCROLL,
  PAGE_SCROLL,
  DRAG,
  FILM,
  PAGE_FILM,
  FULL_FILM,
  FLIPS,
  TYPING_BESIDE_FILM,
];
