import { parseArgs } from 'node:util';

/** An option that takes a whole number. */
export interface NumberOption {
  readonly otherwise: number;
  readonly low: number;
  readonly high: number;
  /** What is so many, for whoever asks. */
  readonly what: string;
}

/** What was typed is none of the options, or beyond what one takes. The message is for whoever typed it. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly code: 'UNKNOWN' | 'OUT_OF_RANGE';
  constructor(code: OptionError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

type Options<Name extends string> = Readonly<Record<Name, NumberOption>>;

/** The numbers that a benchmark takes, by the names of their options; undefined where its usage is asked for. Throws OptionError. */
export function readNumbers<Name extends string>(
  args: readonly string[],
  options: Options<Name>,
  flags: readonly string[] = [],
): Readonly<Record<Name, number>> | undefined {
  const names = Object.keys(options) as Name[];
  const known = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' as const }]),
    ...['help', ...flags].map((flag) => [flag, { type: 'boolean' as const }]),
  ]);
  const typed = (): Readonly<Record<string, unknown>> => {
    try {
      return parseArgs({ args: [...args], options: known }).values;
    } catch (error) {
      throw new OptionError('UNKNOWN', error instanceof Error ? error.message : String(error));
    }
  };
  const values = typed();
  if (values['help'] === true) return undefined;
  return Object.fromEntries(
    names.map((name) => {
      const { low, high, otherwise } = options[name];
      const number = values[name] === undefined ? otherwise : Number(values[name]);
      if (!(Number.isInteger(number) && number >= low && number <= high))
        throw new OptionError('OUT_OF_RANGE', `--${name} takes a whole number from ${low} to ${high}`);
      return [name, number];
    }),
  ) as Record<Name, number>;
}

export function usageOf<Name extends string>(command: string, options: Options<Name>, more: readonly string[] = []): string {
  const lines = (Object.entries(options) as [Name, NumberOption][]).map(
    ([name, { what, low, high, otherwise }]) => `  --${`${name} N`.padEnd(16)} ${what}: ${low} to ${high}, ${otherwise} when left out`,
  );
  return [`Usage: ${command} [options]`, ...lines, ...more.map((line) => `  ${line}`), `  --${'help'.padEnd(16)} this`].join('\n');
}

/** As `readNumbers` of what was typed; says what it was asked, or what is wrong, and ends the process where there is nothing to measure. */
export function numbersTyped<Name extends string>(
  command: string,
  options: Options<Name>,
  { flags = [], more = [] }: { readonly flags?: readonly string[]; readonly more?: readonly string[] } = {},
): Readonly<Record<Name, number>> {
  const usage = usageOf(command, options, more);
  try {
    const numbers = readNumbers(process.argv.slice(2), options, flags);
    if (numbers !== undefined) return numbers;
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    process.exit(2);
  }
}
