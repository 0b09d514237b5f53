/** The numeric answers we send or tell apart, by their meaning. */
export const MSNP_ERROR = {
  syntax: 200,
  invalidParameter: 201,
  noSuchUser: 205,
  invalidUserName: 208,
  invalidFriendlyName: 209,
  listFull: 210,
  alreadyThere: 215,
  notThere: 216,
  notOnline: 217,
  onOppositeList: 219,
  noSuchGroup: 224,
  groupNotEmpty: 226,
  tooManyGroups: 223,
  groupZero: 230,
  notSignedIn: 302,
  internal: 500,
  disabled: 502,
  challengeFailed: 540,
  tooFast: 800,
  authenticationFailed: 911,
  notWhileHidden: 913,
} as const;

export type MsnpErrorCode = (typeof MSNP_ERROR)[keyof typeof MSNP_ERROR];

/** A command that is an error: its number and the transaction it answers. */
export function readError(name: string, args: readonly string[]): { readonly code: number; readonly transactionId: string } | undefined {
  return /^\d{3}$/.test(name) ? { code: Number(name), transactionId: args[0] ?? '' } : undefined;
}
