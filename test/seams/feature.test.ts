import { expect, test } from 'vitest';
import type { RendezvousSession } from '../../src/main/messenger/contract.ts';
import { ASK_FOR_REMOTE_ASSISTANCE } from '../../src/protocol/assistance/application.ts';
import { createInMemoryNetwork } from '../support/in-memory-messenger.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/* A made-up feature: the two agree on a key before anything of use is said, and seal their tickets with it. Numbers stand for keys. */

const FEATURE = 'made-up-seal';
const SEALED = 'made-up-sealed';
const features = new Map([[FEATURE, 'v1']]);
const seal = (text: string, key: number): string => btoa([...text].map((c) => String.fromCharCode(c.charCodeAt(0) ^ key)).join(''));

test('a feature is named on both sides, keys go in the ACCEPTs, sealed tickets in parts', async () => {
  const clock = new VirtualClock();
  const network = createInMemoryNetwork({ clock });
  const people = ['nora@home', 'erik@home'].map((address) => ({ account: network.account(address), messenger: network.messenger() }));
  const invited: RendezvousSession[] = [];
  for (const { account, messenger } of people) {
    messenger.onEvent((event) => void (event.tag === 'invitation' && invited.push(event.session)));
    messenger.signIn(account);
  }
  await clock.advance(10);

  let key = 0;
  const novice = people[0]?.messenger.invite('erik@home', ASK_FOR_REMOTE_ASSISTANCE, {
    features,
    // Made when the expert's ACCEPT has come: it answers what stands there. No address is said.
    answer: (theirs, said) => {
      if (said?.named.get(FEATURE) !== 'v1') return {};
      key = 17 ^ Number(theirs.contextData);
      return { ipAddress: '', contextData: '17' };
    },
  });
  await clock.advance(10);
  const expert = invited[0];
  if (novice === undefined || expert === undefined) throw new Error('no invitation');
  expect(expert.peerFeatures?.named.get(FEATURE)).toBe('v1');
  const heard: unknown[] = [];
  novice.onEvent((event) => void (event.tag === 'contextData' && event.kind === SEALED && heard.push(seal(atob(event.data), key))));
  expert.accept({ features, ipAddress: '', contextData: '42' });
  await clock.advance(10);

  const ticket = `65538,1,${'192.0.2.7:50000;'.repeat(14)}`;
  expert.sendContextData(seal(ticket, 42 ^ Number(expert.peerAnswer?.contextData)), SEALED);
  await clock.advance(10);
  expect(heard.map((text) => atob(String(text)))).toEqual([ticket]);
  const said = JSON.stringify(network.sent);
  expect(said).not.toContain('192.0.2');
  expect(said).toContain(`!${SEALED};1:1/`);
});
