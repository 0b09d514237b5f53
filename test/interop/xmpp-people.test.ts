/* What only shows with several programs at once on a server that people have: one's devices, and letters by which two find each other again. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import { AGAIN_CHANNEL } from '../../src/protocol/assistance/again-messages.ts';
import { Proxy } from '../main/messenger/proxy.ts';
import { type PeopleOnXmpp, peopleOnXmpp, type Person } from '../support/people-on-xmpp.ts';
import { until } from '../support/programs.ts';
import { needsServers, startEjabberd, startProsody, type XmppServer } from '../support/xmpp-servers.ts';

const programs = needsServers();
const NORA = '192.168.1.10';
const ERIK = '192.168.1.20';

describe.skipIf(programs.skip).each([
  ['ejabberd', startEjabberd],
  ['Prosody', startProsody],
])(programs.title('people on %s'), (name, start) => {
  const open = xmppStreams();
  let server: XmppServer;
  let proxy: Proxy;
  let folder: string | undefined;
  let people: PeopleOnXmpp;

  beforeAll(async () => {
    server = await start({ coturn: false });
    for (const user of ['nora', 'erik']) await server.register(user, `secret of ${user}`);
    await server.befriend('nora', 'erik');
    proxy = await Proxy.open(server.ports.clients, server.host);
    folder = await mkdtemp(join(tmpdir(), 'ringback-people-'));
    await writeFile(join(folder, 'ca.pem'), server.ca);
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    proxy.restore();
    people = peopleOnXmpp(open);
  });
  afterEach(() => people.close());

  function person(user: 'nora' | 'erik', host: string, device: string, throughProxy = false): Promise<Person> {
    const address = `${user}@${server.domain}`;
    const at = throughProxy ? `127.0.0.1:${proxy.port}` : `${server.host}:${server.ports.clients}`;
    const authority = join(folder ?? '', 'ca.pem');
    const account = { transport: 'xmpp', address, friendlyName: user, password: `secret of ${user}`, server: at, authority };
    const knows = [`${user === 'nora' ? 'erik' : 'nora'}@${server.domain}`];
    return people.person(account, { host, device, installation: address, knows });
  }
  async function ring(nora: Person, ...eriks: readonly Person[]): Promise<void> {
    const address = `erik@${server.domain}`;
    const sees = (): boolean => nora.messengers.contacts.some((one) => one.address === address && one.presence === 'online');
    await until(sees, 'erik to be seen');
    await nora.assistance.askForHelp({ transport: 'xmpp', address });
    await until(() => eriks.every(({ assistance }) => assistance.invitations.length === 1), 'it to ring');
  }
  async function connect(nora: Person, erik: Person): Promise<void> {
    erik.assistance.acceptInvitation(erik.assistance.invitations[0]?.id ?? '');
    await until(
      () => [nora, erik].every(({ phase }) => phase === 'connected'),
      () => JSON.stringify([nora.assistance.status, erik.assistance.status]),
    );
  }

  it('rings at three devices; one answers, another says which, and one that was dead meanwhile says so when it is back', async () => {
    const [desk, laptop] = [await person('erik', ERIK, 'desk'), await person('erik', '192.168.1.21', 'laptop')];
    const attic = await person('erik', '192.168.1.22', 'attic', true);
    const nora = await person('nora', NORA, 'pc');
    await ring(nora, desk, laptop, attic);
    proxy.cut();
    await connect(nora, desk);
    const elsewhere = { tag: 'ended', reason: 'answeredElsewhere', answeredOn: 'desk' };
    await until(() => laptop.assistance.invitations.length === 0, 'the laptop to stop ringing');
    expect(laptop.history).toMatchObject([{ reason: elsewhere.reason, answeredOn: 'desk' }]);
    proxy.restore();
    await until(() => attic.assistance.invitations.length === 0, 'the attic to stop ringing', 30_000);
    expect(attic.history).toMatchObject([{ reason: elsewhere.reason, answeredOn: 'desk' }]);
    expect([desk, laptop, attic].map(({ rang }) => rang)).toEqual([1, 1, 1]);
    expect(people.internet.sessions).toBe(1);
    await nora.assistance.endSession();
  });

  it.each(name === 'ejabberd' ? ['lives'] : ['has died with the server'])(
    'finds each other again by letters where no known address leads anywhere and the conversation %s',
    async (conversation) => {
      const [nora, erik] = [await person('nora', NORA, 'pc'), await person('erik', ERIK, 'desk')];
      const { internet } = people;
      internet.channels = [...internet.channels, AGAIN_CHANNEL];
      await ring(nora, erik);
      await connect(nora, erik);
      await until(() => internet.listeners === 2, 'the doors of both');
      const asked = nora.prompts.asked.length;
      internet.reachable = (from, to) => ![NORA, ERIK].includes(from) && ![NORA, ERIK].includes(to);
      internet.move(NORA, '172.16.0.10');
      internet.move(ERIK, '172.16.0.20');
      if (conversation === 'lives') internet.cut();
      else {
        await server.crash();
        internet.cut();
        await server.restart();
      }
      await until(
        () => [nora, erik].every(({ assistance: { status } }) => status?.found === 1 && status.search === undefined),
        () => JSON.stringify([nora.assistance.status, erik.assistance.status, nora.messengers.contacts, erik.messengers.contacts]),
        60_000,
      );
      expect(nora.assistance.status?.connection?.address).toMatch(/^172\.16\.0\.20:/);
      // Nobody was asked anything, and nothing has rung.
      expect([nora.prompts.asked.length, erik.rang, nora.rang]).toEqual([asked, 1, 0]);
      expect([nora.signIns > 1, erik.signIns > 1]).toEqual(Array(2).fill(conversation !== 'lives'));
      await nora.assistance.endSession();
      await until(() => erik.phase === 'ended', 'its end');
    },
  );
});
