/* What the servers of a test have in common: a folder, an address, ports, a certificate, and the files of `server/` filled in for it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackedServers } from '../../../scripts/unpacked-servers.ts';
import { type Program, run, startProgram, until } from '../programs.ts';
import { type ServerCertificate, makeServerCertificate } from './certificates.ts';

const SERVER_FILES = fileURLToPath(new URL('../../../server/', import.meta.url));
const READY_WITHIN_MS = 90_000;

/** Ports are the same in every test, because every server has an address of its own. */
export interface ServerPorts {
  /** STARTTLS. */
  readonly clients: number;
  readonly directTls: number;
  readonly proxy: number;
  /** ejabberd's own STUN over UDP and TURN over TCP. */
  readonly stun: number;
  /** ejabberd's own TURN over TLS. */
  readonly turns: number;
  /** coturn: STUN and TURN over UDP, TURN over TCP. */
  readonly coturn: number;
  /** coturn: TURN over TLS. */
  readonly coturnTls: number;
  readonly turnMin: number;
  readonly turnMax: number;
  readonly http: number;
}

const PORTS: ServerPorts = {
  clients: 25_222,
  directTls: 25_223,
  proxy: 27_777,
  stun: 23_478,
  turns: 25_349,
  coturn: 23_479,
  coturnTls: 25_350,
  turnMin: 20_000,
  turnMax: 20_999,
  http: 25_280,
};

export interface ServerOptions {
  readonly domain?: string;
  /** An IPv4 address of this machine, or of the network that `inside` leads to. Default: a loopback address that nobody else has. */
  readonly address?: string;
  readonly ports?: Partial<ServerPorts>;
  /** The command line that runs this one in another network. */
  readonly inside?: (...command: readonly string[]) => readonly [string, ...string[]];
  /** Shared with another server of the same name; a fresh one when left out. */
  readonly certificate?: ServerCertificate;
  /** Settings of `server/` that are to be different. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Title and condition, like `needs(…)`, for what starts servers. */
export function needsServers(): { readonly skip: boolean; title(text: string): string } {
  const skip = unpackedServers() === undefined;
  const how = 'needs the servers that node scripts/unpacked-servers.ts unpacks on Debian';
  return { skip, title: (text) => (skip ? `${text} [skipped: ${how}]` : text) };
}

export class ServerPlace {
  readonly folder: string;
  readonly address: string;
  readonly ports: ServerPorts;
  readonly domain: string;
  readonly certificate: ServerCertificate;
  readonly secret: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly inside: (...command: readonly string[]) => readonly [string, ...string[]];
  /** What the test itself asked for. */
  private readonly wanted: Readonly<Record<string, string>>;

  static async make(kind: string, options: ServerOptions): Promise<ServerPlace> {
    const domain = options.domain ?? 'home.example';
    const address = options.address ?? loopbackAddress();
    const names = [domain, `guest.${domain}`, `proxy.${domain}`];
    // What a server of somebody's own has, so that a test runs on that and changes only what it must.
    const usual = (await run('sh', [join(SERVER_FILES, 'settings.sh'), domain, address, `somebody@${domain}`])).toString();
    const settings = Object.fromEntries([...usual.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
    return new ServerPlace(kind, domain, address, options.certificate ?? (await makeServerCertificate(names)), settings, options);
  }

  private constructor(
    kind: string,
    domain: string,
    address: string,
    certificate: ServerCertificate,
    usual: Readonly<Record<string, string>>,
    options: ServerOptions,
  ) {
    this.domain = domain;
    this.address = address;
    this.certificate = certificate;
    this.secret = usual['SECRET'] ?? '';
    this.ports = { ...PORTS, ...options.ports };
    this.inside = options.inside ?? ((program = '', ...args) => [program, ...args]);
    this.folder = mkdtempSync(join(tmpdir(), `ringback-${kind}-`));
    for (const part of ['data', 'run', 'certificates']) mkdirSync(join(this.folder, part));
    const certificates = join(this.folder, 'certificates');
    // Prosody looks for files by the name of the host, ejabberd for chain and key in one.
    for (const name of [domain, `guest.${domain}`, `proxy.${domain}`]) {
      writeFileSync(join(certificates, `${name}.crt`), certificate.cert);
      writeFileSync(join(certificates, `${name}.key`), certificate.key, { mode: 0o600 });
    }
    writeFileSync(join(certificates, 'all.pem'), `${certificate.cert}\n${certificate.key}`, { mode: 0o600 });
    this.settings = {
      ...usual,
      LISTEN: address,
      LISTEN_RELAY: address,
      LISTEN_TURN: address,
      LOG_LEVEL: 'info',
      REGISTRATION: 'all',
      RELAY_RATE: '1000000000',
      CERTIFICATES: certificates,
      CERTIFICATE_CHAIN: join(certificates, `${domain}.crt`),
      CERTIFICATE_KEY: join(certificates, `${domain}.key`),
      RUN: join(this.folder, 'run'),
      DATA: join(this.folder, 'data'),
      C2S_PORT: `${this.ports.clients}`,
      C2S_TLS_PORT: `${this.ports.directTls}`,
      HTTP_PORT: `${this.ports.http}`,
      PROXY_PORT: `${this.ports.proxy}`,
      STUN_PORT: `${this.ports.stun}`,
      TURNS_PORT: `${this.ports.turns}`,
      COTURN_PORT: `${this.ports.coturn}`,
      COTURN_TLS_PORT: `${this.ports.coturnTls}`,
      TURN_MIN_PORT: `${this.ports.turnMin}`,
      TURN_MAX_PORT: `${this.ports.turnMax}`,
    };
    this.wanted = options.settings ?? {};
  }

  /** Writes a file of `server/` into the folder, filled in, and gives its path. */
  async fill(file: string, more: Readonly<Record<string, string>>): Promise<string> {
    const name = file.slice(file.indexOf('/') + 1);
    const settings = join(this.folder, `${name}.env`);
    const all = { ...this.settings, ...more, ...this.wanted };
    writeFileSync(
      settings,
      Object.entries(all)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
      { mode: 0o600 },
    );
    const filled = await run('sh', [join(SERVER_FILES, 'fill.sh'), settings, join(SERVER_FILES, file)]);
    const path = join(this.folder, name);
    writeFileSync(path, filled, { mode: 0o600 });
    return path;
  }

  /** Starts a program in the place's network; ready as soon as it takes connections on all `ports`. */
  async start(command: string, args: readonly string[], env: Readonly<Record<string, string>>, ports: readonly number[]): Promise<Program> {
    const [program, ...rest] = this.inside(command, ...args);
    const started = startProgram(program, rest, { cwd: this.folder, env: { ...unpackedEnvironment(), HOME: this.folder, ...env } });
    try {
      const connects = async (): Promise<boolean> => {
        if (started.process.exitCode !== null || started.output().includes('[critical]')) throw new Error(`${command} ended`);
        for (const port of ports) if (!(await this.connects(port))) return false;
        return true;
      };
      await until(connects, `${command} on ${this.address}, ports ${ports.join(', ')}`, READY_WITHIN_MS);
      return started;
    } catch (error) {
      await started.stop();
      throw new Error(`${String(error)}\n${started.output().slice(-4_000)}`, { cause: error });
    }
  }

  /** Runs a program of the server's to its end. */
  async run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const [program, ...rest] = this.inside(command, ...args);
    return (await run(program, rest, { env: { ...unpackedEnvironment(), HOME: this.folder, ...env } })).toString();
  }

  get ca(): string {
    return this.certificate.ca;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private connects(port: number): Promise<boolean> {
    if (this.elsewhere)
      return this.run('sh', ['-c', `ss -Htln 'sport = :${port}'`]).then(
        (found) => found.trim() !== '',
        () => false,
      );
    return new Promise((resolve) => {
      const socket = connect({ host: this.address, port });
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => (socket.destroy(), resolve(false)));
    });
  }

  private get elsewhere(): boolean {
    return this.inside('true').length > 1;
  }
}

/** One that nobody else has: each of the 127.x.y.z belongs to this machine, on Linux. */
function loopbackAddress(): string {
  const [x = 0, y = 0, z = 0] = randomBytes(3);
  return `127.${100 + (x % 100)}.${y}.${1 + (z % 254)}`;
}

/** A path below the folder with the unpacked servers. */
export function unpacked(path: string): string {
  const folder = unpackedServers();
  if (folder === undefined) throw new Error('no servers unpacked: node scripts/unpacked-servers.ts');
  return join(folder, path);
}

/** `x86_64-linux-gnu`, or what it is here. */
export function machineFolder(): string {
  const name = readdirSync(unpacked('usr/lib')).find((folder) => /-linux-gnu/.test(folder));
  if (name === undefined) throw new Error('no libraries among the unpacked servers');
  return name;
}

/** Libraries are looked for among the unpacked ones first. */
export function unpackedEnvironment(): NodeJS.ProcessEnv {
  const libraries = [`usr/lib/${machineFolder()}`, `lib/${machineFolder()}`].map(unpacked).join(':');
  return { PATH: process.env['PATH'], LANG: 'C.UTF-8', LD_LIBRARY_PATH: libraries };
}
