import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { requireFreePort } from '../../../src/main/connection/ways/tcp/free-port.ts';
import { DEFAULT_SETTINGS, type SettingsStore } from '../../../src/main/settings/settings-store.ts';
import type { AppFacts } from '../../../src/main/shell/app-facts.ts';
import type { AppModel } from '../../../src/main/shell/app-model.ts';
import { runCommand, type UseCases } from '../../../src/main/shell/commands/command.ts';
import { createWideningGate } from '../../../src/main/shell/widening.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { settingsCommands } from '../../../src/main/shell/commands/settings.ts';

const { saveSettings, setForwarding, setHosting, setRelayServer } = settingsCommands;
const ON = { enabled: true, reach: 'lan', port: 1_863 } as const;

const taken = { port: 0 };

function desk() {
  const did: string[] = [];
  let value = DEFAULT_SETTINGS;
  let shown: AppFacts['settings'] | undefined;
  let started = (): void => undefined;
  const settings: SettingsStore = {
    get value() {
      return value;
    },
    damaged: undefined,
    newer: false,
    secretUnreadable: false,
    set: (next) => {
      value = next;
      return Promise.resolve();
    },
    flush: () => Promise.resolve(),
  };
  const model = {
    update: (change: Partial<AppFacts>) => {
      shown = change.settings;
    },
  } as AppModel;
  const use = {
    settings,
    model,
    hosting: {
      apply: () => {
        did.push('apply');
        return new Promise<void>((resolve) => (started = resolve));
      },
    },
    requireFreePort: (port: number) => (port === 40_001 ? requireFreePort(taken.port) : Promise.resolve()),
    signIn: { followServer: () => void did.push(`follow ${value.hosting.port}`) },
  } as unknown as UseCases;
  return { use, settings, did, shown: () => shown, started: () => started() };
}

describe('settings', () => {
  it('keep the password of a relay server that no window is shown, for that server and that name only', async () => {
    const { use, settings } = desk();
    const server = { url: 'turns:relay.example:443', username: 'anna', password: 'sesame' };
    await setRelayServer.run(use, server);
    await setRelayServer.run(use, { ...server, password: '' });
    expect(settings.value.relayServer).toEqual(server);
    for (const other of [{ username: 'eve' }, { url: 'turns:eve.example:443' }])
      expect(() => setRelayServer.run(use, { ...server, ...other, password: '' })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'password' }),
      );
    await setRelayServer.run(use, { url: 'stun:relay.example:3478', username: '', password: '' });
    expect(settings.value.relayServer).toEqual({ url: 'stun:relay.example:3478', username: '', password: '' });
  });

  it('that change while the messenger of this computer starts are not set back', async () => {
    const { use, settings, shown, started } = desk();
    const hosted = setHosting.run(use, ON);
    await saveSettings.run(use, { allowOffers: true }, 'main');
    await settings.set({ ...settings.value, windowBounds: { x: 1, y: 2, width: 700, height: 600 } });
    started();
    await hosted;
    expect(settings.value).toMatchObject({ hosting: ON, allowOffers: true, windowBounds: { x: 1 } });
    expect(shown()).toEqual(settings.value);
  });

  it('but the scale of the picture are not the session window’s to change', async () => {
    const { use, settings } = desk();
    const nobody = createWideningGate(() => Promise.reject(new Error('asked')), new VirtualClock());
    const save = (change: object) => runCommand(saveSettings, use, 'session', [change], nobody, () => undefined);
    expect(await save({ viewerScaling: 'actual' })).toMatchObject({ ok: true });
    expect(await save({ viewerScaling: 'fit', allowPlainExperts: true })).toMatchObject({ ok: false, code: 'FORBIDDEN' });
    expect(settings.value).toMatchObject({ viewerScaling: 'actual', allowPlainExperts: false });
  });

  it('about a port of one’s own are refused where something else has it', async () => {
    const { use, settings } = desk();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, resolve));
    const address = other.address();
    taken.port = typeof address === 'object' && address !== null ? address.port : 0;
    const yes = createWideningGate(() => Promise.resolve(true), new VirtualClock());
    const set = (ownPort: number, publicAddress = '') =>
      runCommand(setForwarding, use, 'main', [{ ownPort, publicAddress }], yes, () => undefined);
    expect(await set(40_001)).toMatchObject({ ok: false, code: 'PORT_IN_USE', field: 'port' });
    await settings.set({ ...settings.value, hosting: { ...ON, port: 40_002 } });
    expect(await set(40_002)).toMatchObject({ ok: false, code: 'PORT_IN_USE' });
    expect(await set(1_024)).toMatchObject({ ok: false, code: 'INVALID_ARGUMENT', field: 'ownPort' });
    expect(await set(40_003, 'http://home.example')).toMatchObject({ ok: false, code: 'INVALID_ARGUMENT', field: 'publicAddress' });
    expect(settings.value).toMatchObject({ ownPort: 0, publicAddress: '' });
    expect(await set(40_003, 'home.example')).toMatchObject({ ok: true });
    expect(settings.value).toMatchObject({ ownPort: 40_003, publicAddress: 'home.example' });
    await new Promise((resolve) => other.close(resolve));
  });

  it('that move the messenger take the account along', async () => {
    const { use, did, started } = desk();
    const hosted = setHosting.run(use, { ...ON, port: 2_000 });
    expect(did).toEqual(['apply']);
    started();
    await hosted;
    expect(did).toEqual(['apply', 'follow 2000']);
  });
});
