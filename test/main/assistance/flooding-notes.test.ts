import { describe, expect, it, vi } from 'vitest';
import { encodeEncomsp, ENCOMSP_CHANNEL } from '../../../src/protocol/rdp/channels/encomsp.ts';
import { encodeNote, type Note, NOTES_CHANNEL } from '../../../src/protocol/rdp/channels/notes.ts';
import { ControlExpert } from '../../../src/protocol/assistance/control-expert.ts';
import { NotesExpert } from '../../../src/protocol/assistance/notes-expert.ts';
import { NotesNovice } from '../../../src/protocol/assistance/notes-novice.ts';
import type { DesktopScreen } from '../../../src/main/desktop/contract.ts';
import { CONTROL_COOL_DOWN_MS } from '../../../src/protocol/assistance/timing.ts';
import { concat } from '../../protocol/rdp/pdu/arbitrary-bytes.ts';
import type { FakeNoviceLink } from '../../support/in-memory-link.ts';
import { createPair } from '../../support/pair.ts';

const LEFT: DesktopScreen = { id: 'A', name: 'DP-1', primary: true, area: { x: 0, y: 0, width: 640, height: 480 } };
const RIGHT: DesktopScreen = { id: 'B', name: 'DP-2', primary: false, area: { x: 640, y: 0, width: 800, height: 600 } };
/** As much as one message on these channels may hold. */
const MESSAGE_BYTES = 16 * 1024;

function flood(...messages: readonly Uint8Array[]): Uint8Array {
  const once = concat(messages);
  return concat(Array.from({ length: Math.floor(MESSAGE_BYTES / once.length) }, () => once));
}
const notes = (...said: readonly Note[]): Uint8Array => flood(...said.map(encodeNote));
const control = (interact: boolean): Uint8Array => encodeEncomsp({ tag: 'controlChange', participantId: 2, view: true, interact });
const granted = (mayInteract: boolean): Uint8Array =>
  encodeEncomsp({ tag: 'participantCreated', participantId: 2, mayView: true, mayInteract, you: true, name: 'P' });

async function connected() {
  const pair = await createPair();
  pair.novice.desktop.layoutOfScreens = [LEFT, RIGHT];
  pair.novice.prompts.part = { tag: 'screen', id: 'A' };
  pair.novice.prompts.another = 'no';
  pair.novice.prompts.control = 'no';
  await pair.connect();
  // Both questions have been refused twice: what is wished for is a quiet line from here on.
  for (let time = 0; time < 3; time += 1) {
    pair.expert.assistance.wishForPart({ tag: 'all' });
    pair.expert.assistance.requestControl();
    await pair.clock.advance(CONTROL_COOL_DOWN_MS + 50);
  }
  const finish = async (): Promise<void> => {
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  };
  return { ...pair, finish };
}

describe('an expert who says one thing after the other', () => {
  it.each([
    ['qualities', NOTES_CHANNEL, notes({ tag: 'quality', quality: 'sharp' }, { tag: 'quality', quality: 'thin' })],
    [
      'other parts to see',
      NOTES_CHANNEL,
      notes({ tag: 'partWish', part: { tag: 'all' } }, { tag: 'partWish', part: { tag: 'screen', id: 'B' } }),
    ],
    ['that control is wanted, and not', ENCOMSP_CHANNEL, flood(control(true), control(false))],
  ])('%s: is answered once, and changes nothing more often than it is looked at', async (_, channel, bytes) => {
    const { novice, internet, clock, finish } = await connected();
    let changes = 0;
    novice.assistance.onChange(() => (changes += 1));
    const answers = vi.spyOn(internet.novices[0] as FakeNoviceLink, 'sendChannel');
    internet.experts[0]?.sendChannel(channel, bytes);
    await clock.advance(50);
    expect(answers.mock.calls.length).toBeLessThanOrEqual(2);
    expect(changes).toBeLessThanOrEqual(4);
    await finish();
  });

  it('that it looks, and does not, changes nothing more often than it is looked at', async () => {
    const { novice, internet, clock, finish } = await connected();
    let changes = 0;
    novice.assistance.onChange(() => (changes += 1));
    for (let time = 0; time < 1_000; time += 1) internet.experts[0]?.setDisplayWanted(time % 2 === 1);
    await clock.advance(0);
    expect(changes).toBeLessThanOrEqual(4);
    await finish();
  });

  it('may not say all of it in one long message', () => {
    for (const channel of [new NotesNovice(), new NotesExpert(() => undefined)])
      expect(channel.options.maxMessageBytes).toBe(MESSAGE_BYTES);
  });
});

describe('a novice’s program that says one thing after the other', () => {
  it('of its computer changes nothing more often than it is looked at', async () => {
    const { expert, internet, clock, finish } = await connected();
    let changes = 0;
    expert.assistance.onChange(() => (changes += 1));
    internet.novices[0]?.sendChannel(
      NOTES_CHANNEL,
      notes({ tag: 'pause', paused: true, quietSeconds: 1 }, { tag: 'pause', paused: false, quietSeconds: 1 }),
    );
    for (let time = 0; time < 200; time += 1) internet.novices[0]?.sendChannel(NOTES_CHANNEL, encodeNote({ tag: 'partRefused' }));
    await clock.advance(0);
    expect(changes).toBeLessThanOrEqual(4);
    await finish();
  });

  it('gives control and takes it back no more often than a person might', () => {
    let changes = 0;
    const channel = new ControlExpert({ changed: () => (changes += 1), named: () => undefined });
    expect(() => {
      for (let time = 0; time < 100; time += 1) channel.receive(flood(granted(true), granted(false)));
    }).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    expect(changes).toBeLessThanOrEqual(500);
  });
});
