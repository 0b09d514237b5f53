/** Longest log-in name. */
const ADDRESS_LIMIT = 129;

/** The address in lower case, or nothing where it is not `name@host` in plain ASCII. */
export function normaliseAddress(text: string): string | undefined {
  const address = text.toLowerCase();
  return address.length <= ADDRESS_LIMIT && /^[a-z0-9._+-]+@[a-z0-9.-]+$/.test(address) ? address : undefined;
}
