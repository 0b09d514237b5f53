/** How times, durations and amounts are written. Pure: the present comes as an argument. */
import { before, inUnit } from '../../words/locale.ts';
import { t } from '../../words/words.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `3 minutes ago`, `yesterday`. A time after `nowMs`, as from another computer's clock, counts as now. */
export function ago(atMs: number, nowMs: number): string {
  const passed = Math.max(0, nowMs - atMs);
  if (passed < MINUTE_MS) return t('time.justNow');
  if (passed < HOUR_MS) return before(Math.floor(passed / MINUTE_MS), 'minute');
  if (passed < DAY_MS) return before(Math.floor(passed / HOUR_MS), 'hour');
  return before(Math.floor(passed / DAY_MS), 'day');
}

/** `4:07`, `1:02:33`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `under 1 min`, `4 min`, `1 hr 2 min`: how long something has been going on that goes on. */
export function runningFor(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE_MS));
  if (minutes === 0) return t('time.underAMinute', { minute: inUnit(1, 'minute', 'short', 0) });
  const rest = inUnit(minutes % 60, 'minute', 'short', 0);
  return minutes < 60 ? rest : `${inUnit(Math.floor(minutes / 60), 'hour', 'short', 0)} ${rest}`;
}

/** The same as a sentence. */
export function runningWords(ms: number): string {
  return ms < MINUTE_MS ? t('time.justBegun') : t('time.running', { duration: runningFor(ms) });
}

/** Whole seconds until `atMs`, never below 0. */
export function secondsUntil(atMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((atMs - nowMs) / SECOND_MS));
}

/** Whole minutes until `atMs`, never below 0. */
export function minutesUntil(atMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((atMs - nowMs) / MINUTE_MS));
}

/** `812 bytes`, `3.4 MB`: decimal units. */
export function byteCount(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return inUnit(value, UNITS[unit] ?? 'byte', unit === 0 ? 'long' : 'short', digits);
}

/** An Electron accelerator as people read it: `Ctrl + Alt + End`. */
export function shortcutText(accelerator: string, mac = false): string {
  const names: Readonly<Record<string, string>> = {
    CommandOrControl: mac ? '⌘' : 'Ctrl',
    CmdOrCtrl: mac ? '⌘' : 'Ctrl',
    Command: '⌘',
    Cmd: '⌘',
    Control: 'Ctrl',
    Option: 'Alt',
    Super: mac ? '⌘' : 'Super',
    Escape: 'Esc',
    PageUp: 'Page Up',
    PageDown: 'Page Down',
  };
  return accelerator
    .split('+')
    .map((part) => names[part] ?? part)
    .join(' + ');
}
