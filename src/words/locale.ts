/**
 * The one room that knows which locale this process speaks: language, numbers, dates, order and letters.
 *
 * A locale is one BCP 47 tag with its hour cycle, such as `en-US-u-hc-h12`. Main chooses it ({@link chooseLocale}) and hands it to the
 * pages with the state; every process then tells this module ({@link setLocale}).
 */
import { LANGUAGES, type WordList } from './languages.ts';

/** What the system says of the person who uses it. */
export interface SystemLocale {
  /** BCP 47 tags, the preferred language first. */
  readonly languages: readonly string[];
  /** BCP 47 tag of the place whose dates, numbers and hours the person wants; undefined where the system does not say. */
  readonly formats: string | undefined;
}

type Languages = Readonly<Record<string, WordList>>;

/** When neither the system nor the person says anything. */
const DEFAULT_LANGUAGE = 'en';
const DEFAULT_HOUR_CYCLE = 'h23';

function parsed(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}

/** The key of `languages` that is `tag` or comes nearest when its last parts are left out ([RFC 4647] 3.4, Lookup). */
function lookUp(tag: string, languages: Languages): string | undefined {
  const parts = parsed(tag)?.baseName.split('-') ?? [];
  for (let length = parts.length; length > 0; length -= 1) {
    const candidate = parts.slice(0, length).join('-');
    if (Object.hasOwn(languages, candidate)) return candidate;
  }
  return undefined;
}

/**
 * The locale for a person: the first of their languages that there are words in, with the formats of their place where those are of the
 * same language. Of another place the hour cycle is taken all the same, because it is read on the clock and not in a sentence.
 */
export function chooseLocale(system: SystemLocale, languages: Languages = LANGUAGES): string {
  const language = system.languages.map((tag) => lookUp(tag, languages)).find((found) => found !== undefined) ?? DEFAULT_LANGUAGE;
  const formats = system.formats === undefined ? undefined : parsed(system.formats);
  if (formats === undefined) return new Intl.Locale(language, { hourCycle: DEFAULT_HOUR_CYCLE }).toString();
  const base = lookUp(formats.baseName, languages) === language ? formats.baseName : language;
  const hourCycle = new Intl.DateTimeFormat(formats, { hour: 'numeric' }).resolvedOptions().hourCycle ?? DEFAULT_HOUR_CYCLE;
  return new Intl.Locale(base, { hourCycle }).toString();
}

interface Formatters {
  readonly tag: string;
  readonly language: string;
  readonly words: WordList;
  readonly plural: Intl.PluralRules;
  readonly number: Intl.NumberFormat;
  /** By unit, display and digits; each takes half a millisecond to make. */
  readonly units: Map<string, Intl.NumberFormat>;
  readonly timeWithSeconds: Intl.DateTimeFormat;
  readonly timeOfDay: Intl.DateTimeFormat;
  readonly dateTime: Intl.DateTimeFormat;
  readonly relative: Intl.RelativeTimeFormat;
  readonly order: Intl.Collator;
  readonly graphemes: Intl.Segmenter;
}

function formattersOf(tag: string, languages: Languages): Formatters {
  const language = lookUp(tag, languages) ?? DEFAULT_LANGUAGE;
  const words = languages[language] ?? LANGUAGES[DEFAULT_LANGUAGE];
  if (words === undefined) throw new RangeError(`no words in ${language}`);
  // `09:05`, but `9:05 AM`: with AM and PM a leading zero is not how people write.
  const hour = new Intl.DateTimeFormat(tag, { hour: 'numeric' }).resolvedOptions().hour12 === true ? 'numeric' : '2-digit';
  return {
    tag,
    language,
    words,
    plural: new Intl.PluralRules(language),
    number: new Intl.NumberFormat(tag),
    units: new Map(),
    timeWithSeconds: new Intl.DateTimeFormat(tag, { hour, minute: '2-digit', second: '2-digit' }),
    timeOfDay: new Intl.DateTimeFormat(tag, { hour, minute: '2-digit' }),
    dateTime: new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }),
    relative: new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }),
    order: new Intl.Collator(tag),
    graphemes: new Intl.Segmenter(tag, { granularity: 'grapheme' }),
  };
}

let current = formattersOf(chooseLocale({ languages: [], formats: undefined }), LANGUAGES);

/** From now on every word and figure of this process is in the locale `tag`. Whoever shows something draws it anew. Throws `RangeError` for what is no tag. */
export function setLocale(tag: string, languages: Languages = LANGUAGES): void {
  if (tag !== current.tag || languages[current.language] !== current.words) current = formattersOf(tag, languages);
}

/** The tag of the locale that is spoken. */
export const localeTag = (): string => current.tag;

/** The key in `LANGUAGES` of the language that is spoken. */
export const language = (): string => current.language;

/** The sentences of the language that is spoken. */
export const wordList = (): WordList => current.words;

/** The category of `count` in the language that is spoken. */
export const pluralCategory = (count: number): Intl.LDMLPluralRule => current.plural.select(count);

/** `1,234`. */
export const numberText = (value: number): string => current.number.format(value);

/** `14:03:27` or `2:03:27 PM`, local time. */
export const timeWithSeconds = (atMs: number): string => current.timeWithSeconds.format(atMs);

/** `14:03` or `2:03 PM`, local time. */
export const timeOfDay = (atMs: number): string => current.timeOfDay.format(atMs);

/** `Nov 22, 2026, 14:03`, local time. */
export const dateTime = (atMs: number): string => current.dateTime.format(atMs);

/** `3 minutes ago`, `yesterday`: whole units before the present. */
export const before = (units: number, unit: 'minute' | 'hour' | 'day'): string => current.relative.format(-units, unit);

/** `812 bytes`, `3.4 MB`: a value in a unit of [CLDR], with its name written out or short. */
export function inUnit(value: number, unit: string, unitDisplay: 'long' | 'short', maximumFractionDigits: number): string {
  const { tag, units } = current;
  const key = `${unit} ${unitDisplay} ${maximumFractionDigits}`;
  const format = units.get(key) ?? new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay, maximumFractionDigits });
  units.set(key, format);
  return format.format(value);
}

/** Negative when people expect `a` before `b`. */
export const inOrder = (a: string, b: string): number => current.order.compare(a, b);

/** The first letter as people see it, accents and joined emoji included; empty for an empty text. */
export function firstLetter(text: string): string {
  for (const { segment } of current.graphemes.segment(text)) return segment;
  return '';
}

export const capitals = (text: string): string => text.toLocaleUpperCase(current.language);
