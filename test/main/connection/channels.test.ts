import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/programs.ts';
import { RecordedChannel } from '../../support/recorded-channel.ts';
import { type Expert, type Novice, Race, connected, dial, has, ticketOf } from './race.ts';

const MESSAGE_BYTES = 200_000;
const MESSAGES = 60;

let race: Race;
afterEach(() => race.end());

/** A novice and an expert with one more channel each, over TLS on loopback. */
async function linked(novices: RecordedChannel, experts: RecordedChannel) {
  race = new Race();
  const novice: Novice = await race.novice();
  const expert: Expert = await race.expert('ringback', [experts]);
  expert.endpoint.expect(ticketOf(novice));
  dial(novice, expert.endpoint.ticket.addresses);
  return { novice, expert, links: await connected(novice, expert, undefined, [novices]) };
}

describe.each(['static', 'dynamic'] as const)('a %s channel of bulk', (kind) => {
  const channel = () => new RecordedChannel('files', { kind, urgency: 'bulk' });

  it('sends megabytes in order while the desktop changes size; the sender waits and never fails, and a key press overtakes', async () => {
    const [novices, experts] = [channel(), channel()];
    const { novice, expert, links } = await linked(novices, experts);
    await until(() => novices.port !== undefined && experts.port !== undefined, 'the channels');
    const send = async (from: RecordedChannel): Promise<void> => {
      for (let index = 0; index < MESSAGES; index += 1) await from.port?.send([new Uint8Array(MESSAGE_BYTES).fill(index)]);
    };
    const resized = async (): Promise<void> => {
      for (const width of [800, 640, 1_024]) {
        links.novice.resize({ width, height: 480 });
        await until(() => expert.linkEvents.some((event) => event.tag === 'active' && event.desktop.width === width), 'the new size');
      }
    };
    const sent = Promise.all([send(novices), send(experts)]);
    links.expert.sendInput([{ tag: 'key', scancode: 30, prefix: 'none', down: true }]);
    await until(() => has(novice.linkEvents, 'input'), 'the key press');
    expect(novices.heard.length).toBeLessThan(MESSAGES);
    await Promise.all([sent, resized()]);
    await until(() => novices.heard.length === MESSAGES && experts.heard.length === MESSAGES, 'all messages');
    for (const heard of [novices.heard, experts.heard]) {
      expect(heard.map((message) => message[0])).toEqual(Array.from({ length: MESSAGES }, (_, index) => index));
      expect(heard.every((message) => message.length === MESSAGE_BYTES)).toBe(true);
    }
    expect([...novice.linkEvents, ...expert.linkEvents].filter(({ tag }) => tag === 'ended')).toEqual([]);
  });

  it('refuses what does not fit, and rejects who waits when the connection ends', async () => {
    const [novices, experts] = [channel(), channel()];
    const { links } = await linked(novices, experts);
    const port = await until(() => novices.port, 'the channel');
    const waiting = Array.from({ length: 60 }, () => port.send([new Uint8Array(MESSAGE_BYTES)]));
    await expect(waiting.at(-1)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await links.expert.close();
    const ends = await Promise.allSettled(waiting);
    expect(ends.some((end) => end.status === 'rejected' && (end.reason as { code?: unknown }).code === 'SOCKET')).toBe(true);
    await until(() => novices.closed === 1 && experts.closed === 1, 'both channels to be closed');
    await expect(port.send([Uint8Array.of(1)])).rejects.toBeDefined();
  });
});

it('an answer still goes out before the end of the connection that it leads to', async () => {
  const [novices, experts] = [new RecordedChannel('door'), new RecordedChannel('door')];
  const { expert, links } = await linked(novices, experts);
  novices.answer = () => {
    void links.novice.close('denied');
    return [{ tag: 'send', message: Uint8Array.of(61) }];
  };
  await experts.port?.send([Uint8Array.of(1)]);
  const ended = await until(() => has(expert.linkEvents, 'ended'), 'the end');
  expect(ended.end).toBe('denied');
  expect(experts.heard).toEqual([Uint8Array.of(61)]);
});

it('what a channel says while the machine is at work comes after what the machine says', async () => {
  const [novices, experts] = [new RecordedChannel('door'), new RecordedChannel('door')];
  await linked(novices, experts);
  novices.answer = () => {
    void novices.port?.send([Uint8Array.of(2)]);
    return [{ tag: 'send', message: Uint8Array.of(1) }];
  };
  await experts.port?.send([Uint8Array.of(0)]);
  await until(() => experts.heard.length === 2, 'both messages');
  expect(experts.heard).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
});

it('what cannot be sent in a reactivation is dropped, also where a channel asks for it while the machine is at work', async () => {
  const [novices, experts] = [new RecordedChannel('door'), new RecordedChannel('door')];
  const { expert, links } = await linked(novices, experts);
  novices.answer = () => {
    links.novice.resize({ width: 800, height: 600 });
    links.novice.sendPointerPosition(1, 1);
    return [];
  };
  await experts.port?.send([Uint8Array.of(0)]);
  await until(() => expert.linkEvents.filter(({ tag }) => tag === 'active' || tag === 'ended').length === 2, 'what comes of it');
  expect(expert.linkEvents.at(-1)).toMatchObject({ tag: 'active', desktop: { width: 800, height: 600 } });
});

it.each(['static', 'dynamic'] as const)('a %s channel that throws when it is closed keeps nobody from hearing of the end', async (kind) => {
  const channel = () => new RecordedChannel('files', { kind });
  const [novices, experts] = [channel(), channel()];
  for (const broken of [novices, experts])
    broken.close = () => {
      throw new Error('cannot close');
    };
  const { novice, expert, links } = await linked(novices, experts);
  await until(() => novices.port !== undefined && experts.port !== undefined, 'the channels');
  await links.expert.close();
  await until(() => has(novice.linkEvents, 'ended') && has(expert.linkEvents, 'ended'), 'the end on both sides');
  expect([has(novice.linkEvents, 'ended')?.end, has(expert.linkEvents, 'ended')?.end]).toEqual(['disconnected', 'userRequested']);
  // Its fault is told with the end, and the other channel is closed all the same.
  expect(has(expert.linkEvents, 'ended')?.error).toEqual(new Error('cannot close'));
  expect([novice.channel.closed, expert.channel.closed]).toEqual([1, 1]);
});

it('ends with an error that says why, and throws nothing, where what pictures bring about is taken by nobody', async () => {
  const { expert, links } = await linked(new RecordedChannel('door'), new RecordedChannel('door'));
  await until(() => has(expert.linkEvents, 'active'), 'the session');
  // In one turn, in which nothing can be taken.
  const areas = Array.from({ length: 255 }, () => ({ x: 0, y: 0, width: 8, height: 8 }));
  for (let count = 0; count < 3_000; count += 1) links.expert.refresh(areas);
  const ended = await until(() => has(expert.linkEvents, 'ended'), 'the end');
  expect(ended.error).toMatchObject({ code: 'TOO_LARGE' });
});
