/* Three ejabberd nodes behind one name (join_cluster), of which one is killed while people are in all states. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import type { OpenXmppStream } from '../../src/main/messenger/xmpp/stream-contract.ts';
import { type PeopleOnXmpp, peopleOnXmpp, type Person } from '../support/people-on-xmpp.ts';
import { until } from '../support/programs.ts';
import { needsServers, startEjabberdCluster, type XmppServer } from '../support/xmpp-servers.ts';

const programs = needsServers();
/** Who asks whom, and on which node each is. The second node is the one that dies. */
const PAIRS = [
  ['nora', 0, 'erik', 1],
  ['alma', 0, 'bert', 1],
  ['cleo', 1, 'dora', 2],
  ['fred', 0, 'gina', 2],
] as const;
const BACK_MS = 60_000;

describe.skipIf(programs.skip)(programs.title('a cluster of three nodes'), () => {
  let nodes: readonly XmppServer[] = [];
  let folder: string | undefined;
  let people: PeopleOnXmpp;
  const found = new Map<string, Person>();
  const nodeOf = new Map<string, number>(
    PAIRS.flatMap(([novice, one, expert, other]) => [[novice, one] as const, [expert, other] as const]),
  );
  const person = (user: string): Person => found.get(user) as Person;

  beforeAll(async () => {
    nodes = await startEjabberdCluster(3);
    const [first] = nodes;
    if (first === undefined) throw new Error('no nodes');
    folder = await mkdtemp(join(tmpdir(), 'ringback-cluster-'));
    const authority = join(folder, 'ca.pem');
    await writeFile(authority, first.ca);
    /** One's own node first, then the others: as the records of the name happen to be drawn. */
    const openFrom = (own: number): OpenXmppStream => {
      const order = nodes.map((_, at) => nodes[(own + at) % nodes.length] as XmppServer);
      const records = order.map(({ host, ports }, priority) => ({ name: host, port: ports.clients, priority, weight: 0 }));
      return xmppStreams({ resolveSrv: async (name) => (name.startsWith('_xmpp-client.') ? records : []) });
    };
    const opens = nodes.map((_, at) => openFrom(at));
    people = peopleOnXmpp((options) => {
      const user = options.identity.tag === 'account' ? options.identity.address.split('@')[0] : undefined;
      return (opens[nodeOf.get(user ?? '') ?? 0] as OpenXmppStream)(options);
    });
    let host = 10;
    for (const [novice, , expert] of PAIRS) {
      for (const user of [novice, expert]) await first.register(user, `secret of ${user}`);
      await first.befriend(novice, expert);
      for (const user of [novice, expert]) {
        const address = `${user}@${first.domain}`;
        const other = `${user === novice ? expert : novice}@${first.domain}`;
        const account = { transport: 'xmpp', address, friendlyName: user, password: `secret of ${user}`, authority };
        host += 1;
        found.set(user, await people.person(account, { host: `192.168.1.${host}`, installation: address, knows: [other] }));
      }
    }
  });
  afterAll(async () => {
    await people?.close();
    await Promise.all(nodes.map((node) => node.close()));
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const invitationOf = (user: string) => person(user).assistance.invitations[0];
  async function ring(novice: string, expert: string): Promise<void> {
    const { address } = person(expert).account;
    await until(
      () => person(novice).messengers.contacts.some((one) => one.address === address && one.presence === 'online'),
      'them to see each other',
    );
    await person(novice).assistance.askForHelp({ transport: 'xmpp', address });
    await until(() => invitationOf(expert) !== undefined, `it to ring at ${expert}`);
  }
  async function connect(novice: string, expert: string): Promise<void> {
    person(expert).assistance.acceptInvitation(invitationOf(expert)?.id ?? '');
    await until(() => [novice, expert].every((user) => person(user).phase === 'connected'), `${novice} and ${expert} to be connected`);
  }

  it('sees and invites across its nodes, and the one that dies takes no session and no request with it', async () => {
    const joined = await nodes[0]?.control('list_cluster');
    expect(joined?.trim().split('\n')).toHaveLength(3);
    await ring('nora', 'erik');
    await connect('nora', 'erik');
    await ring('fred', 'gina');
    await connect('fred', 'gina');
    await ring('alma', 'bert');
    await ring('cleo', 'dora');

    await nodes[1]?.crash();
    const lost = ['erik', 'bert', 'cleo'];
    await until(
      () => lost.every((user) => person(user).signIns === 2 && person(user).isSignedIn),
      'those of the dead node to be back',
      BACK_MS,
    );
    for (const user of ['nora', 'fred', 'gina', 'alma', 'dora']) expect(person(user).signIns, user).toBe(1);

    // It rings again where it rang, and goes on from there.
    await until(() => person('bert').rang === 2, 'it to ring again', BACK_MS);
    await connect('alma', 'bert');
    // Whoever asked from the dead node is told so, and so is who was asked.
    expect(person('cleo').assistance.status?.phase).toMatchObject({ tag: 'ended', reason: 'messengerLost' });
    await until(() => invitationOf('dora') === undefined, 'it to stop ringing at dora');
    expect(person('dora').rang).toBe(1);
    // Sessions that run have noticed nothing.
    for (const [novice, , expert] of PAIRS.filter(([one]) => one === 'nora' || one === 'fred'))
      for (const user of [novice, expert]) {
        expect(person(user).phase, user).toBe('connected');
        expect(person(user).assistance.status, user).not.toHaveProperty('silentSinceMs');
        expect(person(user).assistance.status, user).not.toHaveProperty('found');
        expect(person(user).history, user).toEqual([]);
      }
    await ring('cleo', 'dora');
    await connect('cleo', 'dora');
    expect(people.internet.sessions).toBe(4);
  });
});
