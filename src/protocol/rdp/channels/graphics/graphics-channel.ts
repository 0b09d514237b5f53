import type { ChannelOptions } from '../contract.ts';

/** [MS-RDPEGFX] 2.1 the dynamic channel that carries the picture. */
export const GRAPHICS_CHANNEL = 'Microsoft::Windows::RDS::Graphics';

/** A frame of noise is cut into segments; one picture of a film in H.264 is not, and no codec makes more of the largest desktop. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

export const GRAPHICS_OPTIONS: ChannelOptions = { kind: 'dynamic', urgency: 'picture', maxMessageBytes: MAX_MESSAGE_BYTES };
