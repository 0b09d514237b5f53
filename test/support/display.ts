import { join } from 'node:path';
import { isWitness } from './evidence.ts';
import { type Program, run, startProgram, until } from './programs.ts';
import { environmentOf, type Surroundings, USUAL_SURROUNDINGS } from './surroundings.ts';

/** A real X display of a test's own (Xvfb), with what is started on it. */
export interface Display {
  /** `:N` */
  readonly name: string;
  /** Whose it is, in the names of files. */
  readonly called: string;
  readonly env: NodeJS.ProcessEnv;
  readonly surroundings: Surroundings;
  /** Starts a program on this display; ended with it. */
  start(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Program;
  /** The whole screen, RGB, rows top down. */
  screenshot(): Promise<Picture>;
  /** The whole screen as a PNG file. */
  saveScreenshot(path: string): Promise<void>;
  xdotool(...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 3 bytes a pixel. */
  readonly rgb: Uint8Array;
}

export interface DisplayOptions {
  /** Whose it is, in the names of files; its number when left out. */
  readonly called?: string;
  readonly width?: number;
  readonly height?: number;
  /** Bits of colour; 24 when left out. */
  readonly depth?: number;
  /** Further arguments of the X server. */
  readonly serverArguments?: readonly string[];
  /** Runs openbox, without which dialogs get no keyboard focus and windows no title. */
  readonly windowManager?: boolean;
  /** The zone, locale and hour of what runs on it. */
  readonly surroundings?: Surroundings;
}

/** Starts Xvfb on a free display number (it picks the number itself). */
export async function startDisplay(options: DisplayOptions = {}): Promise<Display> {
  const { width = 1280, height = 720, depth = 24, serverArguments = [], surroundings = USUAL_SURROUNDINGS } = options;
  const server = startProgram('Xvfb', [
    '-displayfd',
    '1',
    '-screen',
    '0',
    `${width}x${height}x${depth}`,
    '-nolisten',
    'tcp',
    '-noreset',
    '-dpi',
    '96',
    ...serverArguments,
  ]);
  const number = await until(() => /^(\d+)\s*$/m.exec(server.output())?.[1], `Xvfb to start: ${server.output()}`);
  const name = `:${number}`;
  const env: NodeJS.ProcessEnv = { ...process.env, ...environmentOf(surroundings), DISPLAY: name, XDG_SESSION_TYPE: 'x11' };
  delete env['WAYLAND_DISPLAY'];
  delete env['XAUTHORITY'];
  const programs: Program[] = [];
  const called = options.called ?? `display-${number}`;

  const display: Display = {
    name,
    called,
    env,
    surroundings,
    start: (command, args, extra = {}) => {
      const program = startProgram(command, args, { env: { ...env, ...extra } });
      programs.push(program);
      return program;
    },
    screenshot: async () => readPpm(await run('import', ['-silent', '-window', 'root', '-depth', '8', 'ppm:-'], { env })),
    saveScreenshot: async (path) => {
      // A photo at the usual level takes two seconds of a processor, and five times as long where others want it too.
      await run('import', ['-silent', '-window', 'root', '-quality', '11', path], { env, timeoutMs: 60_000 });
    },
    xdotool: async (...args) => (await run('xdotool', args, { env })).toString().trim(),
    close: async () => {
      forget();
      for (const program of programs.reverse()) await program.stop();
      await server.stop();
    },
  };
  const forget = isWitness({ file: `${called}.png`, save: display.saveScreenshot });
  if (options.windowManager) {
    display.start('openbox', ['--config-file', join(import.meta.dirname, 'openbox.xml')]);
    await until(
      async () => (await run('xprop', ['-root', '_NET_SUPPORTING_WM_CHECK'], { env })).toString().includes('window id'),
      'openbox',
    );
  }
  return display;
}

/** Binary PPM (P6), 8 bits a channel. */
function readPpm(bytes: Buffer): Picture {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 64).toString('latin1'));
  if (!header) throw new Error('not a P6 picture');
  const width = Number(header[1]);
  const height = Number(header[2]);
  const rgb = new Uint8Array(bytes.subarray(header[0].length));
  if (rgb.length !== width * height * 3) throw new Error(`P6 picture of ${rgb.length} bytes`);
  return { width, height, rgb };
}
