/* What the page may send. It is a renderer that reads what strangers sent, so its messages are never trusted: lengths are bounded before anything is looked at. */
import * as z from 'zod';
import { ProtocolError } from '../../../../protocol/bytes/errors.ts';
import { type FromIcePage, MAX_CHUNK_BYTES } from '../../../../protocol/ice/page-messages.ts';

const MAX_SDP_CHARS = 16_384;
const MAX_LINE_CHARS = 512;
const MAX_TEXT_CHARS = 500;
const MAX_SENT_BYTES = 16 * 1024 * 1024;

/** Not empty: what carries nothing would come for nothing. */
const bytes = z
  .instanceof(Uint8Array)
  .refine(({ length }) => length > 0 && length <= MAX_CHUNK_BYTES, { error: `1 to ${MAX_CHUNK_BYTES} bytes` });
const line = z.union([z.string().max(MAX_LINE_CHARS), z.undefined()]);
const end = z.strictObject({ kind: z.string().max(16), address: z.string().max(64), port: z.int().min(0).max(0xffff) });

const fromIcePage = z.discriminatedUnion('tag', [
  z.strictObject({ tag: z.literal('local'), sdp: z.string().max(MAX_SDP_CHARS) }),
  z.strictObject({ tag: z.literal('candidate'), line }),
  z.strictObject({ tag: z.literal('open') }),
  z.strictObject({ tag: z.literal('pair'), local: end, remote: end }),
  z.strictObject({ tag: z.literal('data'), bytes }),
  z.strictObject({ tag: z.literal('control'), bytes }),
  z.strictObject({ tag: z.literal('sent'), bytes: z.int().min(1).max(MAX_SENT_BYTES) }),
  z.strictObject({ tag: z.literal('failed'), why: z.string().max(MAX_TEXT_CHARS) }),
]) satisfies z.ZodType<FromIcePage>;

/**
 * Parses one message of the page.
 * @throws ProtocolError MALFORMED with the field for anything else
 */
export function parseFromIcePage(value: unknown): FromIcePage {
  const parsed = fromIcePage.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // What came is not shown: it may be anything, and of any length.
  throw new ProtocolError(
    'MALFORMED',
    `icePage.${issue?.path.map(String).join('.') ?? ''}`,
    'a message of the page',
    issue?.code ?? 'none',
  );
}
