import { createServer } from 'node:net';
import { systemClock } from '../../../src/main/clock.ts';
import { createConnectionRoom } from '../../../src/main/connection/connection-room.ts';
import { createInMemoryInternet } from '../../support/in-memory-connection.ts';
import { until } from '../../support/programs.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { describeCompliance } from './compliance.ts';
import { HOST, openHandles } from './race.ts';

describeCompliance('sockets on loopback', () => {
  const room = createConnectionRoom({ clock: systemClock, listenHost: HOST });
  return {
    novice: room,
    expert: room,
    until: async (condition, what) => void (await until(() => Boolean(condition()), what, 8_000)),
    nobody: async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
      const address = server.address();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (address === null || typeof address === 'string') throw new Error('no port');
      return { host: HOST, port: address.port };
    },
    open: openHandles,
  };
});

const STEP_MS = 5;
const LONGEST_MS = 20_000;

describeCompliance('the one in memory', () => {
  const clock = new VirtualClock();
  const internet = createInMemoryInternet(clock);
  let lastPort = 9_000;
  return {
    novice: internet.room('192.168.1.10'),
    expert: internet.room('192.168.1.20'),
    until: async (condition, what) => {
      for (let waited = 0; waited <= LONGEST_MS; waited += STEP_MS) {
        if (condition()) return;
        await clock.advance(STEP_MS);
      }
      throw new Error(`never came: ${what}`);
    },
    nobody: () => Promise.resolve({ host: '192.168.1.30', port: (lastPort += 1) }),
    open: () => internet.listeners + 2 * internet.sockets,
  };
});
