import { availableParallelism } from 'node:os';
import type { FilmEncoders } from '../../../../protocol/rdp/graphics/film/contract.ts';

/** Rejects with a FilmEncoderError where the system has no library that can be used. */
export async function startOpenH264(): Promise<FilmEncoders> {
  // Loaded only where there is a film.
  const [{ loadOpenH264 }, { OpenH264FilmEncoders }] = await Promise.all([import('./library.ts'), import('./openh264-film-encoders.ts')]);
  return new OpenH264FilmEncoders(loadOpenH264(), { processors: availableParallelism(), nowMs: () => performance.now() });
}
