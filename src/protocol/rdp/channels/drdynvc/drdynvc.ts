import type { ChannelOptions } from '../contract.ts';

/** [MS-RDPEDYC] 2.1 the static channel that carries the dynamic ones. */
export const DRDYNVC = 'drdynvc';
/** Version 3 has compressed data, which nothing here decompresses. */
export const DRDYNVC_VERSION = 2;

/** CHANNEL_OPTION_COMPRESS_RDP, as Windows clients ask for it. */
const COMPRESS_RDP = 0x0080_0000;

export const DRDYNVC_OPTIONS: ChannelOptions = { kind: 'static', urgency: 'control', flags: COMPRESS_RDP };
