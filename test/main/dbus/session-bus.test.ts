/* A real dbus-daemon, and GLib's program at its other end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { sessionBusPaths } from '../../../src/main/dbus/bus-address.ts';
import { ANSWER_DEADLINE_MS, BusError, CONNECT_DEADLINE_MS, openSessionBus, type SessionBus } from '../../../src/main/dbus/session-bus.ts';
import { decodeBody, type BusMessage } from '../../../src/protocol/dbus/message.ts';
import { type MessageBus, startMessageBus } from '../../support/message-bus.ts';
import { needs, run, until } from '../../support/programs.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const SILENT = 'org.example.Silent';
const BUS = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };
const SIGNALS = { path: '/org/example', interface: 'org.example.Signals' };

const uid = process.getuid?.() ?? 0;
const folder = mkdtempSync(join(tmpdir(), 'ringback-bus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const programs = needs('dbus-daemon', 'gdbus');

describe.skipIf(programs.skip)(programs.title('the session’s message bus'), () => {
  let daemon: MessageBus;
  let bus: SessionBus;
  let closed = 0;
  const signals: BusMessage[] = [];
  const clock = new VirtualClock();

  beforeAll(async () => {
    daemon = await startMessageBus(folder, [SILENT]);
    bus = await openSessionBus({
      paths: sessionBusPaths({ DBUS_SESSION_BUS_ADDRESS: daemon.address }),
      uid,
      clock,
      onSignal: (message) => signals.push(message),
      onClosed: () => (closed += 1),
    });
  });
  afterAll(async () => {
    bus.close();
    await daemon.stop();
  });

  it('answers calls, in whatever order, and errors by name', async () => {
    const names = bus.call({ ...BUS, member: 'ListNames' });
    const nobody = bus.call({ ...BUS, member: 'GetNameOwner', signature: 's', values: ['org.example.Nobody'] });
    await expect(nobody).rejects.toMatchObject({ code: 'ERROR_REPLY', message: 'org.freedesktop.DBus.Error.NameHasNoOwner' });
    const [listed] = decodeBody(await names, 'as') ?? [];
    expect(listed).toContain('org.freedesktop.DBus');
  });

  it('tells of the signals that were asked for, with what they carry', async () => {
    bus.watch(SIGNALS);
    await bus.call({ ...BUS, member: 'GetId' });
    const emitted = ['--object-path', SIGNALS.path, '--signal', `${SIGNALS.interface}.Done`, "{'text': <'Grüße'>, 'list': <[1, 2]>}"];
    await run('gdbus', ['emit', '--session', ...emitted], { env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: daemon.address } });
    const heard = await until(() => signals.find(({ member }) => member === 'Done'), 'the signal');
    expect(decodeBody(heard, 'a{sv}')).toEqual([
      [
        ['text', { signature: 's', value: 'Grüße' }],
        ['list', { signature: 'ai', value: [1, 2] }],
      ],
    ]);
  });

  it('goes on while a service is asked that never answers, and gives up on it', async () => {
    const silent = bus.call({ destination: SILENT, path: '/', interface: SILENT, member: 'Ask' });
    const outcome = silent.catch((error: unknown) => error);
    await bus.call({ ...BUS, member: 'GetId' });
    await clock.advance(ANSWER_DEADLINE_MS);
    expect(await outcome).toMatchObject({ code: 'NO_ANSWER' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses more calls than are sensible', async () => {
    const calls = Array.from({ length: 65 }, () => bus.call({ destination: SILENT, path: '/', interface: SILENT, member: 'Ask' }));
    const outcomes = calls.map((call) => call.catch((error: unknown) => (error as BusError).code));
    expect(await outcomes.at(-1)).toBe('BUSY');
    await clock.advance(ANSWER_DEADLINE_MS);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['NO_ANSWER', 'BUSY']));
  });

  it('is gone when the bus ends: what waits is told, and nothing is left', async () => {
    const silent = bus.call({ destination: SILENT, path: '/', interface: SILENT, member: 'Ask' });
    const outcome = silent.catch((error: unknown) => (error as BusError).code);
    await daemon.stop();
    expect(await outcome).toBe('CLOSED');
    await until(() => closed === 1, 'the end to be told');
    await expect(bus.call({ ...BUS, member: 'GetId' })).rejects.toMatchObject({ code: 'CLOSED' });
    bus.tell({ ...BUS, member: 'GetId' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a bus that cannot be spoken to', () => {
  const none = { uid, onSignal: () => undefined, onClosed: () => undefined };

  /** Whoever comes is answered with `text`. */
  async function answering(name: string, text: string): Promise<{ readonly path: string; readonly server: Server }> {
    const path = join(folder, name);
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (text !== '') socket.on('data', () => socket.write(text));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return { path, server };
  }

  it.each([
    ['that refuses', 'REJECTED EXTERNAL\r\n'],
    ['that never ends its line', 'x'.repeat(2_000)],
    ['whose messages make no sense', `OK ${'0'.repeat(32)}\r\n${'?'.repeat(64)}`],
  ])('one %s is left', async (what, text) => {
    const { path, server } = await answering(what.replaceAll(' ', '-'), text);
    await expect(openSessionBus({ ...none, paths: [join(folder, 'nowhere'), path], clock: systemClock })).rejects.toMatchObject({
      code: 'UNREACHABLE',
      cause: { code: 'REFUSED' },
    });
    server.close();
  });

  it('one that says nothing is left after a while', async () => {
    const { path, server } = await answering('silent', '');
    const clock = new VirtualClock();
    const opening = openSessionBus({ ...none, paths: [path], clock }).catch((error: unknown) => (error as BusError).code);
    await clock.advance(CONNECT_DEADLINE_MS);
    expect(await opening).toBe('UNREACHABLE');
    server.close();
  });

  it('is looked for where the environment says', () => {
    expect(sessionBusPaths({})).toEqual([]);
    expect(sessionBusPaths({ XDG_RUNTIME_DIR: '/run/user/1' })).toEqual(['/run/user/1/bus']);
    expect(
      sessionBusPaths({
        XDG_RUNTIME_DIR: '/run/user/1',
        DBUS_SESSION_BUS_ADDRESS: 'tcp:host=x,port=1;unix:abstract=/tmp/a%20b,guid=1;unix:path=/c;unix:runtime=yes',
      }),
    ).toEqual(['\0/tmp/a b', '/c', '/run/user/1/bus']);
  });
});
