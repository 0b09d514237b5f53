/* A made-up command: what one has to write, and that it goes through every check there is. */
import { expect, it } from 'vitest';
import * as z from 'zod';
import type { CommandTable } from '../../src/main/shell/commands/command.ts';
import { COMMAND_TABLE } from '../../src/main/shell/commands/table.ts';
import { handleCommands } from '../../src/main/shell/ipc.ts';
import { commandMethods } from '../../src/preload/bridge.ts';
import { COMMANDS, taking } from '../../src/preload/commands.ts';

// The first file, src/preload/commands.ts: its name, what it takes, what it answers.
const commands = { ...COMMANDS, greet: taking<{ name: string }, string>() };

// The second file, in src/main/shell/commands: who may call it, what the person is asked first, what its argument looks like, what it does.
const table: CommandTable<typeof commands> = {
  ...COMMAND_TABLE,
  greet: {
    windows: ['main'],
    widens: 'nothing',
    argument: z.strictObject({ name: z.string().max(16) }),
    run: ({ model }, { name }) => `Hello ${name}, this is ${model.facts.version}`,
  },
};

/** A page in a window of this kind, whose bridge is connected to main by nothing but the IPC channels. */
function page(kind: 'main' | 'session' | undefined) {
  const handlers = new Map<string, (event: never, ...args: unknown[]) => unknown>();
  const ipc = { handle: (channel: string, handler: (event: never, ...args: unknown[]) => unknown) => void handlers.set(channel, handler) };
  handleCommands(
    ipc,
    { kindOfSender: () => kind },
    table,
    { model: { facts: { version: '1.0' } } } as never,
    { pass: async (_, act) => act() },
    () => undefined,
  );
  return commandMethods(commands, {
    invoke: async (channel, ...args) => handlers.get(channel)?.({} as never, ...structuredClone(args)),
  });
}

it('a made-up command is answered', async () => {
  expect(await page('main').greet({ name: 'Anna' })).toEqual({ ok: true, value: 'Hello Anna, this is 1.0' });
});

it('its argument is checked', async () => {
  const bridge = page('main');
  expect(await bridge.greet({ name: 'a'.repeat(17) })).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'name' });
  // @ts-expect-error the page's own compiler says so too
  expect(await bridge.greet({ name: 'Anna', admin: true })).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'admin' });
});

it('a window that its row does not name, and a stranger, are refused', async () => {
  expect(await page('session').greet({ name: 'Anna' })).toMatchObject({ ok: false, code: 'FORBIDDEN' });
  expect(await page(undefined).greet({ name: 'Anna' })).toMatchObject({ ok: false, code: 'FORBIDDEN' });
});
