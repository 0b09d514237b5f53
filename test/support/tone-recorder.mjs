/*
 * In the place of `parec` on a desktop that has no sound server: gives out a tone as if this computer played it, 16 bits, two channels. Its process id and
 * each end are written to files in the folder that the first argument names.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectX11 } from '../../src/main/desktop/x11/x11-connection.ts';

const TONE_HZ = 440;
const LOUDNESS = 12_000;
const EVERY_MS = 15;
const BEEP_MS = 200;

const [folder = '.', ...args] = process.argv.slice(2);
const rate = Number(args.find((arg) => arg.startsWith('--rate='))?.slice('--rate='.length));
appendFileSync(join(folder, 'started'), `${process.pid}\n`);

const beganMs = performance.now();
let made = 0;
/** From when to when it beeps; always, until it is told to beep with a flash of the screen. */
let beep = { from: 0, to: Number.POSITIVE_INFINITY };

const { DISPLAY: display = '', XAUTHORITY: xauthority } = process.env;
const { client, screen } = await connectX11({ display, ...(xauthority === undefined ? {} : { xauthority }) }, false);
/** Here and not by a program, whose start would come between the flash and the beep. */
const paint = (backgroundPixel) => {
  client.ChangeWindowAttributes(screen.root, { backgroundPixel });
  client.ClearArea(screen.root, 0, 0, 0, 0, 0);
};

process.on('SIGUSR1', () => {
  if (beep.to === Number.POSITIVE_INFINITY) beep = { from: 0, to: 0 };
  else {
    paint(screen.white_pixel);
    const now = Math.round(((performance.now() - beganMs) * rate) / 1_000);
    beep = { from: now, to: now + (BEEP_MS * rate) / 1_000 };
    setTimeout(() => paint(screen.black_pixel), 400);
  }
});

setInterval(() => {
  const due = Math.floor(((performance.now() - beganMs) * rate) / 1_000);
  const block = Buffer.alloc((due - made) * 4);
  for (let at = 0; made < due; made += 1, at += 4) {
    const sounds = made >= beep.from && made < beep.to;
    const value = sounds ? Math.round(LOUDNESS * Math.sin((2 * Math.PI * TONE_HZ * made) / rate)) : 0;
    block.writeInt16LE(value, at);
    block.writeInt16LE(value, at + 2);
  }
  process.stdout.write(block);
}, EVERY_MS);
