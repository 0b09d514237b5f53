import { join } from 'node:path';
import type { Display } from '../support/display.ts';
import type { Program } from '../support/programs.ts';
import type { Area } from './screen-probe.ts';

/** Something that happens on the novice's desktop, and where on it one has to look. */
export interface Workload {
  readonly name: string;
  readonly area: Area;
  /** Changes a second that a perfect viewer would show. */
  readonly rate: number;
  start(display: Display): Program;
}

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

export const STATIC: Workload = {
  name: 'static desktop',
  area: { x: 60, y: 60, width: 400, height: 200 },
  rate: 0,
  start: (display) => display.start('xterm', xterm('100x40+20+20', 'sh', '-c', 'ls -l /usr/bin | head -40; exec sleep 1000')),
};

export const SCROLL: Workload = {
  name: 'scrolling terminal',
  area: { x: 60, y: 300, width: 320, height: 24 },
  rate: 30,
  start: (display) =>
    display.start(
      'xterm',
      xterm(
        '110x42+20+20',
        process.execPath,
        '-e',
        'let n=0;setInterval(()=>{let s="";for(let i=0;i<3;i++)s+=`${++n} the quick brown fox ${(n*2654435761>>>0).toString(36)} jumps over the lazy dog ${n*7}\\n`;process.stdout.write(s)},33)',
      ),
    ),
};

export const VIDEO: Workload = {
  name: 'video 640×360',
  area: { x: 420, y: 320, width: 320, height: 24 },
  rate: 30,
  start: (display) => display.start(process.execPath, [join(import.meta.dirname, 'video.mjs'), display.name, '400', '200']),
};

/** A terminal that echoes what is typed. */
export const TYPING: Workload = {
  name: 'typing',
  area: { x: 24, y: 24, width: 500, height: 80 },
  rate: 0,
  start: (display) => display.start('xterm', xterm('90x30+20+20', 'cat')),
};
