/* What the system says of the person's language and of how they write dates and hours. */
import type { SystemLocale } from '../../words/locale.ts';

/** Where a process finds it. */
export interface LocaleSources {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Value of `--lang`, which counts before the system; empty without it. */
  readonly switched: string;
  /** Electron's `getPreferredSystemLanguages`: BCP 47 tags, the preferred one first. */
  readonly preferred: readonly string[];
  /** Electron's `getSystemLocale`; empty where it does not know. */
  readonly region: string;
}

/** The categories of POSIX that dates depend on, in the order in which they count (POSIX.1-2024, 8.2). */
const POSIX_CATEGORIES = ['LC_ALL', 'LC_TIME', 'LANG'] as const;

/** `en_US.UTF-8@euro` as `en-US`; undefined for the locales of no country, `C` and `POSIX`. */
function tagOfPosix(name: string): string | undefined {
  const [place = ''] = name.split(/[.@]/);
  return place === '' || place === 'C' || place === 'POSIX' ? undefined : place.replaceAll('_', '-');
}

/**
 * On Linux the environment is read itself: the C library answers `C` for every locale that has not been generated, and with it Electron.
 * A macOS locale may carry keywords behind an `@`, which are left out.
 */
export function systemLocale({ platform, env, switched, preferred, region }: LocaleSources): SystemLocale {
  if (switched !== '') return { languages: [switched, ...preferred], formats: switched };
  const named = platform === 'linux' ? (POSIX_CATEGORIES.map((category) => env[category]).find((value) => value) ?? '') : region;
  return { languages: preferred, formats: tagOfPosix(named) };
}
