import * as z from 'zod';
import type { HistoryEntry, Verification } from '../../protocol/assistance/status.ts';
import { transportName } from '../settings/transport-name.ts';

const time = z.number().int().min(0).max(8.64e15);

const verification = z.discriminatedUnion('tag', [
  z.looseObject({ tag: z.literal('met'), meetings: z.int().min(0) }),
  z.looseObject({ tag: z.enum(['code', 'password', 'unverified']) }),
]) satisfies z.ZodType<Verification>;

/** What is kept of a session while it runs. */
export const sessionSchema = z.looseObject({
  id: z.string().min(1).max(128),
  role: z.enum(['novice', 'expert']),
  /** Without a transport: somebody who came by a file, or an entry from when there was one transport. */
  peer: z.looseObject({
    transport: z.exactOptional(transportName),
    address: z.string().max(129),
    friendlyName: z.string().max(400),
    verification: z.exactOptional(verification),
    key: z.exactOptional(z.string().regex(/^[0-9a-f]{64}$/)),
  }),
  offered: z.exactOptional(z.literal(true)),
  startedAtMs: time,
  connectedAtMs: z.exactOptional(time),
  connectedBy: z.exactOptional(z.string().min(1).max(64)),
  address: z.exactOptional(z.string().max(300)),
});

/** What an entry has to have. Ways, reasons and fields that a later version added are kept as they are. */
export const entrySchema = sessionSchema.extend({
  endedAtMs: time,
  viewed: z.boolean(),
  controlled: z.boolean(),
  grants: z.exactOptional(z.array(z.looseObject({ fromMs: time, toMs: z.exactOptional(time) }))),
  found: z.exactOptional(z.number().int().min(1)),
  times: z.exactOptional(z.number().int().min(2)),
  reason: z.string().min(1).max(64),
  answeredOn: z.exactOptional(z.string().max(128)),
}) satisfies z.ZodType<HistoryEntry>;

/** A session that runs, as the record has it. */
export type RunningEntry = Omit<HistoryEntry, 'endedAtMs' | 'viewed' | 'controlled' | 'reason' | 'grants' | 'found' | 'times'>;
