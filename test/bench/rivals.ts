import { createServer } from 'node:net';
import { startPersonDesktop } from '../support/desktop.ts';
import { type Display, startDisplay } from '../support/display.ts';
import { run, until } from '../support/programs.ts';
import { t } from '../../src/words/words.ts';
import {
  answerNotification,
  answerQuestion,
  askForHelp,
  hostMessenger,
  pictureArea,
  signIn,
  tellCode,
  waitForOnline,
} from '../support/scenario.ts';
import { startDetachableApp } from './detachable-app.ts';

const SOURCE = { width: 1280, height: 720 } as const;
const CLIENT = { width: 1500, height: 940 } as const;

/** A running session between two displays: somebody's server on one, somebody's client on the other. */
export interface Rival {
  readonly name: string;
  readonly source: Display;
  readonly client: Display;
  readonly serverPid: number;
  readonly clientPid: number;
  /** Where the source's top left pixel is on the client's display. */
  readonly origin: { readonly x: number; readonly y: number };
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** freerdp-shadow-cli and xfreerdp, with the client options of one codec. */
export async function startFreeRdp(name: string, options: readonly string[]): Promise<Rival> {
  const source = await startPersonDesktop(SOURCE);
  const client = await startDisplay({ ...CLIENT, windowManager: true });
  const port = await freePort();
  const server = source.start('freerdp-shadow-cli', [`/port:${port}`, '/bind-address:127.0.0.1', '-auth']);
  await until(async () => (await run('ss', ['-ltn'])).toString().includes(`:${port} `), `the shadow server: ${server.output()}`);
  const viewer = client.start(
    'xfreerdp',
    [
      `/v:127.0.0.1:${port}`,
      '/cert:ignore',
      '/u:expert',
      '/p:expert',
      `/size:${SOURCE.width}x${SOURCE.height}`,
      '/bpp:32',
      '/network:lan',
      '-decorations',
      '/log-level:ERROR',
      ...options,
    ],
    { HOME: source.home },
  );
  const id = await until(
    async () => (await client.xdotool('search', '--onlyvisible', '--class', 'xfreerdp').catch(() => '')).split('\n').find(Boolean),
    `xfreerdp: ${viewer.output()}`,
  );
  await client.xdotool('windowmove', '--sync', id, '0', '0').catch(() => undefined);
  await client.xdotool('windowfocus', '--sync', id).catch(() => undefined);
  const geometry = await client.xdotool('getwindowgeometry', '--shell', id);
  const value = (key: string) => Number(new RegExp(`^${key}=(-?\\d+)`, 'm').exec(geometry)?.[1]);
  return {
    name,
    source,
    client,
    serverPid: server.pid,
    clientPid: viewer.pid,
    origin: { x: value('X'), y: value('Y') },
    close: async () => {
      await client.close();
      await source.close();
    },
  };
}

/** Two real Ringbacks, brought together as two people would, with control granted and the picture at its actual size. */
export async function startRingback(): Promise<Rival> {
  const source = await startPersonDesktop(SOURCE);
  const client = await startPersonDesktop(CLIENT);
  const expert = await startDetachableApp(client);
  const novice = await startDetachableApp(source);
  const { issued } = await hostMessenger(expert, 'Peter', 'Anna');
  await signIn(novice, issued, 'Anna');
  await waitForOnline(novice, 'Peter');
  await askForHelp(novice, 'Peter');
  await answerNotification(expert, 'accept');
  await tellCode(novice, expert);
  await answerQuestion(source, 'allow');
  const viewer = await expert.session();
  // The picture whole on the client's screen, at 1:1, for the probe.
  const id = await until(
    async () => (await client.xdotool('search', '--onlyvisible', '--name', '^Anna').catch(() => '')).split('\n').find(Boolean),
    'the viewer window',
  );
  await client.xdotool('windowmove', '--sync', id, '0', '0').catch(() => undefined);
  await client.xdotool('windowsize', '--sync', id, String(CLIENT.width - 10), String(CLIENT.height - 30)).catch(() => undefined);
  await viewer.getByRole('button', { name: t('control.expert.ask'), exact: true }).click();
  await answerQuestion(source, 'allow');
  await viewer.getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
  await novice.main.evaluate(() => window.close());
  const origin = await until(async () => {
    const area = await pictureArea(expert, 'Anna');
    return area.width === SOURCE.width && area.height === SOURCE.height ? { x: area.x, y: area.y } : undefined;
  }, 'the picture at its actual size');
  await expert.detach();
  await novice.detach();
  return {
    name: 'Ringback',
    source,
    client,
    serverPid: novice.pid,
    clientPid: expert.pid,
    origin,
    close: async () => {
      await client.close();
      await source.close();
    },
  };
}
