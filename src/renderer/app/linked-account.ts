import { AccountLinkError, readAccountLink } from '../../protocol/msnp/account-link.ts';
import type { TypedAccount } from '../../preload/contract.ts';
import { problemText } from './problem.ts';

/** The account of the first link in a text, as a form is filled with it. Throws AccountLinkError. */
export const linkedAccount = (text: string): TypedAccount => ({ transport: 'msnp', ...readAccountLink(text) });

/** Why there is none, in words. */
export function linkProblem(error: unknown): string {
  if (!(error instanceof AccountLinkError)) throw error;
  return problemText({ code: `LINK_${error.code}` });
}
