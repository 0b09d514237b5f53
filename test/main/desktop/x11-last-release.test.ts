import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectX11, reply } from '../../../src/main/desktop/x11/x11-connection.ts';
import { type Display, startDisplay } from '../../support/display.ts';
import { heldKeys } from '../../support/held-keys.ts';
import { needs, until } from '../../support/programs.ts';

const programs = needs('Xvfb');
const HOLDER = fileURLToPath(new URL('../../support/held-input.ts', import.meta.url));
/** Buttons in the state of QueryPointer. */
const BUTTONS = 0x1f00;

describe.skipIf(programs.skip)(programs.title('what the expert holds when the novice’s program is killed'), () => {
  let display: Display;
  beforeAll(async () => {
    display = await startDisplay({ width: 320, height: 240 });
  });
  afterAll(() => display?.close());

  const heldButtons = async (): Promise<number> => {
    const x = await connectX11({ display: display.name }, false);
    try {
      return (await reply<{ readonly keyMask: number }>((done) => x.client.QueryPointer(x.screen.root, done))).keyMask & BUTTONS;
    } finally {
      x.close();
    }
  };
  const hold = (...more: readonly string[]) => display.start(process.execPath, [HOLDER, display.name, ...more]);

  it('goes up: keys, modifiers and buttons', async () => {
    const holder = hold();
    await until(
      () => holder.output().includes('holds'),
      () => `the holder: ${holder.output()}`,
    );
    await until(
      async () => (await heldKeys(display.name)) === 2 && (await heldButtons()) !== 0,
      'a key, a modifier and a button to be down',
    );
    holder.process.kill('SIGKILL');
    await until(async () => (await heldKeys(display.name)) === 0 && (await heldButtons()) === 0, 'everything to be up');
    await until(() => executors() === 0, 'whoever let go of it to be gone');
  });

  it('leaves nobody waiting where the program ends as it should', async () => {
    const holder = hold('close');
    expect(await holder.exited).toBe(0);
    expect([await heldKeys(display.name), await heldButtons()]).toEqual([0, 0]);
    await until(() => executors() === 0, 'whoever would have let go of it to be gone');
  });

  /** Shells of ours that wait for the end of a program on this display. */
  function executors(): number {
    return readdirSync('/proc').filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('printf "$last" >&3') &&
          readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`DISPLAY=${display.name}\0`)
        );
      } catch {
        return false;
      }
    }).length;
  }
});
