/** Whether the sound of the novice's computer is to be heard: it cannot be, the novice has not allowed it, or they have. */
export const SOUND_STATES = ['unavailable', 'off', 'on'] as const;

/**
 * What there is to say about it. Unavailable: `noProgram`, nothing on the novice's computer records what it plays; `notHere`, nothing can on such a
 * system; `otherProgram`, the expert's program plays none. Off: `failed`, it has ended by itself; `refused`, the novice's system does not let it be
 * recorded. On: `thinLine`, the line has no room for it now.
 */
export const SOUND_REASONS = ['noProgram', 'notHere', 'otherProgram', 'failed', 'thinLine', 'refused'] as const;

export type SoundReason = (typeof SOUND_REASONS)[number];

export interface SoundState {
  readonly state: (typeof SOUND_STATES)[number];
  readonly why?: SoundReason;
}
