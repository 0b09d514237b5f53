/** Lower-case hexadecimal MD5 of the UTF-8 text, from outside: this room has no digest of its own. */
export type Md5Hex = (text: string) => string;

/** Client products a server may challenge (CHL), with their keys. */
const PRODUCT_KEYS: Readonly<Record<string, string>> = {
  'msmsgs@msnmsgr.com': 'Q1P7W2E4J9R8U3S5',
  'PROD0038W!61ZTF9': 'VT6PX?UQTM4WM%YR',
};

export const PRODUCT_ID = 'msmsgs@msnmsgr.com';

/** MD5 log-in: the answer to `USR n MD5 S challenge`. */
export function loginResponse(md5Hex: Md5Hex, challenge: string, accessToken: string): string {
  return md5Hex(challenge + accessToken);
}

/** QRY's 32 bytes for a CHL; nothing for a product we do not know. */
export function challengeResponse(md5Hex: Md5Hex, challenge: string, productId: string): string | undefined {
  const key = PRODUCT_KEYS[productId];
  return key === undefined ? undefined : md5Hex(challenge + key);
}
