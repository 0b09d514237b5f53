/* Real XMPP servers for tests: Debian's ejabberd and Prosody with the configuration of `server/`, out of a folder and on an address of their own. */
import { randomBytes } from 'node:crypto';
import { startCoturn } from './servers/coturn.ts';
import { EjabberdNode } from './servers/ejabberd.ts';
import { type ServerOptions, ServerPlace, type ServerPorts } from './servers/place.ts';
import type { Program } from './programs.ts';
import { Prosody } from './servers/prosody.ts';

export { needsServers, type ServerOptions } from './servers/place.ts';

export interface XmppServer {
  readonly kind: 'ejabberd' | 'prosody';
  /** What addresses end in. Its certificate is good for this name, the guests' and the relay's. */
  readonly domain: string;
  readonly guestDomain: string;
  readonly proxyDomain: string;
  /** Where it really listens: names lead nowhere in a test. */
  readonly host: string;
  readonly ports: ServerPorts;
  /** The authority of its certificate, PEM. */
  readonly ca: string;
  /** What it and coturn sign TURN's credentials with. */
  readonly secret: string;
  /** The process to look at; another one after a restart. */
  pid(): number;
  /** What it has logged. */
  output(): string;
  register(user: string, password: string): Promise<void>;
  /** Makes both contacts of each other, before either has signed in. */
  befriend(one: string, other: string): Promise<void>;
  /** What the server's own command line does (ejabberdctl, prosodyctl). */
  control(...command: readonly string[]): Promise<string>;
  /** Orderly down, if it is up, and up again with the same data. */
  restart(): Promise<void>;
  /** Killed: no goodbye to anybody. `restart` brings it back. */
  crash(): Promise<void>;
  /** Orderly, as a machine does that is switched off. */
  stop(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

interface Kind {
  readonly kind: XmppServer['kind'];
  start(): Promise<Program>;
  control(...command: readonly string[]): Promise<string>;
  register(user: string, password: string): Promise<unknown>;
  befriend(one: string, other: string): Promise<unknown>;
}

export interface StartOptions extends ServerOptions {
  /** coturn beside it: TURN over UDP. Prosody has no STUN and TURN of its own, so there it is the default. */
  readonly coturn?: boolean;
}

export async function startEjabberd(options: StartOptions = {}): Promise<XmppServer> {
  const place = await ServerPlace.make('ejabberd', options);
  return serveEjabberd(place, new EjabberdNode(place, options.coturn ?? false), options);
}

/** Nodes of one cluster behind one name: each takes anybody. The first one has to be there for `register` and `befriend`. */
export async function startEjabberdCluster(count: number, options: Omit<StartOptions, 'address'> = {}): Promise<readonly XmppServer[]> {
  const cookie = randomBytes(8).toString('hex');
  const servers: XmppServer[] = [];
  let first: { readonly place: ServerPlace; readonly node: EjabberdNode } | undefined;
  try {
    while (servers.length < count) {
      const shared = first === undefined ? {} : { certificate: first.place.certificate };
      const place = await ServerPlace.make('ejabberd', { ...options, ...shared });
      const node = new EjabberdNode(place, options.coturn ?? false, cookie);
      servers.push(await serveEjabberd(place, node, options));
      if (first === undefined) first = { place, node };
      else await node.control('join_cluster', first.node.name);
    }
    return servers;
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
}

function serveEjabberd(place: ServerPlace, node: EjabberdNode, { coturn = false }: StartOptions): Promise<XmppServer> {
  const { domain } = place;
  return serve(place, coturn, {
    kind: 'ejabberd',
    start: () => node.start(),
    control: (...command) => node.control(...command),
    register: (user, password) => node.control('register', user, domain, password),
    befriend: async (one, other) => {
      await node.control('add_rosteritem', one, domain, other, domain, other, 'Contacts', 'both');
      await node.control('add_rosteritem', other, domain, one, domain, one, 'Contacts', 'both');
    },
  });
}

export async function startProsody(options: StartOptions = {}): Promise<XmppServer> {
  const place = await ServerPlace.make('prosody', options);
  const prosody = new Prosody(place);
  const { domain } = place;
  return serve(place, options.coturn ?? true, {
    kind: 'prosody',
    start: () => prosody.start(),
    control: (...command) => prosody.control(...command),
    register: (user, password) => prosody.control('register', user, domain, password),
    befriend: async (one, other) => {
      prosody.writeRoster(one, `${other}@${domain}`);
      prosody.writeRoster(other, `${one}@${domain}`);
    },
  });
}

async function serve(place: ServerPlace, coturn: boolean, kind: Kind): Promise<XmppServer> {
  let server: Program | undefined;
  let turn: Program | undefined;
  let before = '';
  const end = async (how: (program: Program) => Promise<unknown>): Promise<void> => {
    const running = server;
    if (running === undefined) return;
    server = undefined;
    await how(running);
    before += running.output();
  };
  const stop = (): Promise<void> => end((program) => program.stop());
  const close = async (): Promise<void> => {
    await Promise.all([stop(), turn?.stop()]);
    place.remove();
    process.off('exit', endNow);
  };
  // A test file that dies takes its servers along.
  const endNow = (): void => {
    server?.process.kill('SIGKILL');
    turn?.process.kill('SIGKILL');
    place.remove();
  };
  process.once('exit', endNow);
  try {
    // One that is up is ended where the other one fails.
    const starting = kind.start().then((program) => (server = program));
    const starts = await Promise.allSettled([starting, coturn ? startCoturn(place).then((program) => (turn = program)) : undefined]);
    for (const start of starts) if (start.status === 'rejected') throw start.reason;
  } catch (error) {
    await close();
    throw error;
  }
  return {
    kind: kind.kind,
    domain: place.domain,
    guestDomain: `guest.${place.domain}`,
    proxyDomain: `proxy.${place.domain}`,
    host: place.address,
    ports: place.ports,
    ca: place.ca,
    secret: place.secret,
    pid: () => server?.pid ?? -1,
    output: () => before + (server?.output() ?? ''),
    register: async (user, password) => void (await kind.register(user, password)),
    befriend: async (one, other) => void (await kind.befriend(one, other)),
    control: (...command) => kind.control(...command),
    restart: async () => {
      await stop();
      server = await kind.start();
    },
    crash: () =>
      end((program) => {
        program.process.kill('SIGKILL');
        return program.exited;
      }),
    stop,
    close,
  };
}
