const HOSTED_DOMAIN = 'ringback.local';
const MAX_LOCAL_LENGTH = 40;

/** A messenger address made from a person's name: `Änne Müller` becomes `anne.muller@ringback.local`. `fallback` where no letter is left. */
export function addressFor(name: string, fallback: string): string {
  return `${localPart(name, fallback)}@${HOSTED_DOMAIN}`;
}

/** As `addressFor`, with a number behind the name when the address is taken. */
export function freeAddressFor(name: string, fallback: string, taken: readonly string[]): string {
  const local = localPart(name, fallback);
  let address = `${local}@${HOSTED_DOMAIN}`;
  for (let number = 2; taken.includes(address); number += 1) address = `${local}${number}@${HOSTED_DOMAIN}`;
  return address;
}

function localPart(name: string, fallback: string): string {
  const local = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
    .slice(0, MAX_LOCAL_LENGTH)
    .replace(/^\.+|\.+$/g, '');
  return local === '' ? fallback : local;
}
