/* Shapes that arguments of several commands have. */
import * as z from 'zod';
import { TRANSPORTS } from '../../messenger/transports.ts';
import { ACTIVITY_KINDS } from '../../../protocol/applications/applications.ts';

export const oneLine = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u);

/** An e-mail-like log-in name. */
export const address = z
  .string()
  .max(129)
  .regex(/^[^\s@\p{Cc}\p{Cf}\p{Cs}%<>"]+@[^\s@\p{Cc}\p{Cf}\p{Cs}%<>"]+$/u)
  .toLowerCase();

export const friendlyName = oneLine(129).refine((name) => name.trim() !== '');

/** The name of a transport that is here. */
export const transport = z.enum(TRANSPORTS.map(({ name }) => name));

/** Somebody on a messenger. */
export const peer = z.strictObject({ transport, address });

/** Main's own name for an invitation, an activity or a notice. */
export const id = oneLine(128);

export const activityKind = z.enum(ACTIVITY_KINDS);
