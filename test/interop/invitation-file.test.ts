import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAssistance } from '../../src/main/assistance/assistance.ts';
import type { Assistance, NewFileInvitation } from '../../src/main/assistance/contract.ts';
import { createMessengers } from '../../src/main/messenger/messengers.ts';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import { forkEngine } from '../support/engine-process.ts';
import type { NoviceEndpoint, NoviceLink } from '../../src/main/connection/contract.ts';
import { createDesktop } from '../../src/main/desktop/desktop.ts';
import { encryptTicket } from '../../src/protocol/assistance/assistance-crypto.ts';
import { readInvitation } from '../../src/protocol/assistance/invitation.ts';
import { formatInvitationFile, invitationOf } from '../../src/protocol/assistance/invitation-file.ts';
import { parseXml } from '../../src/protocol/xml/xml.ts';
import { formatConnectionString2 } from '../../src/protocol/assistance/connection-string-2.ts';
import { base64Encode, utf8Encode } from '../../src/protocol/bytes/text.ts';
import type { Channel } from '../../src/protocol/rdp/channels/contract.ts';
import { decodeRemdesk } from '../../src/protocol/rdp/channels/remdesk.ts';
import { GraphicsDecoder } from '../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { applied } from '../support/applied.ts';
import { type Display, startDisplay } from '../support/display.ts';
import { FakeViewer } from '../support/pair.ts';
import { type Program, needs, startProgram, until } from '../support/programs.ts';
import { ShiftedClock } from '../support/shifted-clock.ts';
import { isFreerdp3 } from './freerdp-version.ts';
import { paint, pictureOf, untilSame } from './pictures.ts';
import { actualCertificate, freePort } from './shadow.ts';
import { HOST, temporaryHome } from './sharing.ts';
import { MemoryTrust } from '../support/trust.ts';
import { allOrNothing } from '../support/shared-part.ts';

const WIDTH = 1024;
const HEIGHT = 768;

const freerdp = needs('Xvfb', 'openbox', 'import', 'display', 'xterm', 'xdotool', 'xfreerdp');
const rdesktop = needs('Xvfb', 'import', 'display', 'xterm', 'rdesktop');
const shadowing = needs('Xvfb', 'import', 'display', 'xterm', 'freerdp-shadow-cli');

let source: Display;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  if (freerdp.skip && shadowing.skip && rdesktop.skip) return;
  source = await startDisplay({ width: WIDTH, height: HEIGHT });
  await paint(source, WIDTH, HEIGHT);
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(async () => {
  await source?.close();
});

interface Novice {
  readonly assistance: Assistance;
  readonly invitation: NewFileInvitation;
  readonly clock: ShiftedClock;
  readonly asked: string[];
  readonly log: string[];
  endpoint(): NoviceEndpoint;
  readonly links: readonly NoviceLink[];
  /** Graphics bytes sent. */
  sent(): number;
}

/** Old files name nobody for sure. */
function takingAnybody(): MemoryTrust {
  const trust = new MemoryTrust('somebody');
  trust.unverified = true;
  return trust;
}

/** A whole novice whose desktop is the painted display. */
async function novice(answers: { readonly view?: boolean; readonly control?: boolean; readonly plain?: boolean } = {}): Promise<Novice> {
  const clock = new ShiftedClock();
  const room = createConnectionRoom({ clock, listenHost: HOST, startEngine: () => forkEngine() });
  const asked: string[] = [];
  const log: string[] = [];
  const links: NoviceLink[] = [];
  let endpoint: NoviceEndpoint | undefined;
  let sent = 0;
  const assistance = createAssistance({
    messengers: createMessengers(new Map()),
    trust: takingAnybody(),
    connection: {
      ways: room.ways,
      prepare: room.prepare,
      openExpert: room.openExpert,
      openNovice: async (signal, options) => {
        const opened = await room.openNovice(signal, options);
        endpoint = opened;
        opened.onEvent((event) => {
          if (event.tag !== 'presented') return;
          const { link } = event;
          links.push(link);
          const send = link.sendGraphics.bind(link);
          link.sendGraphics = (updates) => {
            sent += updates.reduce((sum, { bytes }) => sum + bytes.length, 0);
            return send(updates);
          };
        });
        return opened;
      },
    },
    desktop: createDesktop({
      platform: 'linux',
      env: source.env,
      workerUrl: new URL('../../src/main/desktop/x11/x11-capture-worker.ts', import.meta.url),
      openCapturePage: () => Promise.reject(new Error('no page here')),
      clock,
    }),
    consent: {
      allowView: ({ friendlyName }) => {
        asked.push(`view ${friendlyName}`);
        expect(sent, 'graphics before the yes').toBe(0);
        return Promise.resolve(allOrNothing(answers.view ?? true));
      },
      allowPart: () => Promise.resolve(false),
      allowControl: () => {
        asked.push('control');
        return Promise.resolve(answers.control ?? true);
      },
      allowSound: () => Promise.resolve(false),
    },
    clock,
    history: { add: () => {} },
    engine: () => 'ringback',
    userName: () => 'Nora',
    allowPlainExperts: () => answers.plain ?? false,
    log: (event, facts) => void log.push(`${event} ${JSON.stringify(facts)}`),
  });
  closers.push(() => assistance.close());
  const invitation = await assistance.inviteByFile(2);
  return {
    assistance,
    invitation,
    clock,
    asked,
    log,
    links,
    endpoint: () => {
      if (endpoint === undefined) throw new Error('not listening');
      return endpoint;
    },
    sent: () => sent,
  };
}

interface Client {
  readonly program: Program;
  readonly display: Display;
}

async function xfreerdp(
  text: string,
  password: string,
  how: { readonly socket?: Socket; readonly more?: readonly string[]; readonly display?: Display } = {},
): Promise<Client> {
  const home = await temporaryHome();
  closers.push(() => home.remove());
  const display = how.display ?? (await startDisplay({ width: WIDTH, height: HEIGHT, windowManager: true }));
  if (how.display === undefined) closers.push(() => display.close());
  const file = join(home.env['HOME'] ?? '', 'invitation.msrcIncident');
  await writeFile(file, text);
  const program = startProgram(
    'xfreerdp',
    [
      file,
      `/assistance:${password}`,
      // FreeRDP 3 asks its terminal for a name and a password unless they are given.
      '/u:',
      '/p:',
      '/cert:ignore',
      '/bpp:32',
      '-grab-keyboard',
      '/log-level:INFO',
      ...(how.socket === undefined ? [] : ['/v:|:3']),
      ...(how.more ?? []),
    ],
    { env: { ...display.env, ...home.env }, stdio: ['ignore', 'pipe', 'pipe', ...(how.socket === undefined ? [] : [how.socket])] },
  );
  closers.push(() => program.stop());
  return { program, display };
}

function untilPhase({ assistance, log }: Novice, phase: string, program?: Program): Promise<unknown> {
  return until(() => assistance.status?.phase.tag === phase, phase, 20_000).catch((cause: unknown) => {
    throw new Error(`${JSON.stringify(assistance.status?.phase)} ${log.join()} ${program?.output().slice(-3000) ?? ''}`, { cause });
  });
}

/** A file whose proof is wrong though it opens: what FreeRDP sends with it is what it would send with another password. */
function forged(text: string): string {
  return formatInvitationFile({ ...invitationOf(parseXml(text)), passStub: 'RT=0PvIndan52*' });
}

async function untilShown({ display }: Client): Promise<void> {
  await untilSame(
    () => source.screenshot(),
    () => display.screenshot(),
  );
}

/** FreeRDP 3 begins the other way round: the first press says that it does not want control. */
async function askForControl({ display }: Client): Promise<void> {
  const press = ['key', 'ctrl+alt+c'];
  await display.xdotool(...((await isFreerdp3(display)) ? [...press, ...press] : press));
}

async function pointerOf(display: Display): Promise<string> {
  return (await display.xdotool('getmouselocation')).split(' ').slice(0, 2).join(' ');
}

describe.skipIf(freerdp.skip)(freerdp.title('xfreerdp with our invitation file'), () => {
  it('sees the novice’s screen, pixel for pixel, after the password and the yes, and moves nothing', async () => {
    const who = await novice();
    const client = await xfreerdp(who.invitation.text, who.invitation.password, { more: ['/f'] });
    await untilPhase(who, 'connected', client.program);
    await untilShown(client);
    expect(who.asked).toEqual([expect.stringMatching(/^view /)]);
    expect(who.assistance.fileInvitation?.state).toBe('used');
    await source.xdotool('mousemove', '10', '10');
    let clicked = false;
    who.links[0]?.onEvent((event) => {
      if (event.tag === 'input' && event.events.some(({ tag }) => tag === 'pointerButton')) clicked = true;
    });
    await until(async () => {
      await client.display.xdotool('mousemove', '700', '500', 'click', '1');
      return clicked;
    }, 'a click to arrive');
    expect(await pointerOf(source)).toBe('x:10 y:10');
    await who.assistance.endSession();
    await client.program.exited;
  });

  it('sees it too on a connection that the novice made (reverse connect)', async () => {
    const who = await novice();
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    who.endpoint().expect({ addresses: [{ host: HOST, port: (server.address() as AddressInfo).port }] });
    who.endpoint().reach('reverse');
    const socket = await accepted;
    const client = await xfreerdp(who.invitation.text, who.invitation.password, { socket, more: ['/f'] });
    socket.destroy();
    await untilPhase(who, 'connected', client.program);
    await untilShown(client);
    expect(who.assistance.status?.connection?.by).toBe('reverse');
  });

  it.each([
    ['by its keys', true],
    ['by its keys', false],
    ['by +auto-request-control', true],
    ['by +auto-request-control', false],
  ] as const)('asks for control %s, and the novice’s answer (%s) counts', async (way, control) => {
    const byKeys = way === 'by its keys';
    const who = await novice({ control });
    const more = byKeys ? ['/f'] : ['/f', '+auto-request-control'];
    const client = await xfreerdp(who.invitation.text, who.invitation.password, { more });
    await untilPhase(who, 'connected', client.program);
    await untilShown(client);
    if (byKeys) await askForControl(client);
    await until(() => who.asked.includes('control'), 'the request for control');
    await until(() => who.assistance.status?.control === (control ? 'granted' : 'refused'), 'the answer');
    await source.xdotool('mousemove', '10', '10');
    const moved = async (): Promise<boolean> => {
      await client.display.xdotool('mousemove', '300', '200', 'mousemove', '640', '480');
      return (await pointerOf(source)) === 'x:640 y:480';
    };
    if (control) await until(moved, 'the pointer to follow');
    else {
      for (let attempt = 0; attempt < 5; attempt += 1) await moved();
      expect(await pointerOf(source)).toBe('x:10 y:10');
    }
    expect(who.asked.filter((question) => question === 'control')).toHaveLength(1);
  });

  it('sees nothing when the novice says no', async () => {
    const who = await novice({ view: false });
    const { program } = await xfreerdp(who.invitation.text, who.invitation.password);
    await untilPhase(who, 'ended', program);
    await program.exited;
    expect(who.assistance.status?.phase).toMatchObject({ reason: 'viewRefused' });
    expect(who.sent()).toBe(0);
  });

  it('with three wrong passwords burns it, and the right one comes too late', async () => {
    const who = await novice();
    const display = await startDisplay({ width: WIDTH, height: HEIGHT });
    closers.push(() => display.close());
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const { program } = await xfreerdp(forged(who.invitation.text), who.invitation.password, { display });
      await until(() => who.assistance.fileInvitation?.wrongPasswords === attempt, 'the refusal');
      await program.exited;
      who.clock.forward(20_000);
    }
    expect(who.assistance.fileInvitation?.state).toBe('burnt');
    const { program } = await xfreerdp(who.invitation.text, who.invitation.password, { display });
    expect(await program.exited).not.toBe(0);
    expect([who.asked, who.sent()]).toEqual([[], 0]);
  });

  it('is refused an hour later, and after it was taken back', async () => {
    const who = await novice();
    const display = await startDisplay({ width: WIDTH, height: HEIGHT });
    closers.push(() => display.close());
    who.clock.forward(60 * 60_000);
    const late = await xfreerdp(who.invitation.text, who.invitation.password, { display });
    await until(() => who.log.some((line) => line.includes('expired')), 'the refusal');
    await late.program.exited;
    await who.assistance.removeFileInvitation();
    const gone = await xfreerdp(who.invitation.text, who.invitation.password, { display });
    expect(await gone.program.exited).not.toBe(0);
    expect([who.asked, who.sent()]).toEqual([[], 0]);
  });
});

describe.skipIf(rdesktop.skip)(rdesktop.title('rdesktop, which knows no remdesk, at a saved invitation'), () => {
  it.each([true, false])('comes to the question only where the setting lets it (%s)', async (plain) => {
    const who = await novice({ plain });
    const home = await temporaryHome();
    closers.push(() => home.remove());
    const display = await startDisplay({ width: WIDTH, height: HEIGHT });
    closers.push(() => display.close());
    const port = who.endpoint().ticket.addresses[0]?.port ?? 0;
    const program = startProgram(
      'rdesktop',
      [
        '-u',
        'expert',
        '-p',
        'unused',
        '-g',
        `${WIDTH}x${HEIGHT}`,
        '-a',
        '32',
        '-D',
        '-c',
        base64Encode(who.endpoint().sessionId),
        `${HOST}:${port}`,
      ],
      { env: { ...display.env, ...home.env }, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    // It asks whether to trust a self-signed certificate.
    program.process.stdin?.write('yes\nyes\n');
    closers.push(() => program.stop());
    if (plain) {
      await untilPhase(who, 'connected', program);
      await untilSame(
        () => source.screenshot(),
        () => display.screenshot(),
      );
    } else {
      await until(() => who.log.some((line) => line.includes('noRemdesk')), 'the refusal');
      await program.exited;
      expect([who.asked, who.sent(), who.assistance.fileInvitation?.state]).toEqual([[], 0, 'waiting']);
    }
  });
});

describe.skipIf(shadowing.skip)(shadowing.title('our expert with an invitation to freerdp-shadow-cli'), () => {
  it('proves the password to its remdesk server and sees its screen, pixel for pixel', async () => {
    const home = await temporaryHome();
    closers.push(() => home.remove());
    const port = await freePort();
    const shadow = startProgram('freerdp-shadow-cli', [`/port:${port}`, `/bind-address:${HOST}`, '-auth'], {
      env: { ...source.env, ...home.env },
    });
    closers.push(() => shadow.stop());
    const certificate = await until(() => actualCertificate(port), 'freerdp-shadow-cli to listen', 30_000);
    const password = '48BJQ853X3B4';
    const raSessionId = base64Encode(randomBytes(32));
    const ticket = formatConnectionString2({
      keyHashes: [{ algorithm: 'sha256', hash: createHash('sha256').update(certificate).digest() }],
      raSessionId,
      listening: [{ host: HOST, port }],
    });
    const text = formatInvitationFile({
      userName: 'Shadow',
      lhTicket: encryptTicket(ticket, password),
      hasPassword: true,
      passStub: 'WB^6HsrIaFmEpi',
    });

    const channels: Uint8Array[] = [];
    const room = createConnectionRoom({ clock: systemClock, listenHost: HOST, startEngine: () => forkEngine() });
    const viewer = new FakeViewer();
    const assistance = createAssistance({
      messengers: createMessengers(new Map()),
      trust: takingAnybody(),
      connection: {
        ways: room.ways,
        prepare: room.prepare,
        openNovice: room.openNovice,
        openExpert: async (options, signal) => {
          const listenedTo = (options.channels ?? []).map((channel) =>
            channel.name === 'remdesk' ? overheard(channel, channels) : channel,
          );
          return await room.openExpert({ ...options, channels: listenedTo }, signal);
        },
      },
      desktop: createDesktop({
        platform: 'linux',
        env: {},
        workerUrl: new URL('../../src/main/desktop/x11/x11-capture-worker.ts', import.meta.url),
        openCapturePage: () => Promise.reject(new Error('no page here')),
        clock: systemClock,
      }),
      consent: {
        allowView: () => Promise.resolve(undefined),
        allowPart: () => Promise.resolve(false),
        allowControl: () => Promise.resolve(false),
        allowSound: () => Promise.resolve(false),
      },
      clock: systemClock,
      history: { add: () => {} },
      engine: () => 'classic',
      userName: () => 'Edgar',
      allowPlainExperts: () => false,
    });
    closers.push(() => assistance.close());
    assistance.helpByInvitation(readInvitation(utf8Encode(text)), password);
    await until(() => channels.some((data) => decodeRemdesk(data)?.tag === 'result'), `RESULT: ${shadow.output().slice(-2000)}`);
    expect(channels.map((data) => decodeRemdesk(data))).toContainEqual({ tag: 'result', code: 0 });
    await until(() => assistance.status?.phase.tag === 'connected', 'the session');
    assistance.attachViewer(viewer);
    let decoder: GraphicsDecoder | undefined;
    let seen = 0;
    await untilSame(
      () => source.screenshot(),
      async () => {
        for (const message of viewer.messages.slice(seen)) {
          if (message.tag === 'size') decoder = new GraphicsDecoder(message.size);
          if (message.tag === 'graphics')
            for (const frame of decoder === undefined ? [] : applied(decoder.apply(message.graphics)).frames)
              if (frame.action === 'end') viewer.act({ tag: 'painted', frameId: frame.frameId });
        }
        seen = viewer.messages.length;
        return decoder === undefined ? { width: 0, height: 0, rgb: new Uint8Array(0) } : pictureOf(decoder.surface);
      },
    );
  });
});

/** The same channel; `heard` gets what it hears. */
function overheard(channel: Channel, heard: Uint8Array[]): Channel {
  return {
    name: channel.name,
    options: channel.options,
    start: (port) => channel.start(port),
    receive: (message) => {
      heard.push(message);
      return channel.receive(message);
    },
    close: () => channel.close(),
  };
}
