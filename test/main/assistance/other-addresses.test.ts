import { describe, expect, it } from 'vitest';
import { ExpertReturn } from '../../../src/main/assistance/expert-return.ts';
import { NoviceReturn } from '../../../src/main/assistance/novice-return.ts';
import { Scope } from '../../../src/main/assistance/scope.ts';
import { expertChannels, noviceChannels } from '../../../src/main/assistance/session-channels.ts';
import type { ConnectionRoom, ExpertEndpoint, NoviceEndpoint } from '../../../src/main/connection/contract.ts';
import { Emitter } from '../../../src/main/emitter.ts';
import type { HostPort } from '../../../src/protocol/host-port.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const TAKES_MS = 1_800;
const BYTES = new Uint8Array(32);

/** One side that can be found again; opening takes as long as a router may take. */
function side(role: 'novice' | 'expert') {
  const clock = new VirtualClock();
  const changes = new Emitter();
  const world = { addresses: ['192.0.2.1'], works: true };
  const endpoints: { readonly at: readonly HostPort[]; open: boolean }[] = [];
  const open = async (): Promise<NoviceEndpoint & ExpertEndpoint> => {
    const made = { at: world.addresses.map((host) => ({ host, port: 1 })), open: true };
    await new Promise<void>((resolve) => clock.after(TAKES_MS, resolve));
    if (!world.works) throw new Error('the address is not there yet');
    endpoints.push(made);
    const endpoint = {
      ticket: { addresses: made.at },
      sessionId: BYTES,
      pin: BYTES,
      identity: {},
      onEvent: () => () => undefined,
      expect: () => undefined,
      moved: () => undefined,
      reach: () => undefined,
      close: async () => void (made.open = false),
    };
    return endpoint as unknown as NoviceEndpoint & ExpertEndpoint;
  };
  const scope = new Scope(() => undefined);
  const none = (): void => undefined;
  const parts = {
    clock,
    connection: { ways: [], prepare: none, openNovice: open, openExpert: open } as unknown as ConnectionRoom,
    network: { addresses: () => world.addresses, onChange: changes.on },
    scope,
    random: () => BYTES,
    mayMove: () => true,
    changed: none,
    gaveUp: none,
    onError: none,
    arrived: none,
  };
  const connection = { by: 'tcp', address: '192.0.2.9:1' };
  const port = { send: () => true } as never;
  if (role === 'novice') {
    const again = new NoviceReturn(parts);
    const channels = noviceChannels();
    again.over(connection, channels.again, 0);
    channels.again.start(port);
  } else {
    const sound = { heard: none, paused: none };
    const channels = () =>
      expertChannels({ control: { changed: none, named: none }, noted: none, again: { ...again.told, done: none }, sound });
    const more = { engine: () => 'ringback' as const, userName: () => 'Edgar', channels, ready: none, lost: none, refused: none };
    const again = new ExpertReturn({ ...parts, ...more });
    again.over(connection, channels());
    again.told.door({ sessionId: BYTES, pin: BYTES });
  }
  const listening = () => endpoints.filter((each) => each.open).map(({ at }) => at.map(({ host }) => host));
  const move = (...addresses: string[]): void => {
    world.addresses = addresses;
    changes.emit();
  };
  return { clock, world, listening, move, scope };
}

describe.each(['novice', 'expert'] as const)('the %s, with other addresses', (role) => {
  it('listens on one that came while it was opening on another', async () => {
    const { clock, listening, move, scope } = side(role);
    await clock.advance(TAKES_MS);
    expect(listening()).toEqual([['192.0.2.1']]);
    move('2001:db8::2');
    await clock.advance(1_000);
    move('2001:db8::2', '198.51.100.2');
    await clock.advance(2 * TAKES_MS);
    expect(listening()).toEqual([['2001:db8::2', '198.51.100.2']]);
    await scope.close();
    expect(listening()).toEqual([]);
  });

  it('does not try without a pause where it cannot listen', async () => {
    const { clock, world, listening, move, scope } = side(role);
    await clock.advance(TAKES_MS);
    world.works = false;
    move('198.51.100.2');
    await clock.advance(60_000);
    expect(clock.pendingTimers).toBe(0);
    world.works = true;
    move('198.51.100.2', '198.51.100.3');
    await clock.advance(TAKES_MS);
    expect(listening()).toEqual([['198.51.100.2', '198.51.100.3']]);
    await scope.close();
  });
});
