import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Display, startDisplay } from '../support/display.ts';
import { type Program, needs, startProgram, until } from '../support/programs.ts';
import { dial, hangUp } from './dialling.ts';
import { paint, untilSame } from './pictures.ts';
import { GraphicsClient } from '../../src/protocol/rdp/channels/graphics/graphics-client.ts';
import { RecordedChannel } from '../support/recorded-channel.ts';
import { actualPin, freePort } from './shadow.ts';
import { HOST, temporaryHome } from './sharing.ts';

const WIDTH = 1024;
const HEIGHT = 768;

const peers = needs('Xvfb', 'import', 'display', 'xterm', 'freerdp-shadow-cli');

let source: Display;
let shadow: Program;
let port: number;
let home: Awaited<ReturnType<typeof temporaryHome>>;

beforeAll(async () => {
  if (peers.skip) return;
  home = await temporaryHome();
  source = await startDisplay({ width: WIDTH, height: HEIGHT });
  await paint(source, WIDTH, HEIGHT);
  port = await freePort();
  shadow = startProgram('freerdp-shadow-cli', [`/port:${port}`, `/bind-address:${HOST}`, '-auth'], { env: { ...source.env, ...home.env } });
  await until(() => actualPin(port), `freerdp-shadow-cli to listen: ${shadow.output()}`, 30_000);
});

afterEach(hangUp);

afterAll(async () => {
  await shadow?.stop();
  await source?.close();
  await home?.remove();
});

describe.skipIf(peers.skip)(peers.title('freerdp-shadow-cli as novice'), () => {
  it.each(['ringback', 'classic'] as const)('shows its screen to our expert with the engine %s, pixel for pixel', async (engine) => {
    const pin = await actualPin(port);
    const session = await dial(engine, port, pin as Uint8Array);
    await until(() => session.linkEvents.some(({ tag }) => tag === 'active'), `an active session: ${shadow.output().slice(-2000)}`);
    await untilSame(() => source.screenshot(), session.picture);
    // FreeRDP says so of a capability set that is not as long as it says.
    expect(shadow.output()).not.toContain('incorrect offset');
  });

  it('is not let draw on the graphics channel, where it begins once and never anew: what changes goes on coming in updates', async () => {
    const pin = await actualPin(port);
    const session = await dial('ringback', port, pin as Uint8Array, [new GraphicsClient()]);
    await untilSame(() => source.screenshot(), session.picture);
    const terminal = source.start('xterm', ['-geometry', '40x10+300+200', '-e', 'sh', '-c', 'seq 1 50; exec sleep 1000']);
    await untilSame(() => source.screenshot(), session.picture);
    await terminal.stop();
    await untilSame(() => source.screenshot(), session.picture);
  });

  it('opens its dynamic channels where we have them, is refused the others, and the session goes on', async () => {
    const pin = await actualPin(port);
    const audio = new RecordedChannel('AUDIO_INPUT', { kind: 'dynamic', urgency: 'bulk' });
    const nowhere = new RecordedChannel('Ringback::Nowhere', { kind: 'dynamic' });
    for (const channels of [[nowhere], [nowhere, audio]]) {
      const session = await dial('ringback', port, pin as Uint8Array, channels);
      await until(() => session.linkEvents.some(({ tag }) => tag === 'active'), `an active session: ${shadow.output().slice(-2000)}`);
      await untilSame(() => source.screenshot(), session.picture);
      if (channels.length > 1) await until(() => audio.port !== undefined, 'its channel for sound');
      expect(nowhere.port).toBeUndefined();
      expect(session.linkEvents.filter(({ tag }) => tag === 'ended')).toEqual([]);
    }
    // MSG_SNDIN_VERSION ([MS-RDPEAI] 2.2.2.1) is how a server begins.
    await until(() => audio.heard.length > 0, 'its first message');
    expect(audio.heard[0]?.[0]).toBe(1);
  });

  it.each(['ringback', 'classic'] as const)('is refused by the engine %s when its certificate is not the pinned one', async (engine) => {
    const session = await dial(engine, port, randomBytes(32));
    await until(() => session.events.some(({ tag }) => tag === 'wayFailed'), 'the refusal');
    expect(session.events.flatMap((event) => (event.tag === 'refused' ? [event.error.code] : []))).toEqual(['PIN_MISMATCH']);
    expect(session.linkEvents).toEqual([]);
  });

  it.each([
    ['ringback', 'plain RDP security', '/sec:rdp'],
    ['classic', 'plain RDP security', '/sec:rdp'],
    ['ringback', 'Network Level Authentication', '/sec:nla'],
    ['classic', 'Network Level Authentication', '/sec:nla'],
  ] as const)('is refused by the engine %s when it insists on %s', async (engine, _security, option) => {
    const otherPort = await freePort();
    const other = startProgram('freerdp-shadow-cli', [`/port:${otherPort}`, `/bind-address:${HOST}`, '-auth', option], {
      env: { ...source.env, ...home.env },
    });
    try {
      await until(() => listening(otherPort), 'the other server to listen');
      const session = await dial(engine, otherPort, randomBytes(32));
      await until(() => session.events.some(({ tag }) => tag === 'wayFailed'), 'the refusal');
      expect(session.events.flatMap((event) => (event.tag === 'refused' ? [[event.error.code, event.failure]] : []))).toEqual([
        ['OTHER_SECURITY', 'otherSecurity'],
      ]);
    } finally {
      await other.stop();
    }
  });
});

function listening(at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
