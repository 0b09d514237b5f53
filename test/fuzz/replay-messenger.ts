import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAccount } from '../../src/main/messenger/msnp-server/account-store.ts';
import { MsnpServer } from '../../src/main/messenger/msnp-server/server.ts';
import { SqliteAccountStore } from '../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { utf8Encode } from '../../src/protocol/bytes/text.ts';
import { encodeCommand } from '../../src/protocol/msnp/framing.ts';
import { writeInvitation } from '../../src/protocol/msnp/invitation.ts';
import { md5Hex, RawClient, until } from '../main/messenger/raw-client.ts';
import { damaged } from './damage.ts';
import type { Random } from './random.ts';

const ATTACKS = 8;
const DIALECT = 7;
const [ANN, BOB, EVE] = ['ann@home', 'bob@home', 'eve@home'] as const;

const lines = (...text: string[]): Uint8Array[] => text.map((line) => utf8Encode(`${line}\r\n`));

/** What a client says once it knows the challenge, or in its place something else. */
function conversation(challenge: string, token: string, cookie: string): Uint8Array[] {
  return [
    ...lines(
      `USR 4 MD5 S ${md5Hex(challenge + token)}`,
      'SYN 5 0',
      'CHG 6 NLN',
      `ADD 7 FL ${BOB} Bob 0`,
      `ADD 8 AL ${BOB} Bob`,
      'ADG 9 Friends 0',
      `REA 10 ${EVE} Eve%20E`,
      'XFR 11 SB',
      'PNG',
      `REM 12 FL ${BOB}`,
    ),
    encodeCommand('QRY', [13, 'msmsgs@msnmsgr.com'], utf8Encode(md5Hex('x'))),
    ...lines(`USR 1 ${EVE} ${cookie}`, `CAL 2 ${BOB}`),
    encodeCommand('MSG', [3, 'A'], writeInvitation({ command: 'CANCEL', cookie: '12345', code: 'TIMEOUT' })),
    ...lines('OUT'),
  ];
}

async function signedIn(port: number, address: string, token: string): Promise<RawClient> {
  const client = await RawClient.open(port);
  const answer = await client.signIn(DIALECT, address, token);
  if (!answer.startsWith('USR 4 OK')) throw new Error(`no log-in: ${answer}`);
  return client;
}

/** Damaged clients at the server, before and after log-in: nobody else notices, and nothing of them is left. */
export async function replayAtMessenger(random: Random): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'ringback-fuzz-'));
  const store = new SqliteAccountStore(directory);
  await store.open();
  const tokens = new Map<string, string>();
  for (const address of [ANN, BOB, EVE]) {
    const account = newAccount(address, address);
    tokens.set(address, account.accessToken);
    await store.create(account);
  }
  const storeErrors: unknown[] = [];
  const server = await MsnpServer.start({
    hosts: ['127.0.0.1'],
    port: 0,
    store,
    // The attacks come faster than the limits let anybody in.
    limits: { failedSignIns: { burst: 1_000, perSecond: 1_000 }, connecting: { burst: 1_000, perSecond: 1_000 } },
    onStoreError: (error) => void storeErrors.push(error),
  });
  const clients: RawClient[] = [];
  try {
    const port = server.addresses[0]?.port ?? 0;
    const honest = [await signedIn(port, ANN, tokens.get(ANN) ?? ''), await signedIn(port, BOB, tokens.get(BOB) ?? '')];
    clients.push(...honest);
    const standing = server.connectionCount;
    for (let count = 0; count < ATTACKS; count += 1) {
      const attacker = await RawClient.open(port);
      clients.push(attacker);
      const hello = lines(`VER 1 MSNP${DIALECT} CVR0`, 'INF 2', `USR 3 MD5 I ${EVE}`);
      let challenge = '';
      // Half of them only go wrong after the log-in.
      if (random.once(2)) {
        for (const part of hello) attacker.write(part);
        challenge = ((await attacker.lines(3))[2] ?? '').split(' ')[4] ?? '';
        const [proof = new Uint8Array(0), ...rest] = conversation(challenge, tokens.get(EVE) ?? '', '1.2');
        for (const part of [proof, ...damaged(rest, random)]) attacker.write(part);
      } else for (const part of damaged([...hello, ...conversation(challenge, 'no token', '1.2')], random)) attacker.write(part);
      // The end comes after everything else: who closes has read it all, or would not.
      attacker.end();
      await attacker.closed();
    }
    await until(
      () => server.connectionCount === standing,
      () => `${server.connectionCount - standing} connections to be gone`,
    );
    for (const client of honest) {
      const heard = client.text.length;
      client.send('PNG');
      await until(
        () => client.text.includes('QNG', heard),
        () => 'QNG for somebody who did nothing wrong',
      );
    }
    if (storeErrors.length > 0) throw new Error('the store failed', { cause: storeErrors[0] });
  } finally {
    for (const client of clients) client.close();
    await server.stop();
    store.close();
    await rm(directory, { recursive: true, force: true });
  }
}
