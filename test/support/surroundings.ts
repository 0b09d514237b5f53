/* What a program takes from the machine that it runs on without having been told: the time zone, the locale, the hour. Tests choose it. */
import { spawnSync } from 'node:child_process';

export interface Surroundings {
  /** Name in the IANA time zone database. */
  readonly zone: string;
  /** BCP 47 tag. */
  readonly locale: string;
  /** `HH:MM`, the local time at which programs start. The machine's own when left out. */
  readonly startsAt?: string;
}

/** Where a test does not say otherwise: a zone that is never UTC nor whole hours away from it, and a locale with a 24-hour clock. */
export const USUAL_SURROUNDINGS: Surroundings = { zone: 'Asia/Kathmandu', locale: 'en-GB' };

/** The package that carries this program holds the library that `startsAt` needs. */
export const SHIFTING_PROGRAM = 'faketime';

/** Environment of the programs on a display. Chromium takes its locale from {@link languageSwitch} alone. */
export function environmentOf({ zone, locale, startsAt }: Surroundings): Record<string, string> {
  // The locale that every C library has, so that a terminal shows UTF-8 everywhere; LANGUAGE is what messages are translated to.
  const chosen = { TZ: zone, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', LANGUAGE: locale.replace('-', '_') };
  return startsAt === undefined ? chosen : { ...chosen, ...shiftedClock(secondsUntil(startsAt, zone)) };
}

/**
 * What the app takes the hours and dates of a place from, where they are not the usual ones. The C library need not know the locale, since
 * only its name is read; but GTK then writes the titles of its dialogs in ASCII, so that no test finds them by title.
 */
export function formatsOf({ locale }: Surroundings): Record<string, string> {
  return locale === USUAL_SURROUNDINGS.locale ? {} : { LC_ALL: `${locale.replace('-', '_')}.UTF-8` };
}

/** The switch for an Electron or Chromium. */
export function languageSwitch({ locale }: Surroundings): string {
  return `--lang=${locale}`;
}

/** Seconds from now until a zone's clocks show `HH:MM`, 0 to 86,399. */
function secondsUntil(hourAndMinute: string, zone: string): number {
  const shown = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(Date.now());
  const [wanted, present] = [`${hourAndMinute}:00`, shown].map((time) => {
    const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
    return hours * 3_600 + minutes * 60 + seconds;
  }) as [number, number];
  return (wanted - present + 86_400) % 86_400;
}

/**
 * Puts the calendar clock of a program and of those that it starts forward (libfaketime). The monotonic clock, which timers run on,
 * stays as it is: with a monotonic clock of its own, Chromium waits for its own processes for seconds.
 */
function shiftedClock(seconds: number): Record<string, string> {
  const library = spawnSync(SHIFTING_PROGRAM, ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).stdout?.trim();
  if (!library) throw new Error(`${SHIFTING_PROGRAM} is not there`);
  return { LD_PRELOAD: library, FAKETIME: `+${seconds}`, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_FORCE_MONOTONIC_FIX: '0' };
}
