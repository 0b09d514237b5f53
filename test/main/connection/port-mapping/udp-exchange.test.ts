import { expect, it } from 'vitest';
import { exchangeByUdp } from '../../../../src/main/connection/port-mapping/udp-exchange.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

it('a gateway to which the system sends nothing is no answer, and no end of the program', async () => {
  const asking = { clock: new VirtualClock(), signal: new AbortController().signal };
  // A socket is connected to everybody's address as little as to a network that has just gone.
  const gateway = { address: '255.255.255.255', local: '127.0.0.1' };
  const asked = exchangeByUdp(gateway, { requests: () => [Uint8Array.of(0)], read: () => 'heard' }, asking);
  await expect(asked).rejects.toMatchObject({ name: 'ConnectionError', code: 'SOCKET' });
});
