/* What the end-to-end tests have in common: two people, each with a desktop and the app on it. */
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type AppOptions, type SteeredApp, startApp } from './app.ts';
import { type PersonDesktop, type PersonDesktopOptions, startPersonDesktop } from './desktop.ts';

type Role = 'novice' | 'expert';

export interface StartedPeople {
  readonly noviceDesktop: PersonDesktop;
  readonly expertDesktop: PersonDesktop;
  readonly novice: SteeredApp;
  readonly expert: SteeredApp;
}

export interface TwoPeople {
  /** A display each; the expert's is large enough for the novice's picture at its actual size. */
  startDesktops(
    options?: Partial<Record<Role, PersonDesktopOptions>>,
  ): Promise<{ readonly noviceDesktop: PersonDesktop; readonly expertDesktop: PersonDesktop }>;
  /** One of the two, once they are started. */
  desktop(role: Role): PersonDesktop;
  startApp(role: Role, args?: readonly string[], options?: AppOptions): Promise<SteeredApp>;
  /** Desktops and apps. */
  start(options?: Partial<Record<Role, PersonDesktopOptions & AppOptions>>): Promise<StartedPeople>;
  /** Both screens as pictures, where they are asked for (RINGBACK_TEST_OUTPUT). */
  keep(name: string): Promise<void>;
}

/**
 * To be called in a `describe`: what is started is ended after it, however far it came.
 * @param name begins the names of the pictures
 */
export function twoPeople(name: string): TwoPeople {
  const desktops: Partial<Record<Role, PersonDesktop>> = {};
  const apps: Partial<Record<Role, SteeredApp>> = {};

  const keep = async (what: string) => {
    const folder = process.env['RINGBACK_TEST_OUTPUT'];
    if (!folder) return;
    for (const [role, desktop] of Object.entries(desktops)) await desktop.saveScreenshot(join(folder, `${name}-${what}-${role}.png`));
  };

  afterAll(async () => {
    await keep('last').catch(() => undefined);
    await Promise.all(Object.values(apps).map((app) => app.close()));
    await Promise.all(Object.values(desktops).map((desktop) => desktop.close()));
  }, 60_000);

  const people: TwoPeople = {
    startDesktops: async ({ novice, expert } = {}) => {
      const noviceDesktop = (desktops.novice = await startPersonDesktop({ called: 'novice', width: 1280, height: 720, ...novice }));
      const expertDesktop = (desktops.expert = await startPersonDesktop({ called: 'expert', width: 1500, height: 940, ...expert }));
      return { noviceDesktop, expertDesktop };
    },
    desktop: (role) => {
      const desktop = desktops[role];
      if (desktop === undefined) throw new Error(`the ${role} has no desktop yet`);
      return desktop;
    },
    startApp: async (role, args, options) => (apps[role] = await startApp(people.desktop(role), args, options)),
    start: async (options = {}) => ({
      ...(await people.startDesktops(options)),
      expert: await people.startApp('expert', [], options.expert),
      novice: await people.startApp('novice', [], options.novice),
    }),
    keep,
  };
  return people;
}
