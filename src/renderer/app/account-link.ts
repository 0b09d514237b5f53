/* An account as one line that a person passes on and the other program takes whole. */
import type { TypedAccount } from '../../preload/contract.ts';

interface LinkedAccount {
  readonly server: string;
  readonly address: string;
  readonly friendlyName: string;
  readonly accessToken: string;
}

const FIELDS = ['server', 'address', 'friendlyName', 'accessToken'] as const;
/** No field is longer than what an account may have; a message around the line may be. */
const MAX_LINK = 4_000;

/** `ringback:msnp?server=…&address=…`: nothing in it breaks a line, and a mail program leaves it in one piece. */
export function accountLink(account: LinkedAccount): string {
  return `ringback:msnp?${new URLSearchParams(FIELDS.map((name) => [name, account[name]])).toString()}`;
}

/** The account that the first link in a text names, whatever stands around it; undefined where there is none, or one with a field missing. */
export function accountInText(text: string): TypedAccount | undefined {
  const query = /ringback:msnp\?([^\s<>"]+)/i.exec(text)?.[1];
  if (query === undefined || query.length > MAX_LINK) return undefined;
  const fields = new URLSearchParams(query);
  const [server, address, friendlyName, accessToken] = FIELDS.map((name) => fields.get(name)?.trim());
  if (!server || !address || !friendlyName || !accessToken) return undefined;
  return { transport: 'msnp', server, address, friendlyName, accessToken };
}
