import type { EngineName } from '../../src/facts/preferences.ts';
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import type { ExpertEndpoint, ExpertEndpointEvent, ExpertLink, ExpertLinkEvent } from '../../src/main/connection/contract.ts';
import { GraphicsDecoder } from '../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { applied } from '../support/applied.ts';
import { type Display, startDisplay } from '../support/display.ts';
import { type Program, needs, startProgram, until } from '../support/programs.ts';
import { paint, pictureOf, untilSame } from './pictures.ts';
import type { Channel } from '../../src/protocol/rdp/channels/contract.ts';
import { RecordedChannel } from '../support/recorded-channel.ts';
import { actualCertificate, freePort } from './shadow.ts';
import { HOST, temporaryHome } from './sharing.ts';

const WIDTH = 1024;
const HEIGHT = 768;

const peers = needs('Xvfb', 'import', 'display', 'xterm', 'freerdp-shadow-cli');

let source: Display;
let shadow: Program;
let port: number;
let home: Awaited<ReturnType<typeof temporaryHome>>;
const endpoints: { readonly endpoint: ExpertEndpoint; link(): ExpertLink | undefined }[] = [];

/** As a novice ticket would promise it. */
async function actualPin(): Promise<Uint8Array | undefined> {
  const certificate = await actualCertificate(port);
  return certificate && new Uint8Array(createHash('sha256').update(certificate).digest());
}

beforeAll(async () => {
  if (peers.skip) return;
  home = await temporaryHome();
  source = await startDisplay({ width: WIDTH, height: HEIGHT });
  await paint(source, WIDTH, HEIGHT);
  port = await freePort();
  shadow = startProgram('freerdp-shadow-cli', [`/port:${port}`, `/bind-address:${HOST}`, '-auth'], { env: { ...source.env, ...home.env } });
  await until(actualPin, `freerdp-shadow-cli to listen: ${shadow.output()}`, 30_000);
});

afterEach(async () => {
  for (const { endpoint, link } of endpoints.splice(0)) {
    await endpoint.close();
    await link()?.close();
  }
});

afterAll(async () => {
  await shadow?.stop();
  await source?.close();
  await home?.remove();
});

async function dial(engine: EngineName, pin: Uint8Array, channels: readonly Channel[] = []) {
  const room = createConnectionRoom({ clock: systemClock, listenHost: HOST });
  const endpoint = await room.openExpert({ engine, userName: 'expert', channels }, new AbortController().signal);
  const events: ExpertEndpointEvent[] = [];
  const linkEvents: ExpertLinkEvent[] = [];
  let link: ExpertLink | undefined;
  let decoder: GraphicsDecoder | undefined;
  const entry = { endpoint, link: () => link };
  endpoints.push(entry);
  endpoint.onEvent((event) => {
    events.push(event);
    if (event.tag !== 'verified') return;
    link = event.link;
    link.onEvent((linkEvent) => {
      if (linkEvent.tag !== 'graphics') linkEvents.push(linkEvent);
      if (linkEvent.tag === 'active') decoder = new GraphicsDecoder(linkEvent.desktop);
      if (linkEvent.tag !== 'graphics') return;
      for (const frame of decoder === undefined ? [] : applied(decoder.apply(linkEvent.graphics)).frames)
        if (frame.action === 'end') link?.acknowledgeFrame(frame.frameId);
    });
  });
  endpoint.expect({ addresses: [{ host: HOST, port }], sessionId: randomBytes(32), pin });
  endpoint.reach('forward');
  return {
    events,
    linkEvents,
    picture: async () => (decoder === undefined ? { width: 0, height: 0, rgb: new Uint8Array(0) } : pictureOf(decoder.surface)),
  };
}

describe.skipIf(peers.skip)(peers.title('freerdp-shadow-cli as novice'), () => {
  it.each(['ringback', 'classic'] as const)('shows its screen to our expert with the engine %s, pixel for pixel', async (engine) => {
    const pin = await actualPin();
    const session = await dial(engine, pin as Uint8Array);
    await until(() => session.linkEvents.some(({ tag }) => tag === 'active'), `an active session: ${shadow.output().slice(-2000)}`);
    await untilSame(() => source.screenshot(), session.picture);
  });

  it('opens its dynamic channels where we have them, is refused the others, and the session goes on', async () => {
    const pin = await actualPin();
    const audio = new RecordedChannel('AUDIO_INPUT', { kind: 'dynamic', urgency: 'bulk' });
    const nowhere = new RecordedChannel('Ringback::Nowhere', { kind: 'dynamic' });
    for (const channels of [[nowhere], [nowhere, audio]]) {
      const session = await dial('ringback', pin as Uint8Array, channels);
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
    const session = await dial(engine, randomBytes(32));
    await until(() => session.events.some(({ tag }) => tag === 'wayFailed'), 'the refusal');
    expect(session.events.flatMap((event) => (event.tag === 'refused' ? [event.error.code] : []))).toEqual(['PIN_MISMATCH']);
    expect(session.linkEvents).toEqual([]);
  });

  it.each(['ringback', 'classic'] as const)('is refused by the engine %s when it wants plain RDP security', async (engine) => {
    const plainPort = await freePort();
    const plain = startProgram('freerdp-shadow-cli', [`/port:${plainPort}`, `/bind-address:${HOST}`, '-auth', '/sec:rdp'], {
      env: { ...source.env, ...home.env },
    });
    const before = port;
    try {
      await until(() => listening(plainPort), 'the plain server to listen');
      port = plainPort;
      const session = await dial(engine, randomBytes(32));
      await until(() => session.events.some(({ tag }) => tag === 'wayFailed'), 'the refusal');
      expect(session.events.flatMap((event) => (event.tag === 'refused' ? [event.error.code] : []))).toEqual(['NOT_TLS']);
    } finally {
      port = before;
      await plain.stop();
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
