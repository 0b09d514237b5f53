import { kill } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { electronExecutable } from '../support/app.ts';
import { hearingPeople } from '../support/hearing.ts';
import { needs, run, until } from '../support/programs.ts';
import { needsSound, startSoundServer, type SoundTestServer } from '../support/sound-server.ts';

/* Two people, of whom the novice is recorded as on Windows and macOS: by the page, out of a sound server that plays a tone. */

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');
const sound = needsSound();
const skip = programs.skip || sound.skip || !electronExecutable;
const TONE_HERTZ = 440;

describe.skipIf(skip)(sound.title(programs.title('the sound of the novice’s computer, recorded by a page')), () => {
  const people = hearingPeople('hearing-page');
  let server: SoundTestServer;
  const theSwitch = () => people.panel.getByRole('switch', { name: t('sound.novice.switch', { name: 'Peter' }), exact: true });
  const untilHeard = () =>
    until(
      async () => {
        const { loudness, hertz } = await people.heard();
        return loudness > 0.3 && Math.abs(hertz - TONE_HERTZ) < 15;
      },
      'the tone',
      30_000,
    );
  const untilNothingRecords = () =>
    until(async () => (await people.recordingPage()) === undefined && (await server.recordings()) === 0, 'nothing that records');

  beforeAll(async () => {
    server = await startSoundServer('novice');
    await run('pactl', ['load-module', 'module-sine', 'sink=novice', `frequency=${TONE_HERTZ}`], { env: server.env });
    const { PULSE_SERVER, LD_LIBRARY_PATH } = server.env;
    await people.begin({ PULSE_SERVER, LD_LIBRARY_PATH, RINGBACK_SOUND_BY: 'page' });
  }, 120_000);
  afterAll(() => server?.close());

  it('is off, and there is no page that could record it', async () => {
    await theSwitch().waitFor();
    await people.session.getByLabel(t('sound.expert.label.off'), { exact: true }).click();
    expect([await people.recordingPage(), await server.recordings()]).toEqual([undefined, 0]);
    expect(await people.heard()).toEqual({ loudness: 0, hertz: 0, packets: 0 });
  });

  it('is heard once the novice has pressed the switch and said yes', async () => {
    await people.turnOn();
    await untilHeard();
    await people.session.getByText(t('sound.expert.on', { name: 'Anna' }), { exact: true }).waitFor();
    expect([await server.recordings(), people.recorders()]).toEqual([1, []]);
  });

  it('is said to have stopped by itself when its page crashes, and is heard again when the novice wants it', async () => {
    kill((await people.recordingPage()) ?? Number.NaN, 'SIGKILL');
    await people.session.getByText(t('sound.expert.failed', { name: 'Anna' }), { exact: true }).waitFor();
    await people.panel.getByText(t('sound.novice.failed'), { exact: true }).waitFor();
    await until(async () => (await people.heard()).loudness === 0, 'silence');
    await untilNothingRecords();
    expect(await theSwitch().isChecked()).toBe(false);
    await people.turnOn();
    await untilHeard();
  });

  it('is gone at once when the novice turns it off, and so is the page', async () => {
    await people.press();
    await people.session.getByText(t('sound.expert.nowOff', { name: 'Anna' }), { exact: true }).waitFor();
    await until(async () => (await people.heard()).loudness === 0, 'silence');
    await untilNothingRecords();
  });

  it('is gone with the session', async () => {
    await people.turnOn();
    await untilHeard();
    await people.panel.getByRole('button', { name: t('session.stopLong'), exact: true }).click();
    await untilNothingRecords();
  });
});
