import { ProtocolError } from '../bytes/errors.ts';
import type { MappingServiceType } from './device-description.ts';
import type { SoapAction } from './soap.ts';

/** UPnP-IGD WANIPConnection section 2.4 and WANIPConnection:2 section 2.5: errors that another wish may avoid. */
export const IGD_FAULT = {
  invalidAction: 401,
  notAuthorized: 606,
  noSuchEntry: 714,
  conflict: 718,
  samePortRequired: 724,
  permanentOnly: 725,
  remoteHostWildcard: 726,
  noPortsAvailable: 728,
  conflictElsewhere: 729,
} as const;

/** How the mapping is called in the router's list, for whoever looks there. */
export const MAPPING_DESCRIPTION = 'Ringback';

export interface IgdMapping {
  readonly externalPort: number;
  readonly internalPort: number;
  readonly internalAddress: string;
  /** Seconds; 0 until it is taken back. */
  readonly lifetime: number;
}

export function externalAddressAction(service: MappingServiceType): SoapAction {
  return { service, name: 'GetExternalIPAddress', arguments: [] };
}

/** `any`: AddAnyPortMapping of the second version, which takes another port where the wished one is taken. */
export function mapAction(service: MappingServiceType, mapping: IgdMapping, any = false): SoapAction {
  return {
    service,
    name: any ? 'AddAnyPortMapping' : 'AddPortMapping',
    arguments: [
      ['NewRemoteHost', ''],
      ['NewExternalPort', String(mapping.externalPort)],
      ['NewProtocol', 'TCP'],
      ['NewInternalPort', String(mapping.internalPort)],
      ['NewInternalClient', mapping.internalAddress],
      ['NewEnabled', '1'],
      ['NewPortMappingDescription', MAPPING_DESCRIPTION],
      ['NewLeaseDuration', String(mapping.lifetime)],
    ],
  };
}

export function unmapAction(service: MappingServiceType, externalPort: number): SoapAction {
  return { service, name: 'DeletePortMapping', arguments: entry(externalPort) };
}

/** Whose a mapping is: asked before one is deleted that an earlier run has left. */
export function mappingAction(service: MappingServiceType, externalPort: number): SoapAction {
  return { service, name: 'GetSpecificPortMappingEntry', arguments: entry(externalPort) };
}

function entry(externalPort: number): SoapAction['arguments'] {
  return [
    ['NewRemoteHost', ''],
    ['NewExternalPort', String(externalPort)],
    ['NewProtocol', 'TCP'],
  ];
}

/** The port of an answer to AddAnyPortMapping. Throws ProtocolError OUT_OF_RANGE. */
export function reservedPort(values: ReadonlyMap<string, string>): number {
  const text = values.get('NewReservedPort') ?? '';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 0xffff) throw new ProtocolError('OUT_OF_RANGE', 'SOAP.NewReservedPort', '1..65535', text.slice(0, 8));
  return port;
}
