import type { Program } from '../programs.ts';
import { type ServerPlace, unpacked } from './place.ts';

/** STUN and TURN beside a server: UDP and TCP on `ports.coturn`, TLS on `ports.coturnTls`; takes what the server's secret has signed. */
export async function startCoturn(place: ServerPlace): Promise<Program> {
  const config = await place.fill('coturn/turnserver.conf', {
    LISTEN_TURN: place.address,
    RELAY_ADDRESS: place.address,
    EXTERNAL_ADDRESS: '# The address is its own.',
    RELAY_RATE: '0',
    RELAY_CONNECTIONS: '100',
    TURN_DENIED_PEERS: '# Loopback is all there is here.',
    TURN_MORE: 'allow-loopback-peers',
  });
  return place.start(unpacked('usr/bin/turnserver'), ['-c', config, '--pidfile', `${place.settings['RUN']}/coturn.pid`], {}, [
    place.ports.coturn,
    place.ports.coturnTls,
  ]);
}
