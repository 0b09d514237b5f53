/*
 * Where the kernels keep what lasts for one call: fixed places below `--memoryBase` (see scripts/kernels.ts), where no zeros need to be part of
 * the binary. Nothing there outlives a call, so every kernel may have the same bytes.
 */

export const SCRATCH: usize = 1024;
export const SCRATCH_END: usize = 16_384;
