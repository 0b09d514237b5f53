import { scopeOf } from '../../../src/protocol/ip-address.ts';
import type { Program } from '../programs.ts';
import { type ServerPlace, unpacked } from './place.ts';

/** In a test everybody is in networks that are not the internet, unless the test has one. */
const ALLOWED = ['--allow-loopback-peers', '--allowed-peer-ip=0.0.0.0-255.255.255.255'];

/** STUN and TURN beside a server: UDP and TCP on `ports.coturn`, TLS on `ports.coturnTls`; takes what the server's secret has signed. */
export async function startCoturn(place: ServerPlace): Promise<Program> {
  const config = await place.fill('coturn/turnserver.conf', {
    RELAY_RATE: '0',
  });
  const args = ['-c', config, '--pidfile', `${place.settings['RUN']}/coturn.pid`, ...(scopeOf(place.address) === 'global' ? [] : ALLOWED)];
  return place.start(unpacked('usr/bin/turnserver'), args, {}, [place.ports.coturn, place.ports.coturnTls]);
}
