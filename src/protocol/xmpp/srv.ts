/* Where a domain's servers are: SRV records (RFC 2782), those of direct TLS among the others (XEP-0368). */

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/**
 * In the order in which they are to be tried: by priority, and among equals by chance according to their weights.
 * @param random 0 ≤ x < 1
 */
export function inOrder<R extends SrvRecord>(records: readonly R[], random: () => number): readonly R[] {
  const ordered: R[] = [];
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  for (const priority of priorities) {
    // Those without a weight come first, so that they are drawn only when the number is 0 or nobody else is left.
    const left = records.filter((record) => record.priority === priority).sort((a, b) => a.weight - b.weight);
    while (left.length > 0) {
      const whole = left.reduce((sum, { weight }) => sum + weight, 0);
      const drawn = Math.floor(random() * (whole + 1));
      let sum = 0;
      const found = left.findIndex(({ weight }) => (sum += weight) >= drawn);
      ordered.push(...left.splice(Math.max(0, found), 1));
    }
  }
  return ordered;
}

/** A single record that names the root says that there is no such service (RFC 2782). */
export const saysNone = (records: readonly SrvRecord[]): boolean =>
  records.length > 0 && records.every(({ name }) => name === '' || name === '.');
