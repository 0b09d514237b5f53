/* `server/nftables.conf` against somebody who connects again and again, in a network of the test's own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsNamespaces } from '../support/network.ts';
import { run } from '../support/programs.ts';
import { ServerPlace, needsServers, unpacked, unpackedEnvironment } from '../support/servers/place.ts';

const servers = needsServers();
const namespaces = needsNamespaces();
/** What is let through at once, and then one every two seconds. */
const AT_ONCE = 60;

/** Listens, connects from each address as often as said, and prints how often it came through. */
const CONNECTING = `
  const net = require('node:net');
  const [port, ...from] = process.argv.slice(1).map((text) => JSON.parse(text));
  const open = (localAddress) => new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port, localAddress });
    const end = (came) => (clearTimeout(timer), socket.destroy(), resolve(came));
    const timer = setTimeout(end, 500, false);
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
  const server = net.createServer((socket) => socket.on('error', () => undefined)).listen(port, '127.0.0.1', async () => {
    const came = [];
    for (const [address, times] of from) came.push((await Promise.all(Array.from({ length: times }, () => open(address)))).filter(Boolean).length);
    console.log(JSON.stringify(came));
    server.close();
  });
`;

describe.skipIf(servers.skip || namespaces.skip)(servers.title(namespaces.title('sign-ins per address')), () => {
  const name = `ringback-test-${process.pid}-limit`;
  let place: ServerPlace;
  beforeAll(async () => {
    place = await ServerPlace.make('limit', {});
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  });
  afterAll(async () => {
    place?.remove();
    await run('ip', ['netns', 'delete', name]);
  });

  it('lets sixty through, then hardly any, and everybody else as before', async () => {
    const rules = await place.fill('nftables.conf', {});
    const inside = ['netns', 'exec', name];
    await run('ip', [...inside, unpacked('usr/sbin/nft'), '-f', rules], { env: unpackedEnvironment() });
    // Twice is as good as once: the command is run again after a change.
    await run('ip', [...inside, unpacked('usr/sbin/nft'), '-f', rules], { env: unpackedEnvironment() });
    const times = [
      ['127.0.0.2', AT_ONCE + 40],
      ['127.0.0.3', 20],
    ].map((one) => JSON.stringify(one));
    const said = await run('ip', [...inside, process.execPath, '-e', CONNECTING, `${place.ports.clients}`, ...times]);
    const [flood = 0, others] = JSON.parse(said.toString()) as number[];
    expect(flood).toBeGreaterThanOrEqual(AT_ONCE);
    expect(flood).toBeLessThan(AT_ONCE + 10);
    expect(others).toBe(20);
  });
});
