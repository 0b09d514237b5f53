import { afterEach, describe, expect, it } from 'vitest';
import { followSystemLocale } from '../../../src/main/shell/app-locale.ts';
import { chooseLocale, localeTag, setLocale, timeOfDay, type SystemLocale } from '../../../src/words/locale.ts';

const DEFAULT = chooseLocale({ languages: [], formats: undefined });
const EVENING = new Date(2026, 10, 22, 21, 28).getTime();

afterEach(() => setLocale(DEFAULT));

describe('the locale of the program', () => {
  it('is that of the system, and again each time it is looked at', () => {
    let system: SystemLocale = { languages: ['en-US'], formats: 'en-US' };
    const updates: [locale: string | undefined, drawnAt: string][] = [];
    const facts = { locale: DEFAULT };
    const look = followSystemLocale(
      {
        facts: facts as never,
        update: (change) => {
          facts.locale = change.locale ?? facts.locale;
          updates.push([change.locale, timeOfDay(EVENING).replace(/\s/g, ' ')]);
        },
      },
      () => system,
    );
    expect(updates).toEqual([['en-US-u-hc-h12', '9:28 PM']]);
    look();
    expect(updates).toHaveLength(1);
    system = { languages: ['en-GB'], formats: 'en-GB' };
    look();
    expect(updates.slice(1)).toEqual([['en-GB-u-hc-h23', '21:28']]);
    expect(localeTag()).toBe('en-GB-u-hc-h23');
  });
});
