import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { scopeOf } from '../../../src/protocol/ip-address.ts';
import { join } from 'node:path';
import { machineFolder, type ServerPlace, unpacked } from './place.ts';
import type { Program } from '../programs.ts';

/** Beside the ports of server/: where nodes talk to each other. */
const DISTRIBUTION_PORT = 24_370;

/** One ejabberd node, started without ejabberdctl (which insists on a user of its own) and without a port mapper. */
export class EjabberdNode {
  readonly place: ServerPlace;
  private readonly cookie: string;
  private readonly node: string;
  private readonly coturn: boolean;
  private config = '';

  /** With `coturn` that one is told of instead of its own STUN and TURN. */
  constructor(place: ServerPlace, coturn: boolean, cookie = randomBytes(8).toString('hex')) {
    this.place = place;
    this.coturn = coturn;
    this.cookie = cookie;
    this.node = `ejabberd@${place.address}`;
  }

  get name(): string {
    return this.node;
  }

  async start(): Promise<Program> {
    const { ports, settings } = this.place;
    this.config = await this.place.fill('ejabberd/ejabberd.yml', {
      ACME: 'false',
      CERTIFICATE_FILES: join(settings['CERTIFICATES'] ?? '', 'all.pem'),
      REGISTRATION_PAUSE: 'infinity',
      // In a test everybody is in networks that are not the internet, unless the test has one.
      ...(scopeOf(this.place.address) === 'global' ? {} : { NEVER_BANNED: 'loopback', TURN_DENIED: '[]' }),
      TURN_SERVICES: this.services(),
    });
    return this.place.start(
      this.erlexec,
      [
        ...this.distribution(this.node, `${DISTRIBUTION_PORT}`),
        '-noinput',
        '-mnesia',
        'dir',
        `"${join(this.place.folder, 'data')}"`,
        '-s',
        'ejabberd',
      ],
      this.environment,
      [ports.clients, ports.directTls, ports.turns, ports.proxy],
    );
  }

  /** What ejabberdctl would do. Rejects with what it says. */
  async control(...command: readonly string[]): Promise<string> {
    const name = `control-${randomBytes(4).toString('hex')}@${this.place.address}`;
    const args = [
      ...this.distribution(name, `${DISTRIBUTION_PORT}`),
      '-noinput',
      '-hidden',
      '-dist_listen',
      'false',
      '-s',
      'ejabberd_ctl',
      '-extra',
      this.node,
      '--no-timeout',
      ...command,
    ];
    return this.place.run(this.erlexec, args, this.environment);
  }

  /** What it tells of STUN and TURN. TLS needs a name that the certificate is good for. */
  private services(): string {
    const { ports, settings, domain } = this.place;
    const [plain, tls] = this.coturn ? [ports.coturn, ports.coturnTls] : [ports.stun, ports.turns];
    const service = (type: string, transport: string, port: number, host: string): string =>
      `{type: ${type}, transport: ${transport}, port: ${port}, host: "${host}", restricted: ${type !== 'stun'}}`;
    const address = settings['ADDRESS'] ?? '';
    return `[${[
      service('stun', 'udp', plain, address),
      ...(this.coturn ? [service('turn', 'udp', plain, address)] : []),
      service('turn', 'tcp', plain, address),
      service('turns', 'tcp', tls, domain),
    ].join(', ')}]`;
  }

  private get erlexec(): string {
    return join(this.environment['BINDIR'] ?? '', 'erlexec');
  }

  private get environment(): Readonly<Record<string, string>> {
    const erlang = unpacked('usr/lib/erlang');
    const runtime = readdirSync(erlang).find((name) => name.startsWith('erts-')) ?? '';
    return {
      ROOTDIR: erlang,
      BINDIR: join(erlang, runtime, 'bin'),
      EMU: 'beam',
      PROGNAME: 'erl',
      ERL_LIBS: unpacked(`usr/lib/${machineFolder()}`),
      EJABBERD_CONFIG_PATH: this.config,
      EJABBERD_LOG_PATH: join(this.place.folder, 'ejabberd.log'),
      ERL_CRASH_DUMP_BYTES: '0',
      ERL_DIST_PORT: `${DISTRIBUTION_PORT}`,
    };
  }

  private distribution(name: string, port: string): readonly string[] {
    const inetAddress = `{${this.place.address.replaceAll('.', ',')}}`;
    return [
      // A scheduler that has nothing to do sleeps at once: a test machine has other work.
      '+sbwt',
      'none',
      '-name',
      name,
      '-setcookie',
      this.cookie,
      '-start_epmd',
      'false',
      '-erl_epmd_port',
      port,
      '-kernel',
      'inet_dist_use_interface',
      inetAddress,
    ];
  }
}
