import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { parseFromCapture } from '../../../src/main/desktop/capture-protocol.ts';
import { logSchema } from '../../../src/main/history/earlier-history.ts';
import { FIRST, hashOf, type LineBody, readLines, writeLine } from '../../../src/main/history/record-lines.ts';
import { sessionsOf } from '../../../src/main/history/listed-sessions.ts';
import { accountSchema } from '../../../src/main/settings/account-store.ts';
import { contactsSchema } from '../../../src/main/settings/contacts-cache.ts';
import { settingsSchema } from '../../../src/main/settings/settings-store.ts';
import { parseArgument } from '../../../src/main/shell/commands/command.ts';
import { COMMAND_TABLE } from '../../../src/main/shell/commands/table.ts';
import { parseFromPicture, parseFromSteering } from '../../../src/main/shell/viewer-messages.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { mutateJson } from '../json-mutations.ts';
import { BrokenRule, shown, type Target } from '../rules.ts';

const json = (value: unknown): Uint8Array => utf8Encode(JSON.stringify(value));

/** JSON from a file or as a stand-in for what structured cloning carries; `{"$bytes": n}` is that many bytes. No JSON: nothing to check. */
function values(input: Uint8Array): readonly unknown[] {
  try {
    return [
      JSON.parse(utf8Decode(input), (_, value: unknown) =>
        typeof value === 'object' &&
        value !== null &&
        '$bytes' in value &&
        typeof value.$bytes === 'number' &&
        value.$bytes >= 0 &&
        value.$bytes < 1_000_000
          ? new Uint8Array(value.$bytes)
          : value,
      ),
    ];
  } catch {
    return [];
  }
}

type Parse = (value: unknown) => { readonly ok: boolean; readonly value?: unknown };

/** Never throws, and what it lets through it lets through unchanged the next time. */
function stable(parse: Parse): (input: Uint8Array) => void {
  return (input) => {
    for (const value of values(input)) staysAsItIs(parse, value);
  };
}

function staysAsItIs(parse: Parse, value: unknown): void {
  const first = parse(value);
  if (!first.ok) return;
  const again = parse(first.value);
  if (!again.ok || !isDeepStrictEqual(again.value, first.value))
    throw new BrokenRule(`parsed twice: ${shown(first.value)} and ${shown(again)}`);
}

function file(name: string, schema: z.ZodType, ...seeds: readonly unknown[]): Target {
  const check = stable((value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? { ok: true, value: parsed.data } : { ok: false };
  });
  return { name, seeds: () => seeds.map(json), mutate: mutateJson, check };
}

const ENTRY = {
  id: 's1',
  role: 'novice',
  peer: { address: 'bob@home', friendlyName: 'Bob' },
  startedAtMs: 1,
  endedAtMs: 2,
  connectedBy: 'reverse',
  address: '192.168.1.2:3389',
  viewed: true,
  controlled: false,
  reason: 'stoppedByNovice',
};

const COMMANDS: readonly (readonly [string, readonly unknown[]])[] = [
  ['getState', []],
  ['saveAccount', [{ transport: 'msnp', server: '[fe80::1%eth0]:1863', address: 'Ann@home', friendlyName: 'Ann', accessToken: 'abc' }]],
  ['setPresence', ['busy']],
  ['addContact', [{ transport: 'msnp', address: 'bob@home' }]],
  ['signIn', ['msnp']],
  ['acceptInvitation', ['id-1']],
  ['setHosting', [{ enabled: true, reach: 'lan', port: 1863 }]],
  ['saveSettings', [{ stopShortcut: 'CommandOrControl+Alt+Shift+S', playSound: false }]],
  ['copyText', ['text']],
];

const ENTRY_OF_RECORD = { ...ENTRY, role: 'novice' } as Extract<LineBody, { kind: 'ended' }>['entry'];
const RECORD: readonly LineBody[] = [
  { kind: 'viewed', session: ENTRY_OF_RECORD },
  { kind: 'control', id: 's1', granted: true },
  { kind: 'control', id: 's1', granted: false },
  { kind: 'ended', entry: ENTRY_OF_RECORD },
  { kind: 'cleared' },
];

function recordOf(bodies: readonly LineBody[]): Uint8Array {
  let before = FIRST;
  const texts = bodies.map((body, index) => {
    const { text } = writeLine(body, index, before);
    before = hashOf(text);
    return text;
  });
  return utf8Encode(`${texts.join('\n')}\n`);
}

export const APP_TARGETS: readonly Target[] = [
  file(
    'settings-file',
    settingsSchema,
    { version: 1 },
    {
      version: 1,
      engine: 'classic',
      stopShortcut: 'Ctrl+Alt+Q',
      hosting: { enabled: true, reach: 'lan', port: 1863 },
      windowBounds: { x: 0, y: 0, width: 10, height: 10 },
      later: {},
    },
  ),
  file(
    'account-file',
    accountSchema,
    { version: 1, account: null },
    { version: 1, account: { server: 'a:1', address: 'a@b', friendlyName: 'A', token: { kind: 'plain', value: 'x' } } },
    { version: 1, account: { server: 'a:1', address: 'a@b', friendlyName: 'A', token: { kind: 'encrypted', value: 'eHh4' } } },
    {
      version: 2,
      accounts: [
        { transport: 'msnp', fields: { server: 'a:1' }, secrets: {} },
        { transport: 'later', own: [] },
      ],
    },
  ),
  file(
    'contacts-file',
    contactsSchema,
    { version: 1, owner: 'a@b', contacts: [{ address: 'c@d', friendlyName: 'C' }] },
    { version: 2, lists: [{ transport: 'msnp', owner: 'a@b', contacts: [{ address: 'c@d', friendlyName: 'C' }] }] },
  ),
  file('history-file', logSchema, { version: 1, entries: [ENTRY, { ...ENTRY, id: 's2', role: 'expert' }] }),
  {
    name: 'record-lines',
    seeds: () => [recordOf([{ kind: 'ended', entry: ENTRY_OF_RECORD }]), recordOf(RECORD)],
    check: (input) => {
      const read = readLines(utf8Decode(input));
      sessionsOf(read.lines);
      const again = readLines(read.lines.map(({ text }) => text).join('\n'));
      if (again.head !== read.head || !isDeepStrictEqual(again.broken, read.broken))
        throw new BrokenRule('read twice, it is another record');
    },
  },
  {
    name: 'ipc-command',
    seeds: () => COMMANDS.map(json),
    mutate: mutateJson,
    check: (input) => {
      for (const value of values(input)) {
        if (!Array.isArray(value)) continue;
        const [asked, args] = value as unknown[];
        // The handler is registered by name, so only the arguments are anybody's.
        const called = Object.entries(COMMAND_TABLE).filter(([name]) => name === asked);
        for (const [, command] of called.length === 0 ? Object.entries(COMMAND_TABLE) : called)
          staysAsItIs((candidate) => {
            const parsed = parseArgument(command, candidate);
            return parsed.ok ? { ok: true, value: command.argument === undefined ? [] : [parsed.value] } : { ok: false };
          }, args ?? null);
      }
    },
  },
  {
    name: 'viewer-message',
    seeds: () =>
      [
        [
          { tag: 'taken', count: 3 },
          { tag: 'painted', frameId: 3 },
          { tag: 'resized', size: { width: 800, height: 600 } },
        ],
        {
          tag: 'input',
          events: [
            { tag: 'key', scancode: 30, prefix: 'none', down: true },
            { tag: 'wheel', axis: 'vertical', delta: -120, x: 1, y: 1 },
            { tag: 'pointerButton', button: 'x1', down: true, x: 2, y: 3 },
          ],
        },
        { tag: 'displayWanted', wanted: true },
        { tag: 'pointerShown' },
      ].map(json),
    mutate: mutateJson,
    check: stable((value) => {
      const parsed = parseFromPicture(value) ?? parseFromSteering(value);
      return parsed === undefined ? { ok: false } : { ok: true, value: parsed };
    }),
  },
  {
    name: 'capture-message',
    seeds: () =>
      [
        { tag: 'opened', size: { width: 3, height: 2 }, way: 'page' },
        {
          tag: 'frame',
          generation: 1,
          frame: {
            frameId: 1,
            updates: [
              { route: 'fastPath', bytes: { $bytes: 10 } },
              { route: 'fastPath', bytes: { $bytes: 1 } },
            ],
            changedPixels: 6,
            captureMs: 1.5,
            encodeMs: 0,
          },
        },
        { tag: 'resized', size: { width: 3, height: 2 } },
        { tag: 'pointerShape', shape: { width: 2, height: 2, hotX: 1, hotY: 0, pixels: { $bytes: 16 } } },
        { tag: 'pointerShape', shape: null },
        { tag: 'pointerMoved', x: 1, y: 1 },
        { tag: 'failed', code: 'LOST', message: 'gone' },
        { tag: 'closed' },
      ].map(json),
    mutate: mutateJson,
    mayAllocate: (bytes) => 1_000_000 * Math.ceil(bytes / 8 + 1),
    check: (input) => {
      for (const value of values(input))
        if (!isDeepStrictEqual(parseFromCapture(parseFromCapture(value)), parseFromCapture(value)))
          throw new BrokenRule('parsed twice differs');
    },
  },
];
