/* Port mapping: what a router, or somebody who plays one, answers. */
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { parseDeviceDescription } from '../../../src/protocol/port-mapping/device-description.ts';
import { decodeNatPmpAnswer, encodeNatPmpAnswer } from '../../../src/protocol/port-mapping/nat-pmp.ts';
import { decodePcpAnswer, decodePcpMap, encodePcpAnswer, encodePcpMap, PCP_VERSION } from '../../../src/protocol/port-mapping/pcp.ts';
import { parseSoapAnswer } from '../../../src/protocol/port-mapping/soap.ts';
import { GATEWAY_SEARCHES, parseSearchAnswer } from '../../../src/protocol/port-mapping/ssdp.ts';
import { BrokenRule, decoding, type Target } from '../rules.ts';

const ROUTER = '192.168.1.1';
const FROM = { host: ROUTER, port: 5_000, path: '/root.xml' };
const MAPPING = { nonce: new Uint8Array(12).fill(7), internalPort: 40_000, externalPort: 40_001, externalAddress: '9.9.9.9' };

const service = (type: string, control: string) =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>${control}</controlURL></service>`;
const DESCRIPTION = `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><URLBase>http://${ROUTER}:5000/</URLBase><device><serviceList>${service('WANIPConnection:2', '/ctl')}${service('WANIPConnection:1', `http://${ROUTER}/a`)}</serviceList><deviceList><device><serviceList>${service('WANPPPConnection:1', 'b')}</serviceList></device></deviceList></device></root>`;
const enveloped = (body: string) => `<s:Envelope xmlns:s="s"><s:Body>${body}</s:Body></s:Envelope>`;

export const PORT_MAPPING_TARGETS: readonly Target[] = [
  {
    name: 'pcp-answer',
    seeds: () => [
      encodePcpAnswer({ version: 2, result: 0, lifetime: 600, epoch: 9, mapping: MAPPING }),
      encodePcpAnswer({ version: 2, result: 0, lifetime: 600, epoch: 9, mapping: { ...MAPPING, externalAddress: '2a00:0:0:0:0:0:0:1' } }),
      encodePcpAnswer({ version: 2, result: 0, lifetime: 0, epoch: 9 }),
      Uint8Array.from([0, 0x81, 0, 1, 0, 0, 0, 5]),
    ],
    check: decoding(decodePcpAnswer, (answer) => (answer.version === PCP_VERSION ? encodePcpAnswer(answer) : undefined)),
  },
  {
    name: 'pcp-request',
    seeds: () => [encodePcpMap({ ...MAPPING, clientAddress: '192.168.1.9', lifetime: 600 })],
    check: decoding(decodePcpMap, encodePcpMap),
  },
  {
    name: 'nat-pmp-answer',
    seeds: () => [
      encodeNatPmpAnswer({ tag: 'address', result: 0, epoch: 5, address: '9.9.9.9' }),
      encodeNatPmpAnswer({ tag: 'mapping', result: 0, epoch: 5, internalPort: 1, externalPort: 2, lifetime: 600 }),
      Uint8Array.from([0, 0x82, 0, 2]),
    ],
    check: decoding(decodeNatPmpAnswer, encodeNatPmpAnswer),
  },
  {
    name: 'ssdp-answer',
    seeds: () => [
      utf8Encode(`HTTP/1.1 200 OK\r\nST: ${GATEWAY_SEARCHES[0]}\r\nLOCATION: http://${ROUTER}:5000/root.xml?a\r\nUSN: uuid:1::x\r\n\r\n`),
      utf8Encode(`HTTP/1.0 200\nlocation :http://${ROUTER}\nst:${GATEWAY_SEARCHES[3]}\n`),
    ],
    check: (input) => {
      const { host, port, path } = parseSearchAnswer(input, ROUTER);
      if (host !== ROUTER || port < 1 || port > 65_535 || !/^\/[\x21-\x7e]*$/.test(path))
        throw new BrokenRule(`a place at ${host} ${port} ${path}`);
    },
  },
  {
    name: 'device-description',
    seeds: () => [utf8Encode(DESCRIPTION), utf8Encode(DESCRIPTION.replace(/<URLBase>.*<\/URLBase>/, ''))],
    check: (input) => {
      for (const { control } of parseDeviceDescription(utf8Decode(input), FROM))
        if (control.host !== ROUTER || control.port < 1 || control.port > 65_535 || !/^\/[\x21-\x7e]*$/.test(control.path))
          throw new BrokenRule(`a service at ${control.host} ${control.port} ${control.path}`);
    },
  },
  {
    name: 'soap-answer',
    seeds: () => [
      utf8Encode(
        enveloped(
          '<u:AResponse xmlns:u="u"><NewExternalIPAddress>9.9.9.9</NewExternalIPAddress><NewReservedPort>5</NewReservedPort></u:AResponse>',
        ),
      ),
      utf8Encode(enveloped('<s:Fault><detail><UPnPError><errorCode>718</errorCode></UPnPError></detail></s:Fault>')),
    ],
    check: (input) => {
      const answer = parseSoapAnswer(utf8Decode(input), 'A');
      if (answer.tag === 'fault' && !(answer.code >= 0 && answer.code <= 99_999)) throw new BrokenRule(`a fault ${answer.code}`);
    },
  },
];
