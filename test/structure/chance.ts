/* What makes a test depend on chance: the hour, the zone, the locale, the machine's name, how long something takes, what else is on a page. */
import { parseSync } from 'vite';

/** A place in a file where a test depends on chance, for a person to read. */
export interface Finding {
  readonly rule: Rule;
  readonly line: number;
  readonly code: string;
}

export type Rule =
  /** A wait for a fixed time. It is too short on a busy machine and too long on every other. */
  | 'fixed sleep'
  /** The calendar: `performance.now()` measures, and a moment is a constant or comes from a clock of the test's own. */
  | 'present time'
  /** A moment as the machine's time zone shows it. (One that is made from local numbers and shown in local time is the same everywhere.) */
  | 'local time'
  /** Text as the machine's locale writes, orders or folds it. */
  | 'locale'
  /** Who and where the machine is. */
  | 'machine'
  /** Part of a text on a page: it is in other texts too, and in none of them when two elements meet ("line 1" and "21:28" hold "line 12"). */
  | 'part of a text';

/** An ESTree node; what a rule reads of it is checked where it is read. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

const LOCAL_TIME = new Set([
  'getFullYear',
  'getMonth',
  'getDate',
  'getDay',
  'getHours',
  'getMinutes',
  'getTimezoneOffset',
  'setFullYear',
  'setMonth',
  'setDate',
  'setHours',
  'setMinutes',
  'toDateString',
  'toTimeString',
]);
/** With the place of the argument that names the locale. */
const IN_A_LOCALE: ReadonlyMap<string, number> = new Map([
  ['localeCompare', 1],
  ['toLocaleString', 0],
  ['toLocaleDateString', 0],
  ['toLocaleTimeString', 0],
  ['toLocaleUpperCase', 0],
  ['toLocaleLowerCase', 0],
]);
const MACHINE = new Set(['hostname', 'userInfo', 'homedir']);
const SURROUNDINGS = new Set(['TZ', 'LANG', 'LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'USER', 'LOGNAME', 'HOME', 'HOSTNAME']);
const BY_TEXT = new Set(['getByText', 'getByLabel', 'getByPlaceholder', 'getByTitle', 'getByAltText']);

/** Everything in one file that depends on chance. `pages` when its texts are looked for by Playwright, which takes part of one for the whole. */
export function dependsOnChance(file: string, text: string, { pages }: { readonly pages: boolean }): Finding[] {
  const findings: Finding[] = [];
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  // Then `Date` is the test's own.
  const ownDate = /vi\.(useFakeTimers|setSystemTime)\(/.test(text);
  const found = (rule: Rule, node: Node): void => {
    const line = text.slice(0, node.start).split('\n').length;
    findings.push({ rule, line, code: text.slice(node.start, node.end).split('\n')[0] ?? '' });
  };

  const visit = (node: Node, resolvers: ReadonlySet<string>): void => {
    const inner = new Set(resolvers);
    if (isNew(node, 'Promise')) for (const name of parameters(args(node)[0])) inner.add(name);
    if (waits(node, inner)) found('fixed sleep', node);
    if (isNew(node, 'Date') && args(node).length === 0 && !ownDate) found('present time', node);
    if (isCall(node, 'Date', 'now') && !ownDate) found('present time', node);
    const method = methodOf(node);
    if (method !== undefined) {
      if (LOCAL_TIME.has(method)) found('local time', node);
      const place = IN_A_LOCALE.get(method);
      if (place !== undefined && !isText(args(node)[place])) found('locale', node);
      if (pages && BY_TEXT.has(method) && !wholeText(args(node)[0], args(node)[1])) found('part of a text', node);
      if (pages && method === 'getByRole' && !wholeText(property(args(node)[1], 'name'), args(node)[1])) found('part of a text', node);
    }
    if (pages && node.type === 'Property' && keyOf(node) === 'hasText' && !wholeText(asNode(node['value']), undefined))
      found('part of a text', node);
    const formatter = intl(node);
    if (formatter !== undefined) {
      const [locale, options] = args(node);
      if (!isText(locale)) found('locale', node);
      else if (formatter === 'DateTimeFormat' && property(options, 'timeZone') === undefined) found('local time', node);
    }
    if (node.type === 'ImportSpecifier' && MACHINE.has(nameOf(node['imported']) ?? '')) found('machine', node);
    if (readsSurroundings(node, text)) found('machine', node);
    for (const child of children(node)) visit(child, inner);
  };
  visit(program as unknown as Node, new Set());
  return findings;
}

/** `setTimeout(resolve, 20)`, `systemClock.after(20, resolve)`, also through a function that only calls it; sleeps by name. */
function waits(node: Node, resolvers: ReadonlySet<string>): boolean {
  if (node.type === 'ImportDeclaration') return /^(node:)?timers\/promises$/.test(String(asNode(node['source'])?.['value']));
  if (isCall(node, 'Atomics', 'wait')) return true;
  const called = methodOf(node) ?? (node.type === 'CallExpression' ? nameOf(node['callee']) : undefined);
  if (called === 'waitForTimeout') return true;
  if (called !== 'setTimeout' && !isCall(node, 'systemClock', 'after')) return false;
  return args(node).some((argument) => onlyCalls(argument, resolvers));
}

function onlyCalls(node: Node | undefined, names: ReadonlySet<string>): boolean {
  if (node === undefined) return false;
  if (node.type === 'Identifier') return names.has(nameOf(node) ?? '');
  if (node.type === 'ArrowFunctionExpression') return onlyCalls(asNode(node['body']), names);
  if (node.type === 'UnaryExpression') return onlyCalls(asNode(node['argument']), names);
  return node.type === 'CallExpression' && names.has(nameOf(node['callee']) ?? '');
}

/** A RegExp that says where the text begins or ends, or a text with `exact: true`; no name at all looks for none. */
function wholeText(wanted: Node | undefined, options: Node | undefined): boolean {
  if (wanted === undefined) return true;
  const pattern = asNode(wanted['regex']) ?? (isNew(wanted, 'RegExp') ? args(wanted)[0] : undefined);
  if (pattern !== undefined) return /\^|\$"|\$'|\$`|\$$|\\\\?b/.test(JSON.stringify(pattern));
  return property(options, 'exact')?.['value'] === true;
}

function readsSurroundings(node: Node, text: string): boolean {
  if (node.type !== 'MemberExpression') return false;
  const object = asNode(node['object']);
  if (object === undefined || text.slice(object.start, object.end) !== 'process.env') return false;
  const name = asNode(node['property']);
  const literal = name?.['value'];
  return SURROUNDINGS.has(typeof literal === 'string' ? literal : (nameOf(name) ?? ''));
}

/** `DateTimeFormat` for `new Intl.DateTimeFormat(…)` and `Intl.DateTimeFormat(…)`. */
function intl(node: Node): string | undefined {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  const callee = asNode(node['callee']);
  return nameOf(callee?.['object']) === 'Intl' ? nameOf(callee?.['property']) : undefined;
}

function isText(node: Node | undefined): boolean {
  return node !== undefined && nameOf(node) !== 'undefined';
}

function isNew(node: Node, name: string): boolean {
  return node.type === 'NewExpression' && nameOf(node['callee']) === name;
}

function isCall(node: Node, object: string, method: string): boolean {
  return methodOf(node) === method && nameOf(asNode(node['callee'])?.['object']) === object;
}

function methodOf(node: Node): string | undefined {
  const callee = node.type === 'CallExpression' ? asNode(node['callee']) : undefined;
  return callee?.type === 'MemberExpression' ? nameOf(callee['property']) : undefined;
}

function property(node: Node | undefined, name: string): Node | undefined {
  if (node?.type !== 'ObjectExpression') return undefined;
  const found = asNodes(node['properties']).find((member) => keyOf(member) === name);
  return asNode(found?.['value']);
}

const keyOf = (node: Node): string | undefined => nameOf(node['key']);
const args = (node: Node): readonly Node[] => asNodes(node['arguments']);
const parameters = (node: Node | undefined): string[] => asNodes(node?.['params']).flatMap((parameter) => nameOf(parameter) ?? []);
const nameOf = (value: unknown): string | undefined => {
  const name = asNode(value)?.['name'];
  return typeof name === 'string' ? name : undefined;
};
const asNodes = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.flatMap((one) => asNode(one) ?? []) : []);
const asNode = (value: unknown): Node | undefined => (typeof value === 'object' && value !== null ? (value as Node) : undefined);

function children(node: Node): Node[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? asNodes(value) : (asNode(value) ?? [])))
    .filter(({ type }) => typeof type === 'string');
}
