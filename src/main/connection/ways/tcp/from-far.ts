import { scopeOf } from '../../../../protocol/ip-address.ts';

/** Somebody in the world has called an address of the home: a router has let them in. */
export function isFromFar(local: string | undefined, remote: string | undefined): boolean {
  return scopeOf(local ?? '') === 'private' && scopeOf(remote ?? '') === 'global';
}
