import type { ActivityRole } from '../../facts/activities.ts';
import type { ProgramChoice } from '../../facts/programs.ts';
import type { ActivityKind } from '../../protocol/applications/applications.ts';
import { isDialHost } from '../../protocol/applications/dial-address.ts';
import type { LaunchTarget } from './contract.ts';
import { ActivityError } from './contract.ts';
import { namesInterpreter, runsOthers } from './interpreters.ts';

const PLACEHOLDERS = ['address', 'port', 'role', 'contact', 'ownAddress', 'ownPort'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** The only schemes of URLs that are handed to the system. */
const HANDLER_SCHEMES: readonly string[] = ['sip', 'sips', 'callto', 'h323'];

type TemplateErrorCode =
  | 'EMPTY'
  | 'TOO_LONG'
  | 'CONTROL_CHARACTER'
  | 'UNCLOSED_QUOTE'
  | 'UNKNOWN_PLACEHOLDER'
  | 'STRAY_BRACE'
  | 'PLACEHOLDER_IN_PROGRAM'
  | 'RELATIVE_PROGRAM'
  | 'SHELL_SCRIPT'
  | 'INTERPRETER'
  | 'PLACEHOLDER_IN_OPTION'
  | 'SCHEME'
  | 'URL_CHARACTER';

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly code: TemplateErrorCode;
  constructor(code: TemplateErrorCode) {
    super(`the line cannot be used: ${code}`);
    this.code = code;
  }
}

type Part = { readonly text: string } | { readonly placeholder: Placeholder };
type Word = readonly Part[];

/** A registered line, parsed once. */
export type Template =
  | { readonly tag: 'url'; readonly parts: Word }
  | { readonly tag: 'program'; readonly program: string; readonly words: readonly Word[] };

const LINE_LIMIT = 1_000;
/** Two letters at least: `C:\` is a drive. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/;
/** RFC 3986 without what a handler's command line could take apart. */
const URL_TEXT = /^[A-Za-z0-9:/?#@!$&()*+,;=._~%-]*$/;

/** Reads a command line or URL with placeholders. Throws TemplateError. */
export function parseTemplate(line: string): Template {
  const plain = line.trim();
  if (plain === '') throw new TemplateError('EMPTY');
  if (plain.length > LINE_LIMIT) throw new TemplateError('TOO_LONG');
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(plain)) throw new TemplateError('CONTROL_CHARACTER');
  const scheme = SCHEME.exec(plain)?.[1]?.toLowerCase();
  if (scheme !== undefined) return urlTemplate(plain, scheme);
  const [program = [], ...words] = wordsOf(plain).map(partsOf);
  const name = program.map((part) => ('text' in part ? part.text : '')).join('');
  if (program.some((part) => 'placeholder' in part)) throw new TemplateError('PLACEHOLDER_IN_PROGRAM');
  if (name === '') throw new TemplateError('EMPTY');
  const absolute = name.startsWith('/') || /^[A-Za-z]:[\\/]/.test(name) || name.startsWith('\\\\');
  // A relative path would depend on the folder that the app was started in; a leading dash is an option and no program.
  if ((!absolute && /[\\/:]/.test(name)) || /^[-.]/.test(name)) throw new TemplateError('RELATIVE_PROGRAM');
  // Windows runs these in a shell, which would read the arguments once more.
  if (/\.(?:bat|cmd)$/i.test(name.replace(/[. ]+$/, ''))) throw new TemplateError('SHELL_SCRIPT');
  if (runsOthers(name) || words.some((word) => namesInterpreter(plainText(word)))) throw new TemplateError('INTERPRETER');
  if (words.some(beginsOption)) throw new TemplateError('PLACEHOLDER_IN_OPTION');
  return { tag: 'program', program: name, words };
}

/** A word's own text; a placeholder stands for no letter that could be part of a program's name. */
const plainText = (word: Word): string => word.map((part) => ('text' in part ? part.text : '{}')).join('');

/** What both systems' programs take for the beginning of an option, or of a file with more arguments. */
const OPTION_BEGINS = /^[-/+@]+$/;

/** Whether a value would say which option a word is: it may stand behind an option's name and never in it. */
function beginsOption(word: Word): boolean {
  const [first, second] = word;
  if (first === undefined || !('text' in first) || second === undefined) return false;
  return OPTION_BEGINS.test(first.text) || (first.text.startsWith('--') && !/[=:]/.test(first.text));
}

function urlTemplate(plain: string, scheme: string): Template {
  if (!HANDLER_SCHEMES.includes(scheme)) throw new TemplateError('SCHEME');
  const parts = partsOf(plain);
  if (!parts.every((part) => !('text' in part) || URL_TEXT.test(part.text))) throw new TemplateError('URL_CHARACTER');
  return { tag: 'url', parts };
}

/** Splits at blanks outside single and double quotes; no other character has a meaning. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const letter of line) {
    if (quote !== '') {
      if (letter === quote) quote = '';
      else word += letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (letter === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + letter;
  }
  if (quote !== '') throw new TemplateError('UNCLOSED_QUOTE');
  return word === undefined ? words : [...words, word];
}

function partsOf(word: string): Word {
  return word
    .split(/(\{[^{}]*\})/)
    .filter((piece) => piece !== '')
    .map((piece): Part => {
      if (!piece.startsWith('{')) {
        if (/[{}]/.test(piece)) throw new TemplateError('STRAY_BRACE');
        return { text: piece };
      }
      const placeholder = PLACEHOLDERS.find((name) => piece === `{${name}}`);
      if (placeholder === undefined) throw new TemplateError(piece.endsWith('}') ? 'UNKNOWN_PLACEHOLDER' : 'STRAY_BRACE');
      return { placeholder };
    });
}

/** Whether the template has the placeholder anywhere. */
export function takes(template: Template, placeholder: Placeholder): boolean {
  const words = template.tag === 'url' ? [template.parts] : template.words;
  return words.some((word) => word.some((part) => 'placeholder' in part && part.placeholder === placeholder));
}

/** What a launcher can be asked about before anything is known of the other side; for a URL its scheme decides. */
export function probeOf(template: Template): LaunchTarget {
  if (template.tag === 'program') return { tag: 'program', program: template.program, args: [] };
  const [first] = template.parts;
  const scheme = first !== undefined && 'text' in first ? SCHEME.exec(first.text)?.[1] : undefined;
  return { tag: 'url', url: `${scheme ?? ''}:192.0.2.7` };
}

/** The value of each placeholder; unknown ones are left out. */
export interface TemplateValues {
  readonly address?: string;
  readonly port?: number;
  readonly role: ActivityRole;
  readonly contact: string;
  readonly ownAddress: string;
  readonly ownPort?: number;
}

/** A log-in name that no program can take for an option, a path or a second word. */
const PLAIN_CONTACT = /^[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9][A-Za-z0-9.-]*$/;

/**
 * Fills the placeholders, each value checked by its kind. Throws ActivityError BAD_ADDRESS, NO_PORT, BAD_CONTACT.
 * A value never adds or removes a word, and no word begins with a value that begins with a dash.
 */
export function fillTemplate(template: Template, values: TemplateValues): LaunchTarget {
  const host = (address: string | undefined, bracketed: boolean): string => {
    if (address === undefined || !isDialHost(address)) throw new ActivityError('BAD_ADDRESS', 'no usable address');
    return bracketed && address.includes(':') ? `[${address}]` : address;
  };
  const port = (number: number | undefined): string => {
    if (number === undefined || !Number.isInteger(number) || number < 1 || number > 65_535) throw new ActivityError('NO_PORT', 'no port');
    return String(number);
  };
  const value = (placeholder: Placeholder, bracketed: boolean): string => {
    switch (placeholder) {
      case 'address':
        return host(values.address, bracketed);
      case 'ownAddress':
        return host(values.ownAddress, bracketed);
      case 'port':
        return port(values.port);
      case 'ownPort':
        return port(values.ownPort);
      case 'role':
        return values.role;
      case 'contact':
        if (!PLAIN_CONTACT.test(values.contact)) throw new ActivityError('BAD_CONTACT', 'not a plain log-in name');
        return values.contact;
    }
  };
  const fill = (word: Word, isUrl: boolean): string =>
    word
      .map((part, index) => {
        if ('text' in part) return part.text;
        const next = word[index + 1];
        return value(part.placeholder, isUrl || (next !== undefined && 'text' in next && next.text.startsWith(':')));
      })
      .join('');
  if (template.tag === 'url') return { tag: 'url', url: fill(template.parts, true) };
  return { tag: 'program', program: template.program, args: template.words.map((word) => fill(word, false)) };
}

/** Whether a finished URL may be handed to the system: an allowed scheme, and nothing that a handler could take for more than an address. */
export function isHandlerUrl(url: string): boolean {
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  return (
    scheme !== undefined &&
    HANDLER_SCHEMES.includes(scheme) &&
    url.length <= LINE_LIMIT &&
    /^[^:]+:[A-Za-z0-9:/?#@!$&()*+,;=._~%[\]-]+$/.test(url)
  );
}

/** The lines of activities for which the person has chosen nothing. */
const DEFAULT_LINES: Readonly<Partial<Record<ActivityKind, string>>> = {
  voice: 'sip:{address}:{port}',
  video: 'sip:{address}:{port}',
  netMeeting: 'callto:{address}',
};

/** The line that an activity runs, or undefined where none is registered. */
export function lineOf(kind: ActivityKind, choice: ProgramChoice = { use: 'default' }): string | undefined {
  switch (choice.use) {
    case 'default':
      return DEFAULT_LINES[kind];
    case 'none':
      return undefined;
    case 'own':
      return choice.line;
  }
}

/** {@link lineOf} with its parsed template; undefined for an invalid line as well. */
export function templateOf(
  kind: ActivityKind,
  choice: ProgramChoice | undefined,
): { readonly line: string; readonly template: Template } | undefined {
  const line = lineOf(kind, choice);
  if (line === undefined) return undefined;
  try {
    return { line, template: parseTemplate(line) };
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}
