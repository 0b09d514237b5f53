/*
 * Programs killed at random points of the demo (`kill -9`): both apps, the messenger, and the processes behind the pages. What a person was shown as
 * done must be there afterwards, nothing listens, no key stays down, and the history is whole.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { sessionsOf } from '../../src/main/history/listed-sessions.ts';
import { readLines } from '../../src/main/history/record-lines.ts';
import type { HistoryEntry } from '../../src/protocol/assistance/status.ts';
import { t } from '../../src/words/words.ts';
import { Random } from '../fuzz/random.ts';
import type { PageFile, SteeredApp } from './app.ts';
import { heldKeys } from './held-keys.ts';
import { isRunning, listeningOf, processesBelow } from './process-tree.ts';
import { until } from './programs.ts';
import {
  answerQuestion,
  askForHelp,
  clickAt,
  contactShown,
  pictureArea,
  signIn,
  tellCode,
  terminalInFront,
  waitForQuestion,
} from './scenario.ts';
import { makeAccounts, type StandaloneMessenger, startStandaloneMessenger } from './standalone-messenger.ts';
import type { TwoPeople } from './two-people.ts';

type Role = 'novice' | 'expert';

const VICTIMS = [
  'the novice’s app',
  'the expert’s app',
  'the messenger',
  'the novice’s page',
  'the novice’s panel',
  'the expert’s page',
  'the expert’s viewer',
  'the question',
] as const;
type Victim = (typeof VICTIMS)[number];

/** In the order of the demo. */
const STEPS = ['add a contact', 'ask', 'accept', 'let see', 'give control', 'confirm', 'hold a key', 'type', 'stop'] as const;
type Step = (typeof STEPS)[number];

/** A point is within so many milliseconds of the beginning of its step. */
const WITHIN_MS = 600;
const BACK_WITHIN_MS = 120_000;

export interface Point {
  readonly victim: Victim;
  readonly step: Step;
  readonly afterMs: number;
}

export const pointText = ({ victim, step, afterMs }: Point): string => `${victim}, ${afterMs} ms into “${step}”`;

/** The same for the same seed. Every victim comes once before one comes again. */
export function randomPoints(seed: number, count: number): Point[] {
  const random = new Random(seed);
  let left: Victim[] = [];
  return Array.from({ length: count }, () => {
    if (left.length === 0) left = [...VICTIMS];
    const [victim = 'the messenger'] = left.splice(random.below(left.length), 1);
    return { victim, step: random.pick(STEPS), afterMs: random.below(WITHIN_MS) };
  });
}

/** A person with what was seen of them so far. */
interface Person {
  app: SteeredApp;
  /** What their app listens on when nothing happens: the ports of the debuggers that steer it. */
  idle: readonly string[];
  /** Contacts that were shown as added. */
  readonly contacts: string[];
  record: readonly HistoryEntry[];
}

export class KilledPrograms {
  private readonly people: TwoPeople;
  private readonly folder: string;
  private readonly messenger: StandaloneMessenger;
  private readonly persons: Readonly<Record<Role, Person>>;
  private rounds = 0;

  private constructor(people: TwoPeople, folder: string, messenger: StandaloneMessenger, persons: Readonly<Record<Role, Person>>) {
    this.people = people;
    this.folder = folder;
    this.messenger = messenger;
    this.persons = persons;
  }

  /** Two people on a messenger, with an account to become a contact for each of `rounds`. */
  static async begin(people: TwoPeople, rounds: number): Promise<KilledPrograms> {
    const folder = await mkdtemp(join(tmpdir(), 'ringback-kills-'));
    const [anna, peter] = await makeAccounts(folder, [
      ['anna@home', 'Anna', ['peter@home']],
      ['peter@home', 'Peter', ['anna@home']],
      ...Array.from({ length: rounds }, (_, round) => [friend(round), '', []] as const),
    ]);
    if (anna === undefined || peter === undefined) throw new Error('no accounts');
    const messenger = await startStandaloneMessenger(folder);
    const { server } = messenger;
    const { noviceDesktop, novice, expert } = await people.start();
    noviceDesktop.start('xterm', ['-geometry', '70x16+20+30', '-e', 'cat']);
    const person = async (app: SteeredApp): Promise<Person> => ({
      app,
      idle: await listeningOf(processesBelow(app.pid)),
      contacts: [],
      record: [],
    });
    const killed = new KilledPrograms(people, folder, messenger, { novice: await person(novice), expert: await person(expert) });
    await signIn(novice, { server, ...anna }, 'Anna');
    await signIn(expert, { server, ...peter }, 'Peter');
    await killed.online();
    return killed;
  }

  async close(): Promise<void> {
    await this.messenger.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Plays the demo up to the point, kills there, starts again what has to be, and looks whether everything is as it should be. */
  async round({ victim, step: last, afterMs }: Point): Promise<void> {
    const arrived = new Set<Step>();
    const round = this.rounds;
    let gone: Role | 'messenger' | undefined;
    this.rounds += 1;
    for (const step of STEPS) {
      const beganMs = performance.now();
      const acting = this.act(step, round);
      if (step === last) {
        const acted = acting.catch(() => undefined);
        await until(() => performance.now() - beganMs >= afterMs, 'the point');
        gone = await this.kill(victim);
        await acted;
        break;
      }
      await acting;
      await this.arrive(step, round);
      arrived.add(step);
    }
    for (const role of ['novice', 'expert'] as const) this.filesAreWhole(role);
    await this.people.desktop('expert').xdotool('keyup', 'Shift_L');
    await until(async () => (await heldKeys(this.people.desktop('novice').name)) === 0, 'every key to be up');
    await this.recover(gone);
    await this.nothingListens();
    for (const { app, contacts } of Object.values(this.persons)) for (const contact of contacts) await contactShown(app, contact).waitFor();
    for (const role of ['novice', 'expert'] as const) await this.recordIsWhole(role, arrived, last);
  }

  private get novice(): SteeredApp {
    return this.persons.novice.app;
  }

  private get expert(): SteeredApp {
    return this.persons.expert.app;
  }

  private adding(round: number): Person {
    return round % 2 === 0 ? this.persons.novice : this.persons.expert;
  }

  private async act(step: Step, round: number): Promise<void> {
    const { novice, expert } = this;
    const button = (app: SteeredApp, name: string) => app.main.getByRole('button', { name, exact: true });
    switch (step) {
      case 'add a contact': {
        const { app } = this.adding(round);
        await button(app, t('contacts.add')).click();
        await app.main.getByLabel(t('contacts.addAddress'), { exact: true }).fill(friend(round));
        await button(app, t('contacts.addSubmit')).click();
        return;
      }
      case 'ask':
        return askForHelp(novice, 'Peter');
      case 'accept':
        return button(expert, t('invitation.accept')).click();
      case 'let see':
      case 'confirm':
        return answerQuestion(novice.desktop, 'allow');
      case 'give control':
        return (await novice.session()).getByRole('button', { name: t('control.novice.give', { name: 'Peter' }), exact: true }).click();
      case 'hold a key': {
        const area = await pictureArea(expert, 'Anna');
        await clickAt(expert.desktop, area.x + 200, area.y + 150);
        await expert.desktop.xdotool('keydown', 'Shift_L');
        return;
      }
      case 'type':
        await expert.desktop.xdotool('type', '--delay', '30', 'can you see it?');
        return;
      case 'stop':
        return (await novice.session()).getByRole('button', { name: t('session.stopLong'), exact: true }).click();
    }
  }

  /** Waits until people can see that the step is done. */
  private async arrive(step: Step, round: number): Promise<void> {
    const { novice, expert } = this;
    switch (step) {
      case 'add a contact': {
        const person = this.adding(round);
        await contactShown(person.app, friend(round)).waitFor();
        person.contacts.push(friend(round));
        return;
      }
      case 'ask':
        return expert.main.getByRole('button', { name: t('invitation.accept'), exact: true }).waitFor();
      case 'accept':
        // The first time they meet; which of the two remembers it after a kill is as it comes.
        await tellCode(novice, expert);
        return void (await waitForQuestion(novice.desktop));
      case 'give control':
        return void (await waitForQuestion(novice.desktop));
      case 'let see':
        return void (await pictureArea(expert, 'Anna'));
      case 'confirm':
        await (await expert.session()).getByRole('button', { name: t('control.expert.granted'), exact: true }).waitFor();
        return terminalInFront(novice.desktop);
      case 'hold a key':
        await until(async () => (await heldKeys(novice.desktop.name)) > 0, 'the key to be down');
        return;
      case 'type':
      case 'stop':
    }
  }

  /** Gives what cannot be used any more: a page that was killed comes back, but what steers it here cannot use it. */
  private async kill(victim: Victim): Promise<Role | 'messenger' | undefined> {
    switch (victim) {
      case 'the messenger':
        await this.messenger.kill();
        return 'messenger';
      case 'the novice’s app':
        await killApp(this.novice);
        return 'novice';
      case 'the expert’s app':
        await killApp(this.expert);
        return 'expert';
      case 'the novice’s page':
        return this.killPage('novice', 'index.html');
      case 'the novice’s panel':
        return this.killPage('novice', 'session.html');
      case 'the question':
        return this.killPage('novice', 'question.html');
      case 'the expert’s page':
        return this.killPage('expert', 'index.html');
      case 'the expert’s viewer':
        return this.killPage('expert', 'session.html');
    }
  }

  /** The process behind a page, or behind the main one where that page is not there. */
  private async killPage(role: Role, page: PageFile): Promise<Role | undefined> {
    const { app } = this.persons[role];
    const there = await app.pageProcess(page);
    const pid = there ?? (await app.pageProcess('index.html'));
    if (pid === undefined) throw new Error('no page');
    process.kill(pid, 'SIGKILL');
    return there === undefined || page === 'index.html' ? role : undefined;
  }

  /** Starts again what has to be, puts away what is left of the session, and waits until both can be reached. */
  private async recover(gone: Role | 'messenger' | undefined): Promise<void> {
    if (gone === 'messenger') await this.messenger.startAgain();
    else if (gone !== undefined) await this.startAgain(gone);
    await putAway(this.novice);
    await putAway(this.expert);
    await this.online();
  }

  private async startAgain(role: Role): Promise<void> {
    const person = this.persons[role];
    await person.app.close();
    person.app = await this.people.startApp(role);
    person.idle = await listeningOf(processesBelow(person.app.pid));
  }

  private async online(): Promise<void> {
    await contactShown(this.novice, 'Peter', 'online').waitFor({ timeout: BACK_WITHIN_MS });
    await contactShown(this.expert, 'Anna', 'online').waitFor({ timeout: BACK_WITHIN_MS });
  }

  private async nothingListens(): Promise<void> {
    for (const [role, { app, idle }] of Object.entries(this.persons)) {
      let more: readonly string[] = [];
      await until(
        async () => {
          more = (await listeningOf(processesBelow(app.pid))).filter((place) => !idle.includes(place));
          return more.length === 0;
        },
        () => `the ${role} to listen on nothing, not ${more.join()}`,
      );
    }
  }

  /** Every file of a person that an app has written can be read: throws where one is not whole. */
  private filesAreWhole(role: Role): void {
    const folder = join(this.people.desktop(role).home, 'ringback');
    for (const name of readdirSync(folder)) if (name.endsWith('.json')) JSON.parse(readFileSync(join(folder, name), 'utf8'));
  }

  /** Every session that was recorded is there, and of this round what was seen to have happened; nobody is said to have been at the record. */
  private async recordIsWhole(role: Role, arrived: ReadonlySet<Step>, last: Step): Promise<void> {
    const person = this.persons[role];
    const read = (): readonly HistoryEntry[] => {
      const file = join(this.people.desktop(role).home, 'ringback/history.jsonl');
      const { lines, broken } = readLines(existsSync(file) ? readFileSync(file, 'utf8') : '');
      expect(broken).toBeUndefined();
      // Requests that came to nothing become one entry after the other.
      return sessionsOf(lines).entries.filter(({ viewed }) => viewed);
    };
    const fresh = (): readonly HistoryEntry[] => read().filter(({ id }) => person.record.every((known) => known.id !== id));
    // Within the step itself it may have come so far or not.
    if (arrived.has('let see'))
      await until(
        () => fresh().length === 1,
        () => `one session in the ${role}’s history, not ${JSON.stringify(fresh())}`,
      );
    else if (last !== 'let see') expect(fresh()).toEqual([]);
    if (arrived.has('confirm')) expect(fresh()[0]).toMatchObject({ controlled: true });
    const now = read();
    expect(now).toEqual(expect.arrayContaining([...person.record]));
    expect(new Set(now.map(({ id }) => id)).size).toBe(now.length);
    person.record = now;
  }
}

const friend = (round: number): string => `friend-${round}@home`;

/** The app, and all that belongs to it, is gone soon after. */
async function killApp(app: SteeredApp): Promise<void> {
  const all = processesBelow(app.pid);
  process.kill(app.pid, 'SIGKILL');
  await until(() => all.every((pid) => !isRunning(pid)), 'everything of the app to be gone');
}

/** Presses what ends what is left of a session and puts it away: in the session's window while it goes on, for the main one stands aside then. */
async function putAway(app: SteeredApp): Promise<void> {
  const names = [
    t('session.stopLong'),
    t('session.endLong'),
    t('session.end'),
    t('session.cancel'),
    t('ended.close'),
    t('invitation.decline'),
  ];
  const ask = app.main.getByRole('button', { name: t('home.ask'), exact: true }).first();
  const press = async (page: Page): Promise<void> => {
    for (const name of names) {
      const button = page.getByRole('button', { name, exact: true }).first();
      if (await button.isVisible()) await button.click({ timeout: 2_000 });
    }
  };
  await until(
    async () => {
      // A window may go, or stand aside, while it is pressed.
      if ((await app.pageProcess('session.html')) !== undefined) await press(await app.session()).catch(() => undefined);
      await press(app.main).catch(() => undefined);
      return ask.isVisible();
    },
    'the window to be as it was',
    BACK_WITHIN_MS,
  );
}
