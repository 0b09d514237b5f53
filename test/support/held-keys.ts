import { connectX11, reply } from '../../src/main/desktop/x11/x11-connection.ts';

/** How many keys are down on a display, by the X server's own account (X11 protocol, QueryKeymap). */
export async function heldKeys(display: string): Promise<number> {
  const x = await connectX11({ display }, false);
  try {
    const keys = await reply<Uint8Array>((done) => x.client.QueryKeymap(done));
    return keys.reduce((sum, bits) => sum + bits.toString(2).replaceAll('0', '').length, 0);
  } finally {
    x.close();
  }
}
