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

/** Letters that are no Latin letter with a mark, as they are mostly written in Latin. Other scripts get a number behind the fallback. */
const LATIN: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'а a б b в v г g д d е e ж zh з z и i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch ъ _ ы y ь _ э e ю yu я ya',
    'є ye і i ґ g ђ dj ј j љ lj њ nj ћ c џ dz',
    'α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o',
    'ß ss æ ae œ oe ø o ł l đ d þ th ð d ı i',
  ].flatMap((line) => line.match(/\S+ \S+/g)?.map((pair) => pair.split(' ')) ?? []),
);

function localPart(name: string, fallback: string): string {
  const local = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\p{L}/gu, (letter) => (LATIN[letter] ?? letter).replace('_', ''))
    .replace(/[^a-z0-9]+/g, '.')
    .slice(0, MAX_LOCAL_LENGTH)
    .replace(/^\.+|\.+$/g, '');
  return local === '' ? fallback : local;
}
