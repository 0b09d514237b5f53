/* The server goes down and comes back at each of the seven steps; three moments of these are in `npm test` (test/interop/restarts.test.ts). */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { MOMENTS, RestartedServer } from '../support/restarts.ts';
import { needsServers, startEjabberd, startProsody } from '../support/xmpp-servers.ts';

const programs = needsServers();

describe.skipIf(programs.skip).each([
  ['ejabberd', startEjabberd, 0],
  ['Prosody', startProsody, 1],
] as const)(programs.title('%s in the middle of a call for help'), (_, start, first) => {
  let server: RestartedServer;
  beforeAll(async () => {
    server = await RestartedServer.on(await start({ coturn: false }));
  });
  afterAll(() => server?.close());

  // Orderly and killed in turns, beginning differently for the two.
  it.each(MOMENTS.map((moment, at) => [(at + first) % 2 === 0 ? 'restart' : 'crash', moment] as const))('%s while %s', (outage, moment) =>
    server.survives(moment, outage),
  );

  it.each(MOMENTS)('a line that is cut while %s: the stream is taken up again, and nobody notices', (moment) =>
    server.survives(moment, 'cut'),
  );
});
