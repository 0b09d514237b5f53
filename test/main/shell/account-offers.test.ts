import { describe, expect, it, vi } from 'vitest';
import { initialFacts } from '../../../src/main/shell/app-facts.ts';
import { createAccountOffers } from '../../../src/main/shell/account-offers.ts';
import { createAppModel } from '../../../src/main/shell/app-model.ts';
import { DEFAULT_SETTINGS } from '../../../src/main/settings/settings-store.ts';
import { writeAccountLink } from '../../../src/protocol/msnp/account-link.ts';
import { identityOf } from '../../support/trust.ts';

const LINKED = {
  server: '192.168.1.20:1863',
  address: 'anna@ringback.local',
  friendlyName: 'Anna',
  accessToken: 'k7Qm-2xPd',
  key: 'q1w2E3r4T5y6U7i8O9p0-A_sDfGhJkLzXcVbNmQwErT',
  contact: 'peter@ringback.local',
  contactName: 'Peter\u202e',
};
const LINK = writeAccountLink(LINKED);

function desk() {
  const stored = {
    settings: { value: DEFAULT_SETTINGS },
    programs: { value: { programs: {} } },
    history: { entries: [] },
    trust: { identity: identityOf('me'), met: [] },
  };
  const model = createAppModel(initialFacts('1', [], stored as never));
  const save = vi.fn(() => Promise.resolve());
  return { model, save, offers: createAccountOffers({ model, save }) };
}

describe('an account that a link names', () => {
  it('is shown without its secret, and taken only when the person says so, once', async () => {
    const { model, save, offers } = desk();
    offers.offer(`Hello Anna, open this: ${LINK}\nPeter`);
    const { server, address, friendlyName } = LINKED;
    expect(model.state.offeredAccount).toEqual({
      server,
      address,
      friendlyName,
      contact: { address: LINKED.contact, friendlyName: 'Peter' },
    });
    expect(JSON.stringify(model.state)).not.toContain(LINKED.accessToken);
    expect(save).not.toHaveBeenCalled();
    await offers.use();
    expect(save.mock.calls).toEqual([[{ transport: 'msnp', ...LINKED }]]);
    expect(model.state.offeredAccount).toBeUndefined();
    await expect(offers.use()).rejects.toMatchObject({ code: 'NO_LINK_OPEN' });
  });

  it('says which account it would take the place of, and is put away without a trace', async () => {
    const { model, save, offers } = desk();
    const { address, friendlyName } = { address: 'anna@home.example', friendlyName: 'Anna B.' };
    model.update({ accounts: [{ transport: 'msnp', address, friendlyName, values: {}, state: { tag: 'signedOut' } }] });
    offers.offer(LINK);
    expect(model.state.offeredAccount?.instead).toEqual({ address, friendlyName });
    offers.putAway();
    expect(model.state.offeredAccount).toBeUndefined();
    await expect(offers.use()).rejects.toMatchObject({ code: 'NO_LINK_OPEN' });
    expect(save).not.toHaveBeenCalled();
  });

  it('that is damaged says how, and leaves the one that is shown', () => {
    const { model, offers } = desk();
    offers.offer(LINK);
    expect(() => offers.offer(LINK.slice(0, -12))).toThrow(expect.objectContaining({ code: 'LINK_CUT_OFF' }));
    expect(() => offers.offer('nothing')).toThrow(expect.objectContaining({ code: 'LINK_NO_LINK' }));
    expect(model.state.offeredAccount?.address).toBe(LINKED.address);
  });
});
