import type { Asking, Mapping } from './contract.ts';
import { mapByNatPmp, mapByPcp, unmapByNatPmp, unmapByPcp } from './port-control.ts';
import { isStillOurs, mapOn, unmapByUpnp } from './upnp.ts';

/** The same mapping for `lifetime` seconds from now. Rejects as {@link Router.map}. */
export function renewed(mapping: Mapping, lifetime: number, asking: Asking): Promise<Mapping> {
  const { by, gateway, internalPort, externalPort, externalAddress } = mapping;
  const wish = { internalPort, externalPort, lifetime };
  switch (by.tag) {
    case 'pcp':
      return mapByPcp(gateway, wish, asking, { nonce: by.nonce, externalAddress });
    case 'natPmp':
      return mapByNatPmp(gateway, wish, asking);
    case 'upnp':
      return mapOn(by.service, externalAddress, gateway, wish, asking);
  }
}

/** Resolves when the router has been asked to delete it and has answered, whatever it says. Rejects with ConnectionError, ProtocolError, RouterError. */
export function unmap(mapping: Mapping, asking: Asking): Promise<void> {
  switch (mapping.by.tag) {
    case 'pcp':
      return unmapByPcp(mapping, mapping.by.nonce, asking);
    case 'natPmp':
      return unmapByNatPmp(mapping, asking);
    case 'upnp':
      return unmapByUpnp(mapping, mapping.by.service, asking);
  }
}

/** The same for what an earlier run has left: only where it is still that run's. PCP and NAT-PMP delete what is the asker's own and nothing else. */
export async function unmapLeft(mapping: Mapping, asking: Asking): Promise<void> {
  if (mapping.by.tag === 'upnp' && !(await isStillOurs(mapping, mapping.by.service, asking))) return;
  await unmap(mapping, asking);
}
