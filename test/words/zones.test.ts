import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseLocale, dateTime, setLocale, timeOfDay, timeWithSeconds } from '../../src/words/locale.ts';
import { ago, byteCount, duration, minutesUntil, secondsUntil } from '../../src/renderer/app/figures.ts';
import { USUAL_SURROUNDINGS } from '../support/surroundings.ts';

const DEFAULT = chooseLocale({ languages: [], formats: undefined });
const LOCALES = [DEFAULT, 'en-US-u-hc-h12', 'en-GB-u-hc-h23', 'en-IN-u-hc-h12'];
/** Whole hours and others, both sides of Greenwich and of the date line, with and without summer time. */
const ZONES = [
  'UTC',
  'Asia/Kathmandu',
  'America/St_Johns',
  'America/New_York',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Marquesas',
];
const MOMENTS = fc.integer({ min: Date.UTC(2001, 0), max: Date.UTC(2100, 0) });

/** As somebody in this zone and with this locale. */
function livesIn(zone: string, locale: string): void {
  vi.stubEnv('TZ', zone);
  // What was made before knows the zone before.
  setLocale('en-ZA');
  setLocale(locale);
}

afterEach(() => {
  vi.unstubAllEnvs();
  livesIn(USUAL_SURROUNDINGS.zone, DEFAULT);
  vi.unstubAllEnvs();
});

describe.each(ZONES)('in %s', (zone) => {
  /** Independent of the zone that this process is in. */
  const parts = (atMs: number) => {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' });
    const of = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    return { day: of['day'] ?? 0, year: of['year'] ?? 0, hour: of['hour'] ?? 0, minute: of['minute'] ?? 0, second: of['second'] ?? 0 };
  };
  const two = (value: number): string => String(value).padStart(2, '0');

  it.each(LOCALES)('a time is the one on the wall, in %s', (locale) => {
    livesIn(zone, locale);
    const twelve = locale.endsWith('h12');
    fc.assert(
      fc.property(MOMENTS, (atMs) => {
        const { day, year, hour, minute, second } = parts(atMs);
        const half = hour < 12 ? 'am' : 'pm';
        const hours = twelve ? String(hour % 12 || 12) : two(hour);
        const written = (text: string): string => `${hours}:${text}${twelve ? ` ${half}` : ''}`;
        const shown = (text: string): string => text.replaceAll(/\s/g, ' ').toLowerCase();
        expect(shown(timeOfDay(atMs))).toBe(written(two(minute)));
        expect(shown(timeWithSeconds(atMs))).toBe(written(`${two(minute)}:${two(second)}`));
        const date = shown(dateTime(atMs));
        expect(date).toContain(String(year));
        expect(date.match(/\d+/g)?.map(Number)).toContain(day);
        expect(date).toContain(two(minute));
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is counted', () => {
  it('is the same in every zone, and the same number in every locale', () => {
    const figures = (passedMs: number, bytes: number) =>
      ZONES.flatMap((zone) =>
        LOCALES.map((locale) => {
          livesIn(zone, locale);
          return [duration(passedMs), ago(0, passedMs), secondsUntil(passedMs, 0), minutesUntil(passedMs, 0), byteCount(bytes)].map(
            (figure) => String(figure).replaceAll(/[^\d.:]/g, ''),
          );
        }),
      );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 * 86_400_000 }), fc.integer({ min: 0, max: 900_000_000 }), (passedMs, bytes) => {
        const [first, ...others] = figures(passedMs, bytes);
        for (const other of others) expect(other).toEqual(first);
      }),
      { numRuns: 20 },
    );
  });
});
