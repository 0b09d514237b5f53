/* Three moments at which a server goes down, or the line to it; all of them on both servers are in `npm run lab` (test/lab/restarts.test.ts). */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Moment, type Outage, RestartedServer } from '../support/restarts.ts';
import { needsServers, startEjabberd, startProsody } from '../support/xmpp-servers.ts';

const programs = needsServers();

describe.skipIf(programs.skip).each<[string, typeof startEjabberd, readonly (readonly [Outage, Moment])[]]>([
  [
    'ejabberd',
    startEjabberd,
    [
      ['cut', 'the yes goes out'],
      ['crash', 'the ticket of who asked is made'],
    ],
  ],
  ['Prosody', startProsody, [['restart', 'the connection stands, and who asked is asked']]],
])(programs.title('%s in the middle of a call for help'), (_, start, cases) => {
  let server: RestartedServer;
  beforeAll(async () => {
    server = await RestartedServer.on(await start({ coturn: false }));
  });
  afterAll(() => server?.close());

  it.each(cases)('%s while %s', (outage, moment) => server.survives(moment, outage));
});
