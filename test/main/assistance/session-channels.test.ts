import { expect, it } from 'vitest';
import { ChannelAfterYes } from '../../../src/main/assistance/channel-after-yes.ts';
import { noviceChannels } from '../../../src/main/assistance/session-channels.ts';
import { RecordedChannel } from '../../support/recorded-channel.ts';

const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));

function wire() {
  const sent: string[] = [];
  const port = {
    send: (messages: readonly Uint8Array[]) => {
      sent.push(...messages.map((message) => Buffer.from(message).toString()));
      return Promise.resolve();
    },
    close: () => void sent.push('close'),
  };
  return { sent, port };
}

it('a novice’s channel that the connection has already is started by the yes, and hears nothing before it', () => {
  const channel = new RecordedChannel('A', { kind: 'dynamic', urgency: 'bulk' });
  channel.greeting = [{ tag: 'send', message: text('hello') }, { tag: 'close' }];
  const gate = new ChannelAfterYes(channel);
  const { sent, port } = wire();
  expect([gate.name, gate.options]).toEqual(['A', channel.options]);
  expect([gate.start(port), gate.receive(text('let me in'))]).toEqual([[], []]);
  expect([channel.port, channel.heard, sent]).toEqual([undefined, [], []]);
  gate.open();
  gate.open();
  expect([channel.port, sent]).toEqual([port, ['hello', 'close']]);
  channel.answer = () => [{ tag: 'send', message: text('yes?') }];
  expect(gate.receive(text('now'))).toEqual(channel.answer(text('')));
  gate.close();
  expect(channel.closed).toBe(1);
});

it('after the yes it is any channel, and one that has not been started is not closed', () => {
  const channel = new RecordedChannel('A');
  channel.greeting = [{ tag: 'send', message: text('hello') }];
  const gate = new ChannelAfterYes(channel);
  const { port, sent } = wire();
  gate.start(port);
  gate.close();
  expect(channel.closed).toBe(0);
  gate.open();
  expect([channel.port, sent]).toEqual([undefined, []]);
  expect(gate.start(port)).toEqual(channel.greeting);
});

it('no channel of the novice’s is without that', () => {
  for (const channel of noviceChannels().list) expect(channel).toBeInstanceOf(ChannelAfterYes);
});
