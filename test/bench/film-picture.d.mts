/** The number in a picture: how many blocks, the lowest bit first, and their side in pixels. */
export const STAMP: { readonly bits: number; readonly block: number };
export function filmLength(width: number, height: number): number;
export function filmPicture(n: number, width: number, height: number): Buffer;
