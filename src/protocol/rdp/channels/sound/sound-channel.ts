import type { ChannelOptions } from '../contract.ts';

/** [MS-RDPEA] 2.1: the static virtual channel that a server's sound is played by. */
export const SOUND_CHANNEL = 'rdpsnd';

/** Small blocks whose worth is gone when they are late: they wait for no picture. How much is sent at all is decided by whoever sends. */
export const SOUND_OPTIONS: ChannelOptions = { kind: 'static', urgency: 'control', maxMessageBytes: 66 * 1024 };
