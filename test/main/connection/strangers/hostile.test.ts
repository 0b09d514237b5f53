/* A sample of `npm run bench:hostile`, by counts: the strangers' clock stands still, so a bucket that is empty stays empty. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ATTACKS, attack } from '../../../bench/hostile-strangers.ts';
import { until } from '../../../support/programs.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { Race, addressOf, connected, dial, has, openHandles, tags, ticketOf } from '../race.ts';

let session: Race;
let besieged: Race;
let handlesBefore: number;

beforeEach(() => {
  handlesBefore = openHandles();
  session = new Race();
  besieged = new Race(new VirtualClock());
});

afterEach(async () => {
  await Promise.all([session.end(), besieged.end()]);
  await until(() => openHandles() <= handlesBefore, 'sockets to go', 10_000);
});

it('a session goes on while strangers do their worst to the listener of an invitation, and few of them cost anything', async () => {
  const [novice, expert] = await Promise.all([session.novice(), session.expert()]);
  expert.endpoint.expect(ticketOf(novice));
  dial(novice, expert.endpoint.ticket.addresses);
  const links = await connected(novice, expert);
  const invitation = await besieged.novice({ standing: true });
  const { port } = addressOf(invitation);
  const hosts = process.platform === 'linux' ? 40 : 1;
  const attacks = Promise.all(ATTACKS.map((kind) => attack({ attack: kind, port, connections: 60, atOnce: 6, limitMs: 2_000, hosts })));
  let heard = 0;
  expert.link()?.onEvent((event) => {
    if (event.tag === 'pointerPosition') heard += 1;
  });
  const over = new AbortController();
  const ended = attacks.then(() => over.abort());
  let sent = 0;
  while (!over.signal.aborted) {
    links.novice.sendPointerPosition(sent % 600, 10);
    sent += 1;
    await until(() => heard >= sent, `sign ${sent} at the expert`, 10_000);
  }
  await ended;
  const made = (await attacks).reduce((sum, report) => sum + report.made, 0);
  expect(made).toBeGreaterThan(42);
  // 128 at once, and no time goes by.
  expect(tags(invitation.events).filter((tag) => tag === 'attempt').length).toBeLessThanOrEqual(128);
  expect(has(invitation.events, 'presented')).toBeUndefined();
  expect(has(expert.linkEvents, 'ended')).toBeUndefined();
});
