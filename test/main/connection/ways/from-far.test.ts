import { expect, it } from 'vitest';
import { isFromFar } from '../../../../src/main/connection/ways/tcp/from-far.ts';

it.each([
  ['192.168.1.9', '9.9.9.9', true],
  ['100.64.0.2', '9.9.9.9', true],
  // In one home, through a VPN, on one computer, and on an address of the world.
  ['192.168.1.9', '192.168.1.7', false],
  ['127.0.0.1', '127.0.0.1', false],
  ['8.8.8.8', '9.9.9.9', false],
  [undefined, undefined, false],
] as const)('%s called by %s is by a door: %s', (local, remote, door) => {
  expect(isFromFar(local, remote)).toBe(door);
});
