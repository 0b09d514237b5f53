/** CHG, ILN and NLN states; `HDN` is seen by others as offline. */
const PRESENCE_CODES = ['NLN', 'BSY', 'IDL', 'BRB', 'AWY', 'PHN', 'LUN', 'HDN', 'FLN'] as const;
export type PresenceCode = (typeof PRESENCE_CODES)[number];

/** Unknown codes give nothing. */
export function parsePresence(text: string | undefined): PresenceCode | undefined {
  const upper = text?.toUpperCase();
  return PRESENCE_CODES.find((code) => code === upper);
}

export function isVisible(code: PresenceCode): boolean {
  return code !== 'HDN' && code !== 'FLN';
}
