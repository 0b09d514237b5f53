import type { AccountField } from '../../facts/accounts.ts';
import { isWordKey, t } from '../../words/words.ts';
import type { CommandResult } from '../../preload/commands.ts';

/** Why a command was refused, as the windows keep it: the code, and the field it is about. */
export interface Problem {
  readonly code: string;
  readonly field?: string;
  /** Whose computer carries this person's messages, where that is known. */
  readonly carrier?: string;
}

/** How things stand with what a person does at one place on the screen. */
export interface ActionState {
  /** Being done. */
  readonly pending: boolean;
  /** Why the last try was refused. */
  readonly problem: Problem | undefined;
}

export function problemOf(result: CommandResult<unknown>): Problem | undefined {
  if (result.ok) return undefined;
  return result.field === undefined ? { code: result.code } : { code: result.code, field: result.field };
}

/**
 * A refusal as it is said about an account with these fields: a password that is no token is called one, and where an authority of the server's own can be named
 * that is what to do about a server that could not prove who it is.
 */
export function problemOfAccount(problem: Problem, fields: readonly AccountField[], values: Readonly<Record<string, string>>): Problem {
  const secret = fields.find(({ kind }) => kind === 'secret')?.name;
  const has = (field: string): boolean => fields.some(({ name }) => name === field);
  if (problem.code === 'WRONG_CREDENTIALS' && secret === 'password') return { ...problem, code: 'WRONG_PASSWORD', field: secret };
  if (problem.code === 'WRONG_KEY' && has('authority')) return { ...problem, code: 'SERVER_NOT_PROVED', field: 'authority' };
  // Who has typed no server reads nothing wrong beside the empty field.
  const findsServer = fields.some(({ name, optional }) => name === 'server' && optional === true) && (values['server'] ?? '') === '';
  if (problem.code === 'UNREACHABLE' && findsServer) return { ...problem, code: 'NO_SERVER_THERE', field: 'address' };
  return problem;
}

/** Nobody answers at the address of the messenger. */
const NOT_THERE: readonly string[] = ['UNREACHABLE', 'TIMEOUT'];

/** The sentence for a refusal, none without one. A wrong argument is explained by its field, anything without words of its own as an internal error. */
export function problemText(problem: Problem): string;
export function problemText(problem: Problem | undefined): string | undefined;
export function problemText(problem: Problem | undefined): string | undefined {
  if (problem === undefined) return undefined;
  if (problem.code === 'INVALID_ARGUMENT' && problem.field !== undefined) {
    const fieldKey = `problem.field.${problem.field}`;
    if (isWordKey(fieldKey)) return t(fieldKey as 'problem.field.server');
  }
  if (problem.carrier !== undefined && NOT_THERE.includes(problem.code)) return t('problem.carrierUnreachable', { name: problem.carrier });
  const key = `problem.${problem.code}`;
  return isWordKey(key) ? t(key as 'problem.INTERNAL') : t('problem.INTERNAL');
}

/** The sentence when the problem belongs to `field`. A wrong password belongs to the access token, an unreachable server to the server. */
export function fieldProblem(problem: Problem | undefined, field: string): string | undefined {
  if (problem === undefined) return undefined;
  return fieldOf(problem) === field ? problemText(problem) : undefined;
}

/** The sentence when the problem belongs to none of `fields`. */
export function generalProblem(problem: Problem | undefined, fields: readonly string[] = []): string | undefined {
  if (problem === undefined) return undefined;
  const field = fieldOf(problem);
  return field !== undefined && fields.includes(field) ? undefined : problemText(problem);
}

function fieldOf(problem: Problem): string | undefined {
  if (problem.field !== undefined) return problem.field;
  // Nothing that was typed is wrong where somebody's computer is off.
  if (problem.carrier !== undefined && NOT_THERE.includes(problem.code)) return undefined;
  switch (problem.code) {
    case 'UNREACHABLE':
      return 'server';
    case 'WRONG_CREDENTIALS':
      return 'accessToken';
    case 'NO_SUCH_USER':
    case 'ALREADY_EXISTS':
      return 'address';
    case 'PORT_IN_USE':
      return 'port';
    default:
      return undefined;
  }
}
