import { beforeAll, describe, expect, it, vi } from 'vitest';
import { commandMethods } from '../../src/preload/bridge.ts';
import { alone, channelOf, type CommandName, COMMANDS, type RingbackBridge, taking } from '../../src/preload/commands.ts';

const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

const electron = vi.hoisted(() => {
  const listeners = new Map<string, (event: unknown, value?: unknown) => void>();
  return {
    listeners,
    exposed: new Map<string, unknown>(),
    invoke: vi.fn((_channel: string, ..._args: unknown[]): Promise<unknown> => Promise.resolve({ ok: true, value: undefined })),
    on: (channel: string, listener: (event: unknown, value?: unknown) => void) => void listeners.set(channel, listener),
    removeListener: (channel: string) => void listeners.delete(channel),
  };
});
vi.mock('electron', () => ({
  ipcRenderer: { invoke: electron.invoke, on: electron.on, removeListener: electron.removeListener },
  contextBridge: { exposeInMainWorld: (name: string, value: unknown) => void electron.exposed.set(name, value) },
}));

const posted: unknown[][] = [];
let bridge: RingbackBridge;
beforeAll(async () => {
  vi.stubGlobal('window', { location: { origin: 'ringback://app' }, postMessage: (...args: unknown[]) => void posted.push(args) });
  await import('../../src/preload/index.ts');
  bridge = electron.exposed.get('ringback') as RingbackBridge;
});

describe('the bridge', () => {
  it('has one method a command, one way to listen, and nothing else', () => {
    expect([...electron.exposed.keys()]).toEqual(['ringback']);
    expect(Object.keys(bridge).sort()).toEqual([...COMMAND_NAMES, 'onState'].sort());
  });

  it.each(COMMAND_NAMES)('%s goes to its own channel with its arguments', async (name) => {
    const method = bridge[name] as (...args: unknown[]) => Promise<unknown>;
    await method('argument', 'not part of the contract');
    const [channel, ...args] = electron.invoke.mock.lastCall ?? [];
    expect(channel).toBe(channelOf(name));
    expect(args).toEqual(['argument'].slice(0, COMMANDS[name].takes));
  });

  it('keeps in the page what a command does not take', async () => {
    const invoke = vi.fn((_channel: string, ..._args: unknown[]) => Promise.resolve());
    const { knock, greet } = commandMethods({ knock: alone(), greet: taking<string>() }, { invoke });
    await (knock as (...args: unknown[]) => Promise<unknown>)('a click event');
    await (greet as (...args: unknown[]) => Promise<unknown>)('Anna', 'a click event');
    expect(invoke.mock.calls).toEqual([['ringback:knock'], ['ringback:greet', 'Anna']]);
  });

  it('answers even when main does not', async () => {
    electron.invoke.mockRejectedValueOnce(new Error('An object could not be cloned.'));
    expect(await bridge.addContact({ transport: 'msnp', address: 'a@b' })).toEqual({ ok: false, code: 'INTERNAL', message: 'no answer' });
  });

  it('hands states on without the event, until told to stop', () => {
    const heard: unknown[][] = [];
    const stop = bridge.onState((...args: unknown[]) => void heard.push(args));
    electron.listeners.get('ringback:state')?.({ sender: 'main' }, { version: '1' });
    expect(heard).toEqual([[{ version: '1' }]]);
    stop();
    expect(electron.listeners.has('ringback:state')).toBe(false);
  });

  it('hands the viewer its two ports, to its own origin only', () => {
    const ports = [{ name: 'pictures' }, { name: 'steering' }];
    electron.listeners.get('ringback:viewer-ports')?.({ ports });
    electron.listeners.get('ringback:viewer-ports')?.({ ports: ports.slice(1) });
    electron.listeners.get('ringback:viewer-ports')?.({ ports: [] });
    expect(posted).toEqual([[{ tag: 'ringback:viewer-ports' }, 'ringback://app', ports]]);
  });
});
