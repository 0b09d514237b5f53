import * as z from 'zod';

/** The transport of files from before there were several: they do not name it. */
export const FIRST_TRANSPORT = 'msnp';

/** A transport's name in a file; it may be one that only a later version knows. */
export const transportName = z
  .string()
  .max(32)
  .regex(/^[a-z][a-z0-9-]*$/);
