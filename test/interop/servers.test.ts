import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSelfSigned } from '../../src/main/self-signed.ts';
import { type Display, type Picture, startDisplay } from '../support/display.ts';
import { type Program, needs, startProgram, until } from '../support/programs.ts';
import { dial, hangUp } from './dialling.ts';
import { samePicture, untilSame } from './pictures.ts';
import { actualPin, freePort } from './shadow.ts';
import { HOST, temporaryHome } from './sharing.ts';

/** The desktop that our expert wishes for, which both servers give. */
const WIDTH = 1280;
const HEIGHT = 720;
/** A busy server may pause between two things that it paints. */
const STILL_MS = 1_000;
const TWENTY_YEARS_MS = 20 * 365 * 86_400_000;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;

interface Server {
  readonly port: number;
  readonly program: Program;
}

/** In a folder of its own, on a port of its own; the system's service is not touched. */
type Start = (folder: string, port: number, certificate: string, key: string) => Promise<Program>;

/** xrdp alone shows its own log-in window: no session manager, no X server. */
const startXrdp: Start = async (folder, port, certificate, key) => {
  const config = join(folder, 'xrdp.ini');
  await writeFile(
    config,
    `[Globals]
ini_version=1
fork=true
port=tcp://${HOST}:${port}
security_layer=tls
certificate=${certificate}
key_file=${key}
ssl_protocols=TLSv1.2, TLSv1.3
allow_channels=true
max_bpp=32
use_fastpath=both
[Logging]
LogFile=${join(folder, 'xrdp.log')}
LogLevel=INFO
EnableSyslog=false
[Xvnc]
name=Xvnc
lib=libvnc.so
username=ask
password=ask
ip=${HOST}
port=-1
`,
  );
  return startProgram('xrdp', ['--nodaemon', '--config', config]);
};

/** Weston without a shell's clock: what it shows stands still. */
const startWeston: Start = async (folder, port, certificate, key) => {
  const config = join(folder, 'weston.ini');
  await writeFile(config, '[shell]\nclock-format=none\npanel-position=none\nlocking=false\n');
  return startProgram(
    'weston',
    [
      '--backend=rdp-backend.so',
      `--config=${config}`,
      `--address=${HOST}`,
      `--port=${port}`,
      `--rdp-tls-cert=${certificate}`,
      `--rdp-tls-key=${key}`,
      '--socket=ringback-test',
      '--idle-time=0',
      `--width=${WIDTH}`,
      `--height=${HEIGHT}`,
    ],
    { env: { ...process.env, XDG_RUNTIME_DIR: folder } },
  );
};

describe.each<[string, readonly string[], Start]>([
  ['xrdp', ['xrdp'], startXrdp],
  ['Weston with its RDP backend', ['weston'], startWeston],
])('%s as novice', (name, programs, start) => {
  const peers = needs('Xvfb', 'openbox', 'import', 'xdotool', 'xfreerdp', ...programs);

  describe.skipIf(peers.skip)(peers.title('with our expert'), () => {
    let folder: string;
    let server: Server;
    let display: Display;
    let home: Awaited<ReturnType<typeof temporaryHome>>;
    const clients: Program[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ringback-server-'));
      home = await temporaryHome();
      display = await startDisplay({ width: WIDTH, height: HEIGHT, windowManager: true });
      const { key, cert } = await createSelfSigned({
        name: 'CN=server',
        algorithm: RSA,
        nowMs: Date.UTC(2024, 0, 1),
        validForMs: TWENTY_YEARS_MS,
      });
      await writeFile(join(folder, 'key.pem'), key);
      await writeFile(join(folder, 'cert.pem'), cert);
      const port = await freePort();
      server = { port, program: await start(folder, port, join(folder, 'cert.pem'), join(folder, 'key.pem')) };
      await until(
        () => actualPin(port),
        () => `${name} to listen: ${server.program.output().slice(-2000)}`,
        30_000,
      );
    }, 60_000);

    afterEach(async () => {
      await hangUp();
      for (const client of clients.splice(0)) await client.stop();
    });

    afterAll(async () => {
      await server?.program.stop();
      await display?.close();
      await home?.remove();
      await rm(folder, { recursive: true, force: true });
    });

    /**
     * What an independent client is shown, once it lies still. It stays, because Weston draws a pointer while it is there. Without a
     * password: with one, xrdp would begin a session by itself.
     */
    async function reference(): Promise<Picture> {
      const client = startProgram(
        'xfreerdp',
        [`/v:${HOST}:${server.port}`, '/u:expert', '/cert:ignore', '/sec:tls', '/f', '/bpp:32', '-grab-keyboard'],
        { env: { ...display.env, ...home.env } },
      );
      clients.push(client);
      let last = await display.screenshot();
      let stillSinceMs = performance.now();
      await until(
        async () => {
          const before = last;
          last = await display.screenshot();
          if (samePicture(before, last) !== undefined) stillSinceMs = performance.now();
          // A corner shows nothing but the server's own ground, and that only once all is painted.
          const painted = last.rgb.subarray(0, 3).some((value) => value !== 0) && new Set(last.rgb).size > 20;
          return painted && performance.now() - stillSinceMs > STILL_MS;
        },
        () => `xfreerdp to show something that lies still: ${client.output()}`,
        30_000,
      );
      return last;
    }

    it('lets it in, shows it what xfreerdp sees, pixel for pixel, and takes its input', async () => {
      await reference();
      const session = await dial('ringback', server.port, (await actualPin(server.port)) as Uint8Array);
      await until(
        () => session.linkEvents.some(({ tag }) => tag === 'active'),
        () => `an active session: ${JSON.stringify(session.linkEvents)} ${server.program.output().slice(-2000)}`,
      );
      // Both are looked at anew each time: on a busy machine Weston draws its pointer only after all has lain still.
      await untilSame(() => display.screenshot(), session.picture);
      const seen = await session.picture();
      session.link()?.sendInput([
        { tag: 'key', scancode: 0x1e, prefix: 'none', down: true },
        { tag: 'key', scancode: 0x1e, prefix: 'none', down: false },
      ]);
      // The log-in window shows what is typed; it is each client's own.
      if (name === 'xrdp')
        await until(async () => !(await session.picture()).rgb.every((value, at) => value === seen.rgb[at]), 'the letter');
      session.link()?.setDisplayWanted(true);
      session.link()?.refresh([{ x: 0, y: 0, width: WIDTH, height: HEIGHT }]);
      await session.link()?.close();
      expect(session.linkEvents.filter(({ tag }) => tag === 'ended')).toEqual([{ tag: 'ended', end: 'userRequested' }]);
    }, 90_000);
  });
});
