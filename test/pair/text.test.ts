import { describe, expect, it } from 'vitest';
import { OFFER_REMOTE_ASSISTANCE, ASK_FOR_REMOTE_ASSISTANCE } from '../../src/protocol/assistance/application.ts';
import { inMemory } from '../support/in-memory-messenger.ts';
import { createPair, NOVICE } from '../support/pair.ts';

/* What the expert's keyboard writes travels as text only where the novice's program says that it makes shortcuts of it. */

describe('the novice says whether it takes text', () => {
  it.each([true, undefined])('in its request (%s)', async (typesText) => {
    const pair = await createPair();
    if (typesText) pair.novice.desktop.typesText = typesText;
    await pair.connect();
    expect(pair.expert.assistance.status?.takesText).toBe(typesText);
    expect(pair.novice.assistance.status?.takesText).toBeUndefined();
    await pair.novice.assistance.endSession();
    await pair.expectNothingLeft();
  });

  it('in its yes to an offer', async () => {
    const pair = await createPair({
      noviceApplications: [ASK_FOR_REMOTE_ASSISTANCE.guid, OFFER_REMOTE_ASSISTANCE.guid],
      allowOffers: true,
    });
    pair.novice.desktop.typesText = true;
    pair.expert.assistance.offerHelp(inMemory(NOVICE));
    await pair.clock.advance(100);
    expect(pair.expert.assistance.status?.takesText).toBeUndefined();
    pair.novice.assistance.acceptInvitation(pair.novice.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(pair.expert.assistance.status).toMatchObject({ phase: { tag: 'connected' }, takesText: true });
    await pair.novice.assistance.endSession();
    await pair.expectNothingLeft();
  });
});
