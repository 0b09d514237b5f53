import type { RandomBytes } from './random.ts';

const CODE_DIGITS = 6;
/** Wrong codes that either side takes before it gives up. */
export const CODE_TRIES = 3;

/** Six digits, each as likely as any other. */
export function makeCode(random: RandomBytes): string {
  let code = '';
  while (code.length < CODE_DIGITS) {
    const [value = 255] = random(1);
    if (value < 250) code += String(value % 10);
  }
  return code;
}

/** What a person typed or pasted, `428 117` as well as `428117`; undefined where it is not six digits. */
export function readCode(typed: string): string | undefined {
  const digits = typed.replaceAll(/[\s\p{Pd}.]/gu, '');
  return /^\d{6}$/.test(digits) ? digits : undefined;
}
