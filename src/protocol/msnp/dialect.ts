/** MSNP versions we speak. 2 and 3 differ from 4 in nothing that we use. */
export type Dialect = 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Dialects with MD5 log-in, highest first. */
export const MD5_DIALECTS: readonly Dialect[] = [7, 6, 5, 4, 3, 2];

/** Log-in by ticket (TWN) instead of MD5, and lists that say of each person on which they are. */
export const TICKETS_SINCE: Dialect = 8;

/** What a server speaks. */
export const DIALECTS: readonly Dialect[] = [TICKETS_SINCE, ...MD5_DIALECTS];

/** Offered beside the dialects; a real client gives up when a server that was offered it does not list it. */
const CLIENT_VERSION_PROTOCOL = 'CVR0';

export function dialectName(dialect: Dialect): string {
  return `MSNP${dialect}`;
}

/** Arguments of a client's VER. */
export function offer(dialects: readonly Dialect[]): readonly string[] {
  return [...dialects.map(dialectName), CLIENT_VERSION_PROTOCOL];
}

/** The dialect to speak, and the arguments of VER's answer: the intersection highest first, `CVR0` if offered, `0` if there is no common one. */
export function negotiate(
  offered: readonly string[],
  supported: readonly Dialect[],
): { readonly dialect?: Dialect; readonly answer: readonly string[] } {
  const names = new Set(offered.map((name) => name.toUpperCase()));
  const common = supported.filter((dialect) => names.has(dialectName(dialect))).sort((a, b) => b - a);
  const dialect = common[0];
  if (dialect === undefined) return { answer: ['0'] };
  return { dialect, answer: [...common.map(dialectName), ...(names.has(CLIENT_VERSION_PROTOCOL) ? [CLIENT_VERSION_PROTOCOL] : [])] };
}
