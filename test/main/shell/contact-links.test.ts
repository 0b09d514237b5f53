import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { createMessengers } from '../../../src/main/messenger/messengers.ts';
import { XmppMessenger } from '../../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { type ContactLinksStore, openContactLinks } from '../../../src/main/settings/contact-links-store.ts';
import type { AppFacts } from '../../../src/main/shell/app-facts.ts';
import { type ContactLinks, createContactLinks } from '../../../src/main/shell/contact-links.ts';
import { createContactOffers } from '../../../src/main/shell/contact-offers.ts';
import { readInvitationLink } from '../../../src/protocol/xmpp/invitation-link.ts';
import { MemoryXmpp } from '../../support/memory-xmpp.ts';
import { until } from '../../support/programs.ts';

const WEEK_MS = 7 * 86_400_000;
const ERIK = 'erik@home';

let folder: string;
let nowMs = 0;
let count = 0;
const stores: ContactLinksStore[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-links-'));
  nowMs = 1_000;
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.flush()));
  await rm(folder, { recursive: true, force: true });
});

async function links(): Promise<ContactLinks> {
  const store = await openContactLinks(join(folder, 'contact-links.json'));
  stores.push(store);
  return createContactLinks({
    store,
    now: () => nowMs,
    random: (bytes) => new Uint8Array(bytes).fill((count += 1)),
    onStorageError: (error) => {
      throw error;
    },
  });
}

function tokenOf(link: string): string {
  const read = readInvitationLink(link);
  if (read?.tag !== 'contact' || read.token === undefined) throw new Error(link);
  return read.token;
}

describe('a link that makes somebody a contact', () => {
  it('is good once, for the account that it was made for, and still after a start', async () => {
    const token = tokenOf(await (await links()).make(ERIK));
    const later = await links();
    expect(later.welcomes('anna@home', token)).toBe(false);
    expect(later.welcomes(ERIK, 'another')).toBe(false);
    expect(later.welcomes(ERIK, token)).toBe(true);
    expect(later.welcomes(ERIK, token)).toBe(false);
  });

  it('is good for a week, and no more than thirty-two wait', async () => {
    const made = await links();
    const old = tokenOf(await made.make(ERIK));
    nowMs += WEEK_MS;
    expect(made.welcomes(ERIK, old)).toBe(false);
    const tokens: string[] = [];
    for (let at = 0; at < 40; at += 1) tokens.push(tokenOf(await made.make(ERIK)));
    expect(tokens.filter((token) => made.welcomes(ERIK, token))).toEqual(tokens.slice(-32));
  });

  it('is on the disk as a hash only', async () => {
    const token = tokenOf(await (await links()).make(ERIK));
    expect(await readFile(join(folder, 'contact-links.json'), 'utf8')).not.toContain(token);
  });
});

describe('a link of somebody else', () => {
  const NORA = 'nora@home';
  let server: MemoryXmpp;
  let facts: AppFacts;
  const model = {
    get facts() {
      return facts;
    },
    update: (change: Partial<AppFacts>) => void (facts = { ...facts, ...change }),
  };

  beforeEach(() => {
    server = new MemoryXmpp();
    facts = { accounts: [{ transport: 'xmpp', address: NORA }], contacts: [], offeredContact: undefined } as unknown as AppFacts;
  });

  async function signedIn(address: string, welcomes?: ContactLinks['welcomes']) {
    server.register(address, 'secret');
    const options = { open: server.openStream, ...(welcomes === undefined ? {} : { welcomes }) };
    const messenger = new XmppMessenger('xmpp', { clock: systemClock, random: Math.random, applications: [] }, options);
    messenger.signIn({ transport: 'xmpp', address, friendlyName: address, password: 'secret', server: 'x:1' });
    await until(() => messenger.state.tag === 'signedIn', 'signed in');
    return messenger;
  }

  it('is shown, and makes the two contacts once the person says so, without anybody else being asked', async () => {
    const made = await links();
    const erik = await signedIn(ERIK, made.welcomes);
    const nora = await signedIn(NORA);
    const asked: unknown[] = [];
    erik.onEvent((event) => event.tag === 'listed' && asked.push(event));
    const offers = createContactOffers({ model, messengers: createMessengers(new Map([['xmpp', nora]])) });
    const link = await made.make(ERIK);
    offers.offer(`Use this: ${link}.`);
    expect(facts.offeredContact).toEqual({ transport: 'xmpp', address: ERIK });
    expect(JSON.stringify(facts)).not.toContain(tokenOf(link));
    expect(nora.contacts).toEqual([]);
    // Another one waits.
    offers.offer('xmpp:eve@home?roster');
    expect(facts.offeredContact).toEqual({ transport: 'xmpp', address: ERIK, another: true });
    await offers.use();
    expect(facts.offeredContact).toEqual({ transport: 'xmpp', address: 'eve@home' });
    offers.putAway();
    const sees = (who: typeof erik, other: string) =>
      who.contacts.some(({ address, presence }) => address === other && presence === 'online');
    await until(() => sees(erik, NORA) && sees(nora, ERIK), 'each other');
    expect(asked).toEqual([]);
    await expect(offers.use()).rejects.toMatchObject({ code: 'NO_LINK_OPEN' });
    await Promise.all([erik.signOut(), nora.signOut()]);
  });

  it.each([
    ['xmpp:anna@home?roster', { accounts: [] }, 'CONTACT_LINK_NO_ACCOUNT'],
    [`xmpp:${NORA}?roster`, {}, 'CONTACT_LINK_OWN'],
    ['xmpp:anna@home?roster', { contacts: [{ transport: 'xmpp', address: 'anna@home' }] }, 'CONTACT_LINK_KNOWN'],
    ['xmpp:anna@home?message', {}, 'LINK_NO_LINK'],
  ])('%s with %o is refused: %s', (link, other, code) => {
    facts = { ...facts, ...(other as Partial<AppFacts>) };
    const offers = createContactOffers({ model, messengers: { addContact: () => Promise.reject(new Error('never')) } });
    expect(() => offers.offer(link)).toThrow(expect.objectContaining({ code }));
    expect(facts.offeredContact).toBeUndefined();
  });
});
