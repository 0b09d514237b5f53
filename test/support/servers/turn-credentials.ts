import { createHmac } from 'node:crypto';
import { systemClock } from '../../../src/main/clock.ts';

const GOOD_FOR_S = 3_600;

/** A name and a password as XEP-0215 hands them out: good for an hour, and signed with the secret that the TURN servers have. */
export function turnCredentials(secret: string): { readonly username: string; readonly credential: string } {
  const username = `${Math.floor(systemClock.now() / 1_000) + GOOD_FOR_S}:somebody`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
