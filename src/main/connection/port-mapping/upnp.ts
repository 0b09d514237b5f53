import { randomInt } from 'node:crypto';
import { type MappingService, parseDeviceDescription } from '../../../protocol/port-mapping/device-description.ts';
import {
  externalAddressAction,
  IGD_FAULT,
  mapAction,
  mappingAction,
  MAPPING_DESCRIPTION,
  reservedPort,
  unmapAction,
} from '../../../protocol/port-mapping/igd.ts';
import { parseSoapAnswer, type SoapAction, type SoapAnswer, writeSoapAction } from '../../../protocol/port-mapping/soap.ts';
import type { HttpPlace } from '../../../protocol/port-mapping/ssdp.ts';
import { ConnectionError } from '../contract.ts';
import { type Asking, type Gateway, type Mapping, type MappingWish, type Router, RouterError } from './contract.ts';
import { exchangeByHttp } from './http-exchange.ts';
import { checkOutside } from './outside.ts';
import { searchByUpnp } from './upnp-search.ts';

const PORT_ATTEMPTS = 4;
/** Ports that a router may give where the wished one is taken; above those that have a meaning. */
const OTHER_PORTS = { from: 20_000, to: 60_000 } as const;

const OK = 200;
/** UPnP Device Architecture 2.0 section 3.2.2: a fault comes with it. */
const FAULT = 500;

/** The gateway, where it is a UPnP router. Rejects with ConnectionError SOCKET, DEADLINE where it is none, ABORTED. */
export async function findUpnp(gateway: Gateway, { clock, signal }: Asking): Promise<Router> {
  const enough = new AbortController();
  const asking = { clock, signal: AbortSignal.any([signal, enough.signal]) };
  try {
    return await new Promise<Router>((resolve, reject) => {
      const looking: Promise<void>[] = [];
      const searching = searchByUpnp(
        gateway,
        (place) => {
          const look = async (): Promise<void> => {
            try {
              const services = await servicesAt(place, gateway, asking);
              if (services.length > 0) resolve({ map: (wish, more) => mapByUpnp(gateway, services, wish, more) });
            } catch {
              // Nothing there that could be read: another place may have it.
            }
          };
          looking.push(look());
        },
        asking,
      );
      searching.then(() => Promise.allSettled(looking)).then(() => reject(new ConnectionError('DEADLINE', 'no UPnP router')), reject);
    });
  } finally {
    enough.abort();
  }
}

async function servicesAt(place: HttpPlace, { local }: Gateway, asking: Asking): Promise<readonly MappingService[]> {
  const { status, text } = await exchangeByHttp(place, { local }, asking);
  return status === OK ? parseDeviceDescription(text, place) : [];
}

/** On the first of the services that has an address outside. Rejects as {@link Router.map}, and with ProtocolError. */
async function mapByUpnp(gateway: Gateway, services: readonly MappingService[], wish: MappingWish, asking: Asking): Promise<Mapping> {
  let refusal: unknown = new RouterError('refused', 'no service');
  for (const service of services) {
    try {
      const outside = valuesOf(await act(service, externalAddressAction(service.type), gateway, asking)).get('NewExternalIPAddress') ?? '';
      checkOutside(outside);
      return await mapOn(service, outside, gateway, wish, asking);
    } catch (error) {
      if (error instanceof ConnectionError) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** With another port where the wished one is taken, for good where the router knows no other time. */
export async function mapOn(
  service: MappingService,
  externalAddress: string,
  gateway: Gateway,
  { internalPort, externalPort: wished, lifetime: wanted }: MappingWish,
  asking: Asking,
): Promise<Mapping> {
  // A first version knows no AddAnyPortMapping, and neither do some second ones.
  let any = service.type.endsWith('IPConnection:2');
  let externalPort = wished;
  let lifetime = wanted;
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt += 1) {
    const wish = { externalPort, internalPort, internalAddress: gateway.local, lifetime };
    const answer = await act(service, mapAction(service.type, wish, any), gateway, asking);
    if (answer.tag === 'done') {
      const port = any ? reservedPort(answer.values) : externalPort;
      return { by: { tag: 'upnp', service }, gateway, internalPort, externalPort: port, externalAddress, lifetime };
    }
    if (answer.code === IGD_FAULT.permanentOnly) lifetime = 0;
    else if (any && (answer.code === IGD_FAULT.invalidAction || answer.code === 602)) any = false;
    else if (answer.code === IGD_FAULT.conflict || answer.code === IGD_FAULT.conflictElsewhere)
      externalPort = randomInt(OTHER_PORTS.from, OTHER_PORTS.to);
    else throw new RouterError('refused', `UPnP error ${answer.code}`);
  }
  throw new RouterError('refused', 'every port is taken');
}

/** Resolves when the router has answered, whatever it says. Rejects with ConnectionError, ProtocolError. */
export async function unmapByUpnp({ gateway, externalPort }: Mapping, service: MappingService, asking: Asking): Promise<void> {
  await act(service, unmapAction(service.type, externalPort), gateway, asking);
}

/** Whether the router's mapping is still the one that was made: another computer may have been given the port since. Rejects as `unmapByUpnp`. */
export async function isStillOurs(
  { gateway, externalPort, internalPort }: Mapping,
  service: MappingService,
  asking: Asking,
): Promise<boolean> {
  const answer = await act(service, mappingAction(service.type, externalPort), gateway, asking);
  if (answer.tag === 'fault') return false;
  const { values } = answer;
  return (
    values.get('NewInternalClient') === gateway.local &&
    values.get('NewInternalPort') === String(internalPort) &&
    values.get('NewPortMappingDescription') === MAPPING_DESCRIPTION
  );
}

async function act({ control }: MappingService, action: SoapAction, { local }: Gateway, asking: Asking): Promise<SoapAnswer> {
  const post = { body: writeSoapAction(action), action: `${action.service}#${action.name}` };
  const { status, text } = await exchangeByHttp(control, { local, post }, asking);
  if (status !== OK && status !== FAULT) throw new RouterError('refused', `HTTP ${status}`);
  return parseSoapAnswer(text, action.name);
}

function valuesOf(answer: SoapAnswer): ReadonlyMap<string, string> {
  if (answer.tag === 'fault') throw new RouterError('refused', `UPnP error ${answer.code}`);
  return answer.values;
}
