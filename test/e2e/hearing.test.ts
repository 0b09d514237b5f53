import { existsSync } from 'node:fs';
import { kill } from 'node:process';
import { beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { electronExecutable } from '../support/app.ts';
import { hearingPeople } from '../support/hearing.ts';
import { needs, until } from '../support/programs.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const skip = programs.skip || !electronExecutable;

describe.skipIf(skip)(programs.title('the sound of the novice’s computer'), () => {
  const people = hearingPeople('hearing');
  const theSwitch = () => people.panel.getByRole('switch', { name: t('sound.novice.switch', { name: 'Peter' }), exact: true });

  beforeAll(() => people.begin(), 120_000);

  it('is off, nothing records it, and the expert reads who can turn it on', async () => {
    await people.session.getByLabel(t('sound.expert.label.off'), { exact: true }).click();
    await people.session.getByText(t('sound.expert.off', { name: 'Anna' }), { exact: true }).waitFor();
    await theSwitch().waitFor();
    await people.keep('off');
    expect(await theSwitch().isChecked()).toBe(false);
    expect(people.recorders()).toEqual([]);
    expect(await people.heard()).toEqual({ loudness: 0, hertz: 0, packets: 0 });
    expect(await people.encoder()).toBeUndefined();
  });

  it('is heard once the novice has pressed the switch and said yes', async () => {
    await people.turnOn();
    await until(
      async () => {
        const { loudness, hertz } = await people.heard();
        return loudness > 0.3 && Math.abs(hertz - 440) < 15;
      },
      'the tone',
      30_000,
    );
    await until(() => theSwitch().isChecked(), 'the switch to be on');
    await people.session.getByText(t('sound.expert.on', { name: 'Anna' }), { exact: true }).waitFor();
    expect(people.recorders()).toHaveLength(1);
    await people.keep('on');
  });

  it('is not heard while the expert has muted it, and is turned down', async () => {
    const mute = people.session.getByRole('switch', { name: t('sound.expert.mute'), exact: true });
    await mute.check();
    await until(async () => (await people.heard()).loudness < 0.001, 'silence');
    await people.keep('muted');
    await mute.uncheck();
    await people.session.getByRole('slider', { name: t('sound.expert.volume'), exact: true }).fill('50');
    await until(async () => Math.abs((await people.heard()).loudness - 0.092) < 0.01, 'a quarter of it');
  });

  it('comes as Opus, also after a crash of its encoder, and without it after the next one', async () => {
    const killEncoder = async (other?: number): Promise<number> => {
      const { packets } = await people.heard();
      await until(async () => (await people.heard()).packets > packets + 20, 'packets', 30_000);
      const encoder = await people.encoder();
      if (encoder === undefined || encoder === other) throw new Error(`no encoder but ${other}`);
      kill(encoder, 'SIGKILL');
      return encoder;
    };
    const first = await killEncoder();
    await until(() => people.recorders().length === 2, 'sound again', 30_000);
    await killEncoder(first);
    let newest = { packets: -1, atMs: 0 };
    await until(
      async () => {
        const { packets, loudness } = await people.heard();
        if (packets !== newest.packets) newest = { packets, atMs: performance.now() };
        return performance.now() - newest.atMs > 1_000 && loudness > 0.05;
      },
      'the tone without packets',
      30_000,
    );
    expect([people.recorders().length, await people.encoder()]).toEqual([3, undefined]);
  });

  it('is gone at once when the novice turns it off, and nothing records any more', async () => {
    await people.press();
    await people.session.getByText(t('sound.expert.nowOff', { name: 'Anna' }), { exact: true }).waitFor();
    await until(async () => (await people.heard()).loudness === 0, 'silence');
    const pid = people.recorders().at(-1) ?? 0;
    await until(() => !existsSync(`/proc/${pid}`), 'the recorder to have ended');
  });
});
