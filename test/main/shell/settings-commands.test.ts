import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type SettingsStore } from '../../../src/main/settings/settings-store.ts';
import type { AppFacts, AppModel } from '../../../src/main/shell/app-facts.ts';
import { runCommand } from '../../../src/main/shell/command-handlers.ts';
import { type CommandDeps, createCommands, sessionCommands } from '../../../src/main/shell/commands.ts';

const ON = { enabled: true, reach: 'lan', port: 1_863 } as const;

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
  const commands = createCommands({
    settings,
    model,
    hosting: {
      apply: () => {
        did.push('apply');
        return new Promise<void>((resolve) => (started = resolve));
      },
    },
    signIn: { followServer: () => void did.push(`follow ${value.hosting.port}`) },
  } as unknown as CommandDeps);
  return { commands, model, settings, did, shown: () => shown, started: () => started() };
}

describe('settings', () => {
  it('that change while the messenger of this computer starts are not set back', async () => {
    const { commands, settings, shown, started } = desk();
    const hosted = commands.setHosting(ON);
    await commands.saveSettings({ allowOffers: true });
    await settings.set({ ...settings.value, windowBounds: { x: 1, y: 2, width: 700, height: 600 } });
    started();
    await hosted;
    expect(settings.value).toMatchObject({ hosting: ON, allowOffers: true, windowBounds: { x: 1 } });
    expect(shown()).toEqual(settings.value);
  });

  it('but the scale of the picture are not the session window’s to change', async () => {
    const { commands, model, settings } = desk();
    const session = sessionCommands(commands, model);
    expect(await runCommand(session, 'saveSettings', [{ viewerScaling: 'actual' }], () => undefined)).toMatchObject({ ok: true });
    expect(await runCommand(session, 'saveSettings', [{ viewerScaling: 'fit', allowPlainExperts: true }], () => undefined)).toMatchObject({
      ok: false,
      code: 'FORBIDDEN',
    });
    expect(settings.value).toMatchObject({ viewerScaling: 'actual', allowPlainExperts: false });
  });

  it('that move the messenger take the account along', async () => {
    const { commands, did, started } = desk();
    const hosted = commands.setHosting({ ...ON, port: 2_000 });
    expect(did).toEqual(['apply']);
    started();
    await hosted;
    expect(did).toEqual(['apply', 'follow 2000']);
  });
});
