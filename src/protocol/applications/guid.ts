/** GUIDs are compared without case, and braces are optional (the webcam's has none). */
export function sameGuid(a: string, b: string): boolean {
  const plain = (guid: string): string => guid.replaceAll(/[{}]/g, '').toLowerCase();
  return plain(a) === plain(b);
}
