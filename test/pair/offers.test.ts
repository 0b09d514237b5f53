import { describe, expect, it } from 'vitest';
import { ASK_FOR_REMOTE_ASSISTANCE, OFFER_REMOTE_ASSISTANCE } from '../../src/protocol/assistance/application.ts';
import { createPair, EXPERT, NOVICE, stepStates } from '../support/pair.ts';
import { inMemory } from '../support/in-memory-messenger.ts';

const APPLICATIONS = [ASK_FOR_REMOTE_ASSISTANCE.guid, OFFER_REMOTE_ASSISTANCE.guid];
const pairOf = (allowOffers: boolean | undefined) =>
  createPair({ noviceApplications: APPLICATIONS, ...(allowOffers === undefined ? {} : { allowOffers }) });

describe('an offer of help', () => {
  it.each([undefined, false])(
    'is answered as not installed where offers are off (%s), without a word to the novice',
    async (allowOffers) => {
      const pair = await pairOf(allowOffers);
      pair.expert.assistance.offerHelp(inMemory(NOVICE));
      await pair.clock.advance(100);
      expect(pair.messages.sent.find(({ kind }) => kind === 'CANCEL')).toMatchObject({ from: NOVICE, code: 'REJECT_NOT_INSTALLED' });
      expect(pair.novice.assistance.invitations).toEqual([]);
      expect(pair.reasons()).toEqual([undefined, 'appNotPresent']);
      await pair.expectNothingLeft();
    },
  );

  it('taken: the seven steps with roles as usual, and the novice is asked for the screen and for control', async () => {
    const pair = await pairOf(true);
    pair.expert.assistance.offerHelp(inMemory(NOVICE));
    await pair.clock.advance(100);
    expect(pair.expert.assistance.status).toMatchObject({ role: 'expert', phase: { tag: 'inviting' } });
    const [offer] = pair.novice.assistance.invitations;
    expect(offer).toMatchObject({ from: { address: EXPERT }, offer: true });
    expect(pair.novice.prompts.asked).toEqual([]);
    pair.novice.assistance.acceptInvitation(offer?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.novice.prompts.asked).toEqual(['view']);
    expect(pair.novice.assistance.status).toMatchObject({ role: 'novice', phase: { tag: 'connected' }, peer: { address: EXPERT } });
    expect(pair.expert.assistance.status).toMatchObject({ role: 'expert', phase: { tag: 'connected' }, peer: { address: NOVICE } });
    // The novice begins, the expert's ticket is the first of the two, and the novice dials.
    expect(pair.messages.sent.filter(({ kind }) => kind === 'CONTEXT').map(({ from }) => from)).toEqual([NOVICE, EXPERT, NOVICE]);
    expect(pair.novice.assistance.status?.peer).toMatchObject({ verification: { tag: 'met', meetings: 1 } });
    expect(pair.novice.assistance.status?.connection?.by).toBe('reverse');
    expect(stepStates(pair.novice.assistance.status)).toBe(stepStates(pair.expert.assistance.status));
    pair.expert.assistance.requestControl();
    await pair.clock.advance(100);
    expect(pair.novice.prompts.asked).toEqual(['view', 'control']);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['stoppedByNovice', 'stoppedByNovice']);
    await pair.expectNothingLeft();
  });

  it('taken, but the screen refused: the offer was no consent', async () => {
    const pair = await pairOf(true);
    pair.novice.prompts.view = 'no';
    pair.expert.assistance.offerHelp(inMemory(NOVICE));
    await pair.clock.advance(100);
    pair.novice.assistance.acceptInvitation(pair.novice.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.reasons()).toEqual(['viewRefused', 'viewRefused']);
    expect(pair.novice.desktop.captures).toHaveLength(0);
    await pair.expectNothingLeft();
  });

  it('declined', async () => {
    const pair = await pairOf(true);
    pair.expert.assistance.offerHelp(inMemory(NOVICE));
    await pair.clock.advance(100);
    pair.novice.assistance.declineInvitation(pair.novice.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual([undefined, 'viewRefused']);
    expect(pair.novice.log).toContain('invitation gone {"reason":"declined"}');
    await pair.expectNothingLeft();
  });

  it('taken back, and forgotten when nobody answers', async () => {
    const pair = await pairOf(true);
    pair.expert.assistance.offerHelp(inMemory(NOVICE));
    await pair.clock.advance(100);
    await pair.expert.assistance.endSession();
    await pair.clock.advance(100);
    expect([pair.novice.assistance.invitations, pair.reasons()]).toEqual([[], [undefined, 'cancelledByYou']]);
    pair.expert.assistance.offerHelp(inMemory(NOVICE));
    // The inviter says so itself; nobody declines who was not asked any more.
    await pair.clock.advance(121_000);
    expect(pair.messages.sent.findLast(({ kind }) => kind === 'CANCEL')).toMatchObject({ from: EXPERT, code: 'TIMEOUT' });
    expect([pair.novice.assistance.invitations, pair.reasons()]).toEqual([[], [undefined, 'timedOut']]);
    await pair.expectNothingLeft();
  });
});
