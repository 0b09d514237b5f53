import { afterEach, describe, it } from 'vitest';
import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../../src/protocol/rdp/channels/contract.ts';
import { Race, connected, dial, ticketOf } from '../main/connection/race.ts';
import { until } from '../support/programs.ts';

/* A made-up channel, in both roles and of both kinds, built from nothing but the contract: the least that a new channel is. */

/** Either end of `weather`: tells its own temperature when it starts and whenever it changes, and keeps the other side's. */
class Weather implements Channel {
  readonly name: string;
  readonly options: ChannelOptions;
  theirs: number | undefined;
  private degrees: number;
  private port: ChannelPort | undefined;

  constructor(kind: ChannelOptions['kind'], degrees: number) {
    this.name = kind === 'static' ? 'weather' : 'Ringback::Weather';
    this.options = { kind, urgency: 'bulk', maxMessageBytes: 1 };
    this.degrees = degrees;
  }
  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    return [{ tag: 'send', message: Uint8Array.of(this.degrees) }];
  }
  receive(message: Uint8Array): readonly ChannelOutput[] {
    this.theirs = message[0];
    return [];
  }
  close(): void {
    this.port = undefined;
  }
  async change(degrees: number): Promise<void> {
    this.degrees = degrees;
    await this.port?.send([Uint8Array.of(degrees)]);
  }
}

describe.each(['static', 'dynamic'] as const)('a made-up %s channel', (kind) => {
  const race = new Race();
  afterEach(() => race.end());

  it('works as the novice’s and as the expert’s, over a real connection', async () => {
    const [novices, experts] = [new Weather(kind, 21), new Weather(kind, 7)];
    const novice = await race.novice();
    const expert = await race.expert('ringback', [experts]);
    expert.endpoint.expect(ticketOf(novice));
    dial(novice, expert.endpoint.ticket.addresses);
    const links = await connected(novice, expert, undefined, [novices]);
    await until(() => novices.theirs === 7 && experts.theirs === 21, 'each other’s weather');
    await Promise.all([novices.change(30), experts.change(0)]);
    await until(() => novices.theirs === 0 && experts.theirs === 30, 'the change');
    await links.novice.close('userRequested');
  });
});
