/* Two people in two homes of the laboratory, one of whom asks the other for help. */
import { createInterface } from 'node:readline';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SessionConnection } from '../../../src/protocol/assistance/status.ts';
import { connectedWords } from '../../../src/renderer/app/session/way-words.ts';
import type { LabPersonSays, LabPersonSetup } from './person.ts';
import { type Home, SERVER_ADDRESS } from './homes.ts';
import { type Program, startProgram, until } from '../programs.ts';
import type { XmppServer } from '../xmpp-servers.ts';

type Status = Extract<LabPersonSays, { readonly tag: 'status' }>;

export interface Pairing {
  /** How they are connected, as the novice has it. Undefined where nothing worked. */
  readonly connection: SessionConnection | undefined;
  /** What the two windows say of it. */
  readonly sentences: { readonly novice: string; readonly expert: string } | undefined;
  /** From the tickets to the novice being asked, or to the end, in milliseconds. */
  readonly tookMs: number;
  /** What went wrong on the ways before, on either side. */
  readonly failures: { readonly novice: readonly string[]; readonly expert: readonly string[] };
  readonly reason: string | undefined;
}

/** One line for people who watch. */
export function pairingLine(novice: string, expert: string, { connection, tookMs, failures }: Pairing): string {
  const marks = ['relayed', 'mapped'].filter((mark) => connection?.[mark as 'relayed' | 'mapped']);
  const met = [failures.novice, failures.expert].map((side) => side.join(', ')).join(' | ');
  return `${novice} / ${expert}: ${[connection?.by ?? 'nothing', ...marks].join(', ')}, ${tookMs} ms [${met}]\n`;
}

class Person {
  readonly program: Program;
  readonly said: LabPersonSays[] = [];

  constructor(home: Home, setup: LabPersonSetup, electron: LabElectron | undefined) {
    const script = fileURLToPath(new URL('./person-process.ts', import.meta.url));
    const [command, ...args] =
      electron === undefined
        ? home.inside(process.execPath, script, JSON.stringify(setup))
        : home.inside(
            electron.executable,
            electron.folder,
            '--no-sandbox',
            '--disable-logging',
            `--user-data-dir=${electron.folder}/${setup.address}`,
          );
    const env =
      electron === undefined
        ? // The second process needs half the time of the first one.
          { NODE_COMPILE_CACHE: join(tmpdir(), 'ringback-compiled') }
        : { ...electron.env, RINGBACK_TEST_FOLDER: electron.folder, RINGBACK_LAB_PERSON: JSON.stringify(setup) };
    this.program = startProgram(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    const lines = createInterface({ input: this.program.process.stdout as NonNullable<typeof this.program.process.stdout> });
    lines.on('line', (line) => line.startsWith('{') && this.said.push(JSON.parse(line) as LabPersonSays));
  }

  get statuses(): readonly Status[] {
    return this.said.filter((one) => one.tag === 'status');
  }

  tell(line: string): void {
    this.program.process.stdin?.write(`${line}\n`);
  }

  async hears(tag: LabPersonSays['tag'], within = 30_000): Promise<void> {
    await until(
      () => this.said.some((one) => one.tag === tag),
      () => `${tag}: ${this.program.output()}`,
      within,
    );
  }

  /** Signs out first: the server would keep the stream for two minutes otherwise. */
  async close(): Promise<void> {
    this.program.process.stdin?.end();
    await until(() => this.program.process.exitCode !== null, 'a goodbye', 5_000).catch(() => undefined);
    await this.program.stop();
  }
}

/** The person's program built for Electron, and a display for it. */
export interface LabElectron {
  readonly executable: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface PairingOptions {
  readonly server: XmppServer;
  /** A folder for the authority's certificate. */
  readonly folder: string;
  readonly ways?: readonly string[];
  readonly maps?: boolean;
  /** With ICE; in plain Node, without it, when left out. */
  readonly electron?: LabElectron;
}

/** Accounts of the two, contacts of each other. */
export async function registerPair(server: XmppServer): Promise<void> {
  for (const user of ['nora', 'erik']) await server.register(user, `${user}'s password`);
  await server.befriend('nora', 'erik');
}

/** One asks, the other accepts; gives how they were connected, or what failed. */
export async function pair(novice: Home, expert: Home, { server, folder, ways, maps = false, electron }: PairingOptions): Promise<Pairing> {
  const authority = join(folder, 'authority.pem');
  writeFileSync(authority, server.ca);
  const setup = (user: string, peer: string): LabPersonSetup => ({
    address: `${user}@${server.domain}`,
    password: `${user}'s password`,
    peer: `${peer}@${server.domain}`,
    server: `${SERVER_ADDRESS}:${server.ports.clients}`,
    authority,
    maps,
    ...(ways === undefined ? {} : { ways }),
  });
  const [nora, erik] = [new Person(novice, setup('nora', 'erik'), electron), new Person(expert, setup('erik', 'nora'), electron)];
  try {
    await Promise.all([nora.hears('contactOnline'), erik.hears('contactOnline')]);
    nora.tell('ask');
    const phase = (of: Person, ...phases: string[]) => of.statuses.find((one) => phases.includes(one.phase));
    const done = await until(
      () => phase(nora, 'awaitingConsent', 'connected', 'ended'),
      () => `an end: ${nora.program.output()}`,
      60_000,
    );
    const wanted = done.phase === 'ended' ? ['ended'] : ['connected', 'ended'];
    await until(
      () => phase(erik, ...wanted),
      () => `the expert: ${erik.program.output()}`,
      15_000,
    );
    const connecting = nora.statuses.find((one) => one.phase.startsWith('connecting'));
    const ofExpert = erik.statuses.findLast(({ connection }) => connection !== undefined)?.connection;
    return {
      connection: done.connection,
      sentences:
        done.connection === undefined || ofExpert === undefined
          ? undefined
          : { novice: connectedWords(done.connection, 'novice', 'Erik'), expert: connectedWords(ofExpert, 'expert', 'Nora') },
      tookMs: Math.round(done.atMs - (connecting?.atMs ?? Number.NaN)),
      failures: { novice: nora.statuses.at(-1)?.failures ?? [], expert: erik.statuses.at(-1)?.failures ?? [] },
      reason: phase(nora, 'ended')?.reason,
    };
  } finally {
    await Promise.all([nora.close(), erik.close()]);
  }
}
