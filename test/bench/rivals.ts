import { createServer } from 'node:net';
import { join } from 'node:path';
import { connectX11, reply } from '../../src/main/desktop/x11/x11-connection.ts';
import type { Size } from '../../src/protocol/rdp/geometry.ts';
import { t } from '../../src/words/words.ts';
import { type PersonDesktop, startPersonDesktop } from '../support/desktop.ts';
import type { Display } from '../support/display.ts';
import { type Program, run, until } from '../support/programs.ts';
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
import { type DetachableApp, startDetachableApp } from './detachable-app.ts';
import { commandOn, type Place, type Side } from './place.ts';

/** What is around the picture on the client's display: titles and toolbars. */
const AROUND = { width: 220, height: 220 } as const;

/** A running session between two displays: somebody's server on one, somebody's client on the other. */
export interface Rival {
  readonly name: string;
  /** Of the source's desktop. */
  readonly size: Size;
  readonly place: Place;
  readonly source: Display;
  readonly client: Display;
  readonly serverPid: number;
  readonly clientPid: number;
  /** Where the source's top left pixel is on the client's display. */
  readonly origin: { readonly x: number; readonly y: number };
  close(): Promise<void>;
}

/** Somebody whose session can be started at a place, on a desktop of a size. */
export interface Contestant {
  readonly name: string;
  readonly start: (place: Place, size: Size) => Promise<Rival>;
}

const OURS = 'Ringback';
export const RINGBACK: Contestant = { name: OURS, start: (place, size) => startRingback(OURS, place, size) };

export const CONTESTANTS: readonly Contestant[] = [
  RINGBACK,
  {
    name: `${OURS}, WebCodecs`,
    start: (place, size) => startRingback(`${OURS}, WebCodecs`, place, size, { RINGBACK_FILM_BY: 'webcodecs' }),
  },
  { name: `${OURS}, xfreerdp`, start: startRingbackForXfreerdp },
  { name: 'TigerVNC', start: startTigerVnc },
  { name: 'FreeRDP AVC420', start: (place, size) => startFreeRdp('FreeRDP AVC420', ['/gfx:AVC420'], place, size) },
  { name: 'FreeRDP RFX', start: (place, size) => startFreeRdp('FreeRDP RFX', ['/gfx:RFX'], place, size) },
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

interface Desktops {
  readonly source: PersonDesktop;
  readonly client: PersonDesktop;
  close(): Promise<void>;
}

async function desktopsFor(size: Size): Promise<Desktops> {
  const source = await startPersonDesktop(size);
  const client = await startPersonDesktop({ width: size.width + AROUND.width, height: size.height + AROUND.height });
  return {
    source,
    client,
    close: async () => {
      await client.close();
      await source.close();
    },
  };
}

function startOn(side: Side, display: Display, command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Program {
  const [program, ...rest] = commandOn(side, command, args);
  return display.start(program, rest, env);
}

async function listening(side: Side, port: number, server: Program): Promise<void> {
  const [command, ...args] = commandOn(side, 'ss', ['-Hltn']);
  await until(
    async () => (await run(command, args)).toString().includes(`:${port} `),
    () => `a server: ${server.output()}`,
  );
}

/** Moves the window of a client to the top left and says where its inside is. */
async function placed(client: Display, viewer: Program, ...search: readonly string[]): Promise<{ readonly x: number; readonly y: number }> {
  const id = await until(
    async () => (await client.xdotool('search', '--onlyvisible', ...search).catch(() => '')).split('\n').find(Boolean),
    () => `a client’s window: ${viewer.output()}`,
  );
  await client.xdotool('windowmove', '--sync', id, '0', '0').catch(() => undefined);
  await client.xdotool('windowfocus', '--sync', id).catch(() => undefined);
  // xdotool counts a frame that a window manager drew twice, so the X server is asked itself.
  const x = await connectX11({ display: client.name }, false);
  try {
    const { destX, destY } = await reply<{ readonly destX: number; readonly destY: number }>((done) =>
      x.client.TranslateCoordinates(Number(id), x.screen.root, 0, 0, done),
    );
    return { x: destX, y: destY };
  } finally {
    x.close();
  }
}

/** freerdp-shadow-cli and xfreerdp, with the client options of one codec. */
async function startFreeRdp(name: string, options: readonly string[], place: Place, size: Size): Promise<Rival> {
  const desktops = await desktopsFor(size);
  const { source, client } = desktops;
  try {
    const port = await freePort();
    const { address } = place.server;
    const server = startOn(place.server, source, 'freerdp-shadow-cli', [`/port:${port}`, `/bind-address:${address}`, '-auth']);
    await listening(place.server, port, server);
    const viewer = startOn(
      place.client,
      client,
      'xfreerdp',
      [
        `/v:${address}:${port}`,
        '/cert:ignore',
        '/u:expert',
        '/p:expert',
        `/size:${size.width}x${size.height}`,
        '/bpp:32',
        '/network:lan',
        '-decorations',
        '/log-level:ERROR',
        ...options,
      ],
      { HOME: source.home },
    );
    const origin = await placed(client, viewer, '--class', 'xfreerdp');
    return { name, size, place, source, client, serverPid: server.pid, clientPid: viewer.pid, origin, close: desktops.close };
  } catch (error) {
    await desktops.close();
    throw error;
  }
}

/** X0tigervnc (which serves a display that is there) and its viewer, which chooses its encoding by itself. */
async function startTigerVnc(place: Place, size: Size): Promise<Rival> {
  const desktops = await desktopsFor(size);
  const { source, client } = desktops;
  try {
    const port = await freePort();
    const { address } = place.server;
    const server = startOn(place.server, source, 'X0tigervnc', ['-display', source.name, `-rfbport=${port}`, '-SecurityTypes=None']);
    await listening(place.server, port, server);
    const viewer = startOn(
      place.client,
      client,
      'xtigervncviewer',
      ['-SecurityTypes=None', '-RemoteResize=0', '-MenuKey=', `${address}::${port}`],
      { HOME: client.home },
    );
    const origin = await placed(client, viewer, '--name', 'TigerVNC$');
    return { name: 'TigerVNC', size, place, source, client, serverPid: server.pid, clientPid: viewer.pid, origin, close: desktops.close };
  } catch (error) {
    await desktops.close();
    throw error;
  }
}

/** A real novice whose saved invitation xfreerdp opens, with H.264 and control granted. */
async function startRingbackForXfreerdp(place: Place, size: Size): Promise<Rival> {
  const desktops = await desktopsFor(size);
  const { source, client } = desktops;
  try {
    const novice = await startDetachableApp(source, { network: place.server.network });
    const { file, password } = await savedInvitation(novice);
    const viewer = startOn(
      place.client,
      client,
      'xfreerdp',
      [
        file,
        `/assistance:${password}`,
        '+auto-request-control',
        // FreeRDP 3 asks its terminal for a name and a password unless they are given.
        '/u:',
        '/p:',
        '/cert:ignore',
        '/bpp:32',
        '/gfx:AVC420',
        '/network:lan',
        '-decorations',
        '/log-level:ERROR',
      ],
      { HOME: client.home },
    );
    await answerQuestion(source, 'allow');
    await answerQuestion(source, 'allow');
    const origin = await placed(client, viewer, '--class', 'xfreerdp');
    await novice.main.evaluate(() => window.close());
    await novice.detach();
    const name = `${OURS}, xfreerdp`;
    return { name, size, place, source, client, serverPid: novice.pid, clientPid: viewer.pid, origin, close: desktops.close };
  } catch (error) {
    await desktops.close();
    throw error;
  }
}

/** Saved through the system's own dialogue, which nobody can drive but by its keys. */
async function savedInvitation({ main, desktop }: DetachableApp): Promise<{ readonly file: string; readonly password: string }> {
  const file = join(desktop.home, 'help.msrcIncident');
  await main
    .locator('summary')
    .filter({ hasText: new RegExp(`^${t('welcome.other')}$`) })
    .click();
  await main.getByRole('button', { name: t('file.save'), exact: true }).click();
  const title = ['search', '--onlyvisible', '--name', `^${t('shell.saveInvitation')}$`] as const;
  const id = await until(
    async () => (await desktop.xdotool(...title).catch(() => '')).split('\n').find(Boolean),
    'the dialogue that saves',
  );
  await desktop.xdotool('windowactivate', '--sync', id);
  await desktop.xdotool('key', 'ctrl+a');
  await desktop.xdotool('type', file);
  await desktop.xdotool('key', 'Return');
  const shown = main.getByLabel(t('file.password'), { exact: true });
  await shown.waitFor();
  return { file, password: (await shown.locator('span').allTextContents()).join('') };
}

/** Two real Ringbacks, brought together as two people would, with control granted and the picture at its actual size. `env`: of the novice's. */
async function startRingback(name: string, place: Place, size: Size, env: NodeJS.ProcessEnv = {}): Promise<Rival> {
  const desktops = await desktopsFor(size);
  const { source, client } = desktops;
  try {
    const expert = await startDetachableApp(client, { network: place.client.network });
    const novice = await startDetachableApp(source, { network: place.server.network, env });
    const { issued } = await hostMessenger(expert, 'Peter', 'Anna', place.client.network === undefined ? 'loopback' : 'lan');
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
    const [width, height] = [size.width + AROUND.width - 10, size.height + AROUND.height - 30];
    await client.xdotool('windowmove', '--sync', id, '0', '0').catch(() => undefined);
    await client.xdotool('windowsize', '--sync', id, String(width), String(height)).catch(() => undefined);
    await viewer.getByRole('button', { name: t('control.expert.ask'), exact: true }).click();
    await answerQuestion(source, 'allow');
    await viewer.getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
    await novice.main.evaluate(() => window.close());
    const origin = await until(async () => {
      const area = await pictureArea(expert, 'Anna');
      return area.width === size.width && area.height === size.height ? { x: area.x, y: area.y } : undefined;
    }, 'the picture at its actual size');
    await expert.detach();
    await novice.detach();
    return { name, size, place, source, client, serverPid: novice.pid, clientPid: expert.pid, origin, close: desktops.close };
  } catch (error) {
    await desktops.close();
    throw error;
  }
}
