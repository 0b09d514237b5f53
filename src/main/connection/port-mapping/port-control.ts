import { randomBytes } from 'node:crypto';
import { base64Decode, base64Encode } from '../../../protocol/bytes/text.ts';
import {
  decodeNatPmpAnswer,
  encodeNatPmpAddress,
  encodeNatPmpMap,
  NAT_PMP_RESULT,
  type NatPmpAnswer,
} from '../../../protocol/port-mapping/nat-pmp.ts';
import {
  decodePcpAnswer,
  encodePcpAnnounce,
  encodePcpMap,
  PCP_NONCE_BYTES,
  PCP_RESULT,
  PCP_VERSION,
  type PcpAnswer,
  type PcpMapping,
} from '../../../protocol/port-mapping/pcp.ts';
import { type Asking, type Gateway, type Mapping, type MappingWish, type Router, RouterError } from './contract.ts';
import { checkOutside } from './outside.ts';
import { exchangeByUdp } from './udp-exchange.ts';

const ANY_ADDRESS = '0.0.0.0';
const NAT_PMP_VERSION = 0;

/**
 * The gateway, where it knows PCP, else NAT-PMP. A gateway that knows the older one alone says so; some say nothing, and are asked that way from the
 * second try on. Rejects with ConnectionError DEADLINE, SOCKET, ABORTED where it knows neither.
 */
export async function findPortControl(gateway: Gateway, asking: Asking): Promise<Router> {
  const spoken = await exchangeByUdp(
    gateway,
    {
      requests: (attempt) => [encodePcpAnnounce(gateway.local), ...(attempt === 0 ? [] : [encodeNatPmpAddress()])],
      read: (bytes) =>
        bytes[0] === NAT_PMP_VERSION ? ('natPmp' as const) : decodePcpAnswer(bytes).version === PCP_VERSION ? ('pcp' as const) : undefined,
    },
    asking,
  );
  return { map: (wish, more) => (spoken === 'pcp' ? mapByPcp(gateway, wish, more) : mapByNatPmp(gateway, wish, more)) };
}

/** `kept`: the nonce of the mapping that is renewed. Rejects as {@link Router.map}. */
export async function mapByPcp(
  gateway: Gateway,
  { internalPort, externalPort, lifetime }: MappingWish,
  asking: Asking,
  kept?: { readonly nonce: string; readonly externalAddress: string },
): Promise<Mapping> {
  const nonce = kept === undefined ? new Uint8Array(randomBytes(PCP_NONCE_BYTES)) : base64Decode(kept.nonce, 'nonce');
  const wish = { nonce, internalPort, externalPort, externalAddress: kept?.externalAddress ?? ANY_ADDRESS };
  const { result, lifetime: granted, mapping } = await askByPcp(gateway, wish, lifetime, asking);
  if (result !== PCP_RESULT.success || mapping === undefined) throw new RouterError('refused', `PCP result ${result}`);
  return {
    by: { tag: 'pcp', nonce: base64Encode(nonce) },
    gateway,
    internalPort,
    externalPort: mapping.externalPort,
    externalAddress: mapping.externalAddress,
    lifetime: granted,
  };
}

/** Resolves when the gateway has answered, whatever it says. Rejects with ConnectionError. */
export async function unmapByPcp({ gateway, internalPort }: Mapping, nonce: string, asking: Asking): Promise<void> {
  const gone = { nonce: base64Decode(nonce, 'nonce'), internalPort, externalPort: 0, externalAddress: ANY_ADDRESS };
  await askByPcp(gateway, gone, 0, asking);
}

function askByPcp(gateway: Gateway, mapping: PcpMapping, lifetime: number, asking: Asking): Promise<PcpAnswer> {
  const request = encodePcpMap({ ...mapping, lifetime, clientAddress: gateway.local });
  const read = (bytes: Uint8Array): PcpAnswer | undefined => {
    const answer = decodePcpAnswer(bytes);
    const ours = answer.mapping?.internalPort === mapping.internalPort && sameBytes(answer.mapping.nonce, mapping.nonce);
    return ours || answer.version !== PCP_VERSION ? answer : undefined;
  };
  return exchangeByUdp(gateway, { requests: () => [request], read }, asking);
}

/** Rejects as {@link Router.map}. */
export async function mapByNatPmp(gateway: Gateway, wish: MappingWish, asking: Asking): Promise<Mapping> {
  const { address: externalAddress } = await askByNatPmp(gateway, encodeNatPmpAddress(), 'address', asking);
  checkOutside(externalAddress);
  const { internalPort, externalPort, lifetime } = await askByNatPmp(gateway, encodeNatPmpMap(wish), 'mapping', asking);
  if (internalPort !== wish.internalPort) throw new RouterError('refused', 'NAT-PMP answers something else');
  return { by: { tag: 'natPmp' }, gateway, internalPort, externalPort, externalAddress, lifetime };
}

/** Resolves when the gateway has answered, whatever it says. Rejects with ConnectionError. */
export async function unmapByNatPmp({ gateway, internalPort }: Mapping, asking: Asking): Promise<void> {
  const request = encodeNatPmpMap({ internalPort, externalPort: 0, lifetime: 0 });
  await exchangeByUdp(gateway, { requests: () => [request], read: decodeNatPmpAnswer }, asking);
}

async function askByNatPmp<Tag extends NatPmpAnswer['tag']>(
  gateway: Gateway,
  request: Uint8Array,
  tag: Tag,
  asking: Asking,
): Promise<Extract<NatPmpAnswer, { tag: Tag }>> {
  const isAsked = (answer: NatPmpAnswer): answer is Extract<NatPmpAnswer, { tag: Tag }> => answer.tag === tag;
  const read = (bytes: Uint8Array): Extract<NatPmpAnswer, { tag: Tag }> | undefined => {
    const answer = decodeNatPmpAnswer(bytes);
    return isAsked(answer) ? answer : undefined;
  };
  const answer = await exchangeByUdp(gateway, { requests: () => [request], read }, asking);
  if (answer.result !== NAT_PMP_RESULT.success) throw new RouterError('refused', `NAT-PMP result ${answer.result}`);
  return answer;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
