import * as z from 'zod';
import { openStoredFile, type StoredFile } from './stored-file.ts';

/** Strict: whoever has one of these becomes a contact. Of the token there is only its SHA-256, as hex. */
const contactLinksSchema = z.strictObject({
  version: z.literal(1),
  links: z
    .array(
      z.strictObject({
        own: z.string().min(3).max(1_023),
        hash: z.string().regex(/^[0-9a-f]{64}$/),
        expiresAtMs: z.number(),
      }),
    )
    .max(64),
});

export type ContactLinksStore = StoredFile<z.infer<typeof contactLinksSchema>>;

/** Opens `contact-links.json`: the links that were given out and that nobody has used yet. */
export function openContactLinks(path: string): Promise<ContactLinksStore> {
  return openStoredFile<z.infer<typeof contactLinksSchema>>(path, contactLinksSchema, { version: 1, links: [] });
}
