/* What there is to see of a test that fails: every display, and every app on it, that runs then. */

/** Something that can be kept in a file. */
export interface Witness {
  /** Ends the name of the file, with its type. */
  readonly file: string;
  /** Its last words, printed at once; a file may be out of reach. */
  readonly lastWords?: () => string;
  save(path: string): Promise<void>;
}

const witnesses = new Set<Witness>();

/** From now until the returned function is called. */
export function isWitness(witness: Witness): () => void {
  witnesses.add(witness);
  return () => witnesses.delete(witness);
}

/** Saves everything; a witness that is just going away is left out. Gives what was saved, by path. */
export async function keepEvidence(begin: string): Promise<ReadonlyMap<string, Witness>> {
  const kept = new Map<string, Witness>();
  for (const witness of witnesses) {
    const path = `${begin}-${witness.file}`;
    const saved = await witness.save(path).then(
      () => true,
      () => false,
    );
    if (saved) kept.set(path, witness);
  }
  return kept;
}
