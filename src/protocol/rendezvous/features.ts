import { ProtocolError } from '../bytes/errors.ts';

/** The version of what two programs say to each other over a messenger. */
export const CONVERSATION_VERSION = 1;
/** Takes context data that is marked with its kind, in numbered parts where it is long (`context-line.ts`). */
export const PARTS_FEATURE = 'parts';
/** Of a novice: a character with Control, Alt or Meta held is a shortcut there, whatever the keyboards' layouts. */
export const TEXT_FEATURE = 'text';
/** The ways to connect may say more to each other than the tickets do. */
export const SIGNALS_FEATURE = 'signals';

const MAX_CHARS = 256;
const MAX_FEATURES = 16;
const VERSION = /^[1-9]\d{0,3}$/;
const FEATURE = /^([a-z][a-z0-9-]{0,23})(?:=([A-Za-z0-9._+/=-]{1,64}))?$/;

/** What a program says of itself in INVITE and ACCEPT. */
export interface Features {
  /** 1 to 9999. Of two versions the lower one is spoken. */
  readonly version: number;
  /** Value by name, `''` where a feature has none. */
  readonly named: ReadonlyMap<string, string>;
}

/**
 * The features line of Ringback's own (docs/decisions/0011): `version *( ";" name [ "=" value ] )`, as in `1;parts`. Blanks around a
 * feature do not count, of a repeated one the first does. Throws ProtocolError TOO_LARGE, MALFORMED.
 */
export function parseFeatures(line: string): Features {
  checkLength(line);
  const [version = '', ...features] = line.split(';').map((word) => word.trim());
  checkVersion(version);
  checkCount(features.length);
  const named = new Map<string, string>();
  for (const feature of features) {
    const [name, value] = parseFeature(feature);
    if (!named.has(name)) named.set(name, value);
  }
  return { version: Number(version), named };
}

/** Throws ProtocolError as `parseFeatures` does: nothing is written that would be read as something else. */
export function formatFeatures({ version, named }: Features): string {
  checkVersion(String(version));
  checkCount(named.size);
  const words = [...named].map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  for (const word of words) parseFeature(word);
  const line = [version, ...words].join(';');
  checkLength(line);
  return line;
}

function checkLength(line: string): void {
  if (line.length > MAX_CHARS) throw new ProtocolError('TOO_LARGE', 'Features', `<= ${MAX_CHARS} characters`, line.length);
}

function checkVersion(version: string): void {
  if (!VERSION.test(version)) throw new ProtocolError('MALFORMED', 'Features.version', '1 to 9999', `${version.length} characters`);
}

function checkCount(features: number): void {
  if (features > MAX_FEATURES) throw new ProtocolError('TOO_LARGE', 'Features', `<= ${MAX_FEATURES} features`, features);
}

function parseFeature(feature: string): readonly [string, string] {
  const [, name, value = ''] = FEATURE.exec(feature) ?? [];
  if (name === undefined) throw new ProtocolError('MALFORMED', 'Features.feature', 'name or name=value', `${feature.length} characters`);
  return [name, value];
}

/** Whether what a keyboard writes may travel as text; undefined features are an older program's, or another one's. */
export function takesText(peer: Features | undefined): boolean {
  return peer?.named.has(TEXT_FEATURE) === true;
}

/** Whether ways to connect may speak with those on the other side; undefined features are an older program's, or another one's. */
export function takesSignals(peer: Features | undefined): boolean {
  return peer?.named.has(SIGNALS_FEATURE) === true;
}

/** Whether context data may be marked and cut into parts for them; undefined features are an older program's, or another one's. */
export function takesParts(peer: Features | undefined): boolean {
  return peer?.named.has(PARTS_FEATURE) === true;
}
