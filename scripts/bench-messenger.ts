/**
 * The messenger under load, on loopback only: how many signed-in clients and invitations a minute it holds, and what slow, silent,
 * half-open and flooding peers cost the others. Prints measured figures. Not a test. `--help` names the options; `--xmpp`: people on an XMPP server
 * instead (bench-xmpp.ts).
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAccount } from '../src/main/messenger/msnp-server/account-store.ts';
import { SqliteAccountStore } from '../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { BenchClient } from '../test/bench/messenger-client.ts';
import { numbersTyped } from '../test/bench/number-options.ts';
import { treeCpuMs } from '../test/bench/processes.ts';
import { root } from './project.ts';

/** Of our own client: PNG every two seconds. */
const PING_MS = 2_000;
const CONTACTS = 5;
/** Peers of their own: a server limits what one host may take. */
const HOSTS = 40;
const SIGN_INS_AT_ONCE = 50;
const TROUBLE_OF_EACH_KIND = 100;
const FLOODERS = 20;
const HOSTILE_HOST = '127.0.200.';

// It ends the process.
if (process.argv.includes('--xmpp')) await import('./bench-xmpp.ts');

const {
  clients: clientCount,
  'per-minute': perMinute,
  seconds,
} = numbersTyped(
  'npm run bench:messenger --',
  {
    clients: { what: 'people who are signed in', low: 10, high: 5_000, otherwise: 2_000 },
    'per-minute': { what: 'invitations a minute', low: 60, high: 10_000, otherwise: 1_000 },
    seconds: { what: 'seconds of each phase', low: 2, high: 120, otherwise: 20 },
  },
  { more: ['--xmpp             people on an XMPP server instead, with options of its own (--xmpp --help)'] },
);

interface User {
  readonly address: string;
  readonly accessToken: string;
  client: BenchClient;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const hostOf = (index: number, base = '127.0.1.') => `${base}${(index % HOSTS) + 1}`;
const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
const summary = (times: number[]): string => {
  times.sort((a, b) => a - b);
  return `median ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms, worst ${(times.at(-1) ?? Number.NaN).toFixed(1)} ms`;
};

const directory = await mkdtemp(join(tmpdir(), 'ringback-bench-'));
const addresses = Array.from({ length: clientCount }, (_, index) => `user${index}@bench`);
const store = new SqliteAccountStore(directory);
await store.open();
const startedAccounts = performance.now();
const tokens: string[] = [];
for (const [index, address] of addresses.entries()) {
  const account = newAccount(address, `User ${index}`);
  tokens.push(account.accessToken);
  const forward = Array.from({ length: CONTACTS }, (_, step) => ({
    address: addresses[(index + step + 1) % clientCount] ?? '',
    groups: [0],
  }));
  await store.create({ ...account, forward });
}
store.close();
console.log(
  `${clientCount} accounts with ${CONTACTS} contacts each, every one on disk before the next: ${((performance.now() - startedAccounts) / clientCount).toFixed(2)} ms each`,
);

const server = spawn(process.execPath, [join(root, 'scripts', 'messenger.ts'), '--port', '0', '--data', directory], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
let output = '';
server.stdout.on('data', (text: Buffer) => (output += String(text)));
while (!output.includes('accounts in') && server.exitCode === null) await pause(20);
const port = Number(/127\.0\.0\.1:(\d+)/.exec(output)?.[1]);
const pid = server.pid ?? -1;
const memoryMb = async (): Promise<number> => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const timers: NodeJS.Timeout[] = [];
const users: User[] = [];

/** Runs `act` and tells what share of one core the server took meanwhile. */
async function measured<T>(act: () => Promise<T>): Promise<readonly [T, string]> {
  const [cpu, at] = [treeCpuMs(pid), performance.now()];
  const value = await act();
  const elapsedMs = performance.now() - at;
  return [
    value,
    `${(elapsedMs / 1000).toFixed(1)} s, server CPU ${(((treeCpuMs(pid) - cpu) / elapsedMs) * 100).toFixed(0)} % of one core, memory ${(await memoryMb()).toFixed(0)} MB`,
  ];
}

async function signInAll(): Promise<number[]> {
  const times: number[] = [];
  const queue = addresses.entries();
  const worker = async (): Promise<void> => {
    for (const [index, address] of queue) {
      const accessToken = tokens[index] ?? '';
      const at = performance.now();
      const client = await BenchClient.open(port, hostOf(index));
      await client.signIn(address, accessToken);
      times.push(performance.now() - at);
      users.push({ address, accessToken, client });
    }
  };
  await Promise.all(Array.from({ length: SIGN_INS_AT_ONCE }, worker));
  return times;
}

/** How long the server takes to answer, seen from many clients, while `act` runs. */
async function answering(forMs: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + forMs;
  // The first ones may have gone deaf.
  const asked = users.slice(FLOODERS);
  for (let index = 0; performance.now() < end; index += 1) {
    const user = asked[(index * 37) % asked.length];
    if (user?.client.isOpen !== true) continue;
    const at = performance.now();
    await user.client.ask('PNG', 'QNG').then(
      () => times.push(performance.now() - at),
      () => undefined,
    );
    await pause(10);
  }
  return times;
}

const message = (fields: string): string =>
  `MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n${fields}\r\n\r\n`;

/** From XFR to the last ticket, with two switchboard connections, as the main job does it. */
async function invitation(inviter: User, invitee: User): Promise<{ readonly invitedMs: number; readonly doneMs: number }> {
  const at = performance.now();
  const rings = invitee.client.next('RNG');
  rings.catch(() => undefined);
  const cookie = (await inviter.client.ask('XFR 20 SB', 'XFR 20')).split(' ')[5] ?? '';
  const room = await BenchClient.open(port, inviter.client.socket.localAddress);
  let seat: BenchClient | undefined;
  try {
    await room.ask(`USR 1 ${inviter.address} ${cookie}`, 'USR 1 OK');
    const joined = room.next('JOI');
    joined.catch(() => undefined);
    room.send(`CAL 2 ${invitee.address}`);
    const [, session = '', , , ring = ''] = (await rings).split(' ');
    const place = await BenchClient.open(port, invitee.client.socket.localAddress);
    seat = place;
    const entered = place.ask(`ANS 1 ${invitee.address} ${ring} ${session}`, 'ANS 1 OK');
    await Promise.all([entered, joined]);
    const say = async (from: BenchClient, to: BenchClient, id: number, fields: string): Promise<void> => {
      const text = message(fields);
      const heard = Promise.all([to.next('MSG'), from.next(`ACK ${id}`)]);
      from.send(`MSG ${id} A ${text.length}`, text);
      await heard;
    };
    const base = 'Invitation-Cookie: 4711\r\nSession-ID: {11111111-2222-3333-4444-555555555555}';
    await say(
      room,
      place,
      3,
      `Application-Name: Remote Assistance\r\nApplication-GUID: {56b994a7-380f-410b-9985-c809d78c1bdc}\r\nSession-Protocol: SM1\r\nInvitation-Command: INVITE\r\n${base}`,
    );
    const invitedMs = performance.now() - at;
    await say(
      place,
      room,
      4,
      `Invitation-Command: ACCEPT\r\n${base}\r\nLaunch-Application: TRUE\r\nRequest-Data: IP-Address:\r\nIP-Address: 127.0.0.1`,
    );
    await say(room, place, 5, `Invitation-Command: ACCEPT\r\n${base}\r\nLaunch-Application: TRUE\r\nIP-Address: 127.0.0.1`);
    for (const [from, to, id] of [
      [place, room, 6],
      [room, place, 7],
    ] as const)
      await say(from, to, id, `Invitation-Command: CONTEXT\r\n${base}\r\nContext-Data: ${'x'.repeat(200)}`);
    return { invitedMs, doneMs: performance.now() - at };
  } finally {
    room.socket.end('OUT\r\n');
    seat?.socket.end('OUT\r\n');
  }
}

/** Pairs of `among`, round and round, so that nobody is in two at once. */
async function inviteAll(
  among: readonly User[],
): Promise<{ readonly invited: number[]; readonly done: number[]; readonly failed: number }> {
  const [invited, done]: [number[], number[]] = [[], []];
  let failed = 0;
  const running: Promise<void>[] = [];
  const wanted = Math.round((perMinute / 60) * seconds);
  const began = performance.now();
  for (let index = 0; index < wanted; index += 1) {
    await pause(Math.max(0, began + (index * 60_000) / perMinute - performance.now()));
    const pair = (index * 2) % (among.length - 1);
    const [inviter, invitee] = [among[pair], among[pair + 1]];
    if (inviter === undefined || invitee === undefined) continue;
    running.push(
      invitation(inviter, invitee).then(
        ({ invitedMs, doneMs }) => void (invited.push(invitedMs), done.push(doneMs)),
        () => void (failed += 1),
      ),
    );
  }
  await Promise.all(running);
  return { invited, done, failed };
}

/** Everybody who means no good at once, from hosts of their own. The returned function ends them. */
async function trouble(): Promise<() => string> {
  let [reconnects, refused] = [0, 0];
  const over = new AbortController();
  const open: BenchClient[] = [];
  const connected = async (index: number): Promise<BenchClient | undefined> => {
    const client = await BenchClient.open(port, hostOf(index, HOSTILE_HOST)).catch(() => undefined);
    if (client !== undefined) open.push(client);
    return client;
  };
  for (let index = 0; index < TROUBLE_OF_EACH_KIND; index += 1) {
    // Silent: connects and says nothing. Half-open: stops in the middle of a message and of a TLS handshake.
    await connected(index);
    (await connected(index))?.socket.write('VER 1 MSNP7 CVR0\r\nUSR 2 MD');
    (await connected(index))?.socket.write(Buffer.from('1603010200010001', 'hex'));
    // Slow: a byte at a time.
    const slow = await connected(index);
    const words = 'VER 1 MSNP7 MSNP6 MSNP5 MSNP4 CVR0\r\nINF 2\r\n';
    let at = 0;
    timers.push(setInterval(() => slow?.isOpen === true && slow.socket.write(words[at++ % words.length] ?? ''), 200));
  }
  // Deaf: signed in, asks for its list again and again, and never reads the answers.
  for (const user of users.slice(0, FLOODERS)) {
    user.client.socket.pause();
    timers.push(setInterval(() => user.client.isOpen && user.client.send('SYN 9 0'), 20));
  }
  const flood = async (index: number): Promise<void> => {
    const noise = 'PNG\r\n'.repeat(2_000);
    while (!over.signal.aborted) {
      const client = await connected(index);
      if (client === undefined) refused += 1;
      else {
        reconnects += 1;
        client.socket.write('VER 1 MSNP7 CVR0\r\n');
        while (client.isOpen && !over.signal.aborted) {
          if (client.socket.writableLength < 1_000_000) client.socket.write(noise);
          await pause(5);
        }
      }
      await pause(20);
    }
  };
  for (let index = 0; index < FLOODERS; index += 1) void flood(index);
  return () => {
    over.abort();
    for (const client of open) client.socket.destroy();
    return `${reconnects + refused} connections of theirs`;
  };
}

try {
  const [signIns, signInCost] = await measured(signInAll);
  console.log(`${users.length} signed in, ${SIGN_INS_AT_ONCE} at a time: ${signInCost}\n  each: ${summary(signIns)}`);
  for (const user of users) {
    const timer = setTimeout(
      () => timers.push(setInterval(() => user.client.isOpen && user.client.send('PNG'), PING_MS)),
      Math.random() * PING_MS,
    );
    timers.push(timer);
  }
  await pause(PING_MS);
  const [quiet, quietCost] = await measured(() => answering(seconds * 1000));
  console.log(`at rest, each pinging every ${PING_MS / 1000} s: ${quietCost}\n  an answer: ${summary(quiet)}`);
  const [invited, inviteCost] = await measured(() => inviteAll(users));
  console.log(
    `${invited.done.length} invitations at ${perMinute} a minute, ${invited.failed} failed: ${inviteCost}\n  until the other one has it: ${summary(invited.invited)}\n  with both tickets: ${summary(invited.done)}`,
  );
  const before = users.filter(({ client }) => client.isOpen).length;
  const end = await trouble();
  const deaf = users.slice(0, FLOODERS);
  const [troubled, troubledCost] = await measured(async () => {
    const [times, also] = await Promise.all([answering(seconds * 1000), inviteAll(users.slice(FLOODERS))]);
    return { times, also };
  });
  const lost = users.filter((user) => !deaf.includes(user) && !user.client.isOpen).length;
  console.log(
    `${TROUBLE_OF_EACH_KIND} silent, ${TROUBLE_OF_EACH_KIND * 2} half-open, ${TROUBLE_OF_EACH_KIND} slow, ${FLOODERS} deaf and ${FLOODERS} flooding beside them, ${end()}: ${troubledCost}\n` +
      `  an answer to the others: ${summary(troubled.times)}\n  ${troubled.also.done.length} invitations, ${troubled.also.failed} failed; with both tickets: ${summary(troubled.also.done)}\n` +
      `  of ${before - FLOODERS} well-behaved clients ${lost} lost their connection`,
  );
} finally {
  for (const timer of timers) clearInterval(timer);
  for (const { client } of users) client.socket.destroy();
  server.kill('SIGTERM');
  await Promise.race([exited, pause(5_000)]);
  server.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);
