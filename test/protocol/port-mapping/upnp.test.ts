import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { parseDeviceDescription } from '../../../src/protocol/port-mapping/device-description.ts';
import { mapAction, reservedPort } from '../../../src/protocol/port-mapping/igd.ts';
import { parseSoapAnswer, writeSoapAction } from '../../../src/protocol/port-mapping/soap.ts';
import { GATEWAY_SEARCHES, parseHttpPlace, parseSearchAnswer, writeSearch } from '../../../src/protocol/port-mapping/ssdp.ts';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'accepted';
}

const ROUTER = '192.168.1.1';
const answer = (location: string, target: string = GATEWAY_SEARCHES[1], status = 'HTTP/1.1 200 OK') =>
  utf8Encode(`${status}\r\nCACHE-CONTROL: max-age=120\r\nST: ${target}\r\nLocation:${location}\r\nEXT:\r\n\r\n`);

describe('searching for a router', () => {
  it('asks as UPnP writes it', () => {
    expect(utf8Decode(writeSearch(GATEWAY_SEARCHES[0]))).toBe(
      'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:2\r\n\r\n',
    );
  });

  it('reads where the description is', () => {
    const at = { host: ROUTER, port: 49_152, path: '/rootDesc.xml?a=1' };
    expect(parseSearchAnswer(answer(`http://${ROUTER}:49152/rootDesc.xml?a=1#x`), ROUTER)).toEqual(at);
    expect(parseHttpPlace(`http://${ROUTER}`)).toEqual({ host: ROUTER, port: 80, path: '/' });
  });

  it.each([
    ['a place on another computer', answer('http://192.168.1.7:80/d.xml'), 'REFUSED'],
    ['a place on this computer', answer('http://127.0.0.1:631/admin'), 'REFUSED'],
    ['a host behind a name before it', answer(`http://${ROUTER}@10.0.0.9/d.xml`), 'MALFORMED'],
    ['a host name', answer('http://router.local/d.xml'), 'MALFORMED'],
    ['https', answer(`https://${ROUTER}/d.xml`), 'MALFORMED'],
    ['a file', answer('file:///etc/passwd'), 'MALFORMED'],
    ['no LOCATION', utf8Encode(`HTTP/1.1 200 OK\r\nST: ${GATEWAY_SEARCHES[0]}\r\n\r\n`), 'MALFORMED'],
    ['a line break inside', answer(`http://${ROUTER}/a b`), 'MALFORMED'],
    ['an address with a leading zero', answer('http://192.168.001.1/'), 'MALFORMED'],
    ['port 0', answer(`http://${ROUTER}:0/`), 'OUT_OF_RANGE'],
    ['port 65536', answer(`http://${ROUTER}:65536/`), 'OUT_OF_RANGE'],
    ['a very long place', answer(`http://${ROUTER}/${'a'.repeat(600)}`), 'TOO_LARGE'],
    ['a media player', answer(`http://${ROUTER}/`, 'urn:schemas-upnp-org:device:MediaServer:1'), 'UNEXPECTED'],
    ['an announcement', answer(`http://${ROUTER}/`, GATEWAY_SEARCHES[0], 'NOTIFY * HTTP/1.1'), 'UNEXPECTED'],
    ['a failure', answer(`http://${ROUTER}/`, GATEWAY_SEARCHES[0], 'HTTP/1.1 404 Not Found'), 'UNEXPECTED'],
    ['nothing', new Uint8Array(), 'UNEXPECTED'],
    ['far too much', new Uint8Array(5_000), 'TOO_LARGE'],
  ])('refuses %s', (_, bytes, code) => {
    expect(codeOf(() => parseSearchAnswer(bytes, ROUTER))).toBe(code);
  });
});

const service = (type: string, control: string) =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>${control}</controlURL></service>`;
const description = (services: string, base = '') =>
  `\n<?xml version="1.0"?>\r\n<root xmlns="urn:schemas-upnp-org:device-1-0">${base}<device><serviceList>${service('Layer3Forwarding:1', '/l3')}</serviceList><deviceList><device><friendlyName>WAN &amp; more</friendlyName><deviceList><device><serviceList>${services}</serviceList></device></deviceList></device></deviceList></device></root>\n`;
const FROM = { host: ROUTER, port: 5_000, path: '/upnp/root.xml?x=/y' };

describe("a router's description", () => {
  it('names the services that map ports, the newest first', () => {
    const text = description(
      service('WANPPPConnection:1', '/ppp') +
        service('WANIPConnection:1', 'ctl/IPConn') +
        service('WANIPConnection:2', `http://${ROUTER}:80/ip2`),
    );
    expect(parseDeviceDescription(text, FROM)).toEqual([
      { type: 'urn:schemas-upnp-org:service:WANIPConnection:2', control: { host: ROUTER, port: 80, path: '/ip2' } },
      { type: 'urn:schemas-upnp-org:service:WANIPConnection:1', control: { host: ROUTER, port: 5_000, path: '/upnp/ctl/IPConn' } },
      { type: 'urn:schemas-upnp-org:service:WANPPPConnection:1', control: { host: ROUTER, port: 5_000, path: '/ppp' } },
    ]);
  });

  it('is read with prefixes, and by its URLBase where that is on the same router', () => {
    const base = (url: string) => description(service('WANIPConnection:1', 'c'), `<URLBase>${url}</URLBase>`);
    const [found] = parseDeviceDescription(base(`http://${ROUTER}:49000/a/b`), FROM);
    expect(found?.control).toEqual({ host: ROUTER, port: 49_000, path: '/a/c' });
    expect(parseDeviceDescription(base('http://10.0.0.9/'), FROM)[0]?.control).toEqual({ host: ROUTER, port: 5_000, path: '/upnp/c' });
    const prefixed = base('').replaceAll('<', '<u:').replaceAll('<u:/', '</u:').replace('<u:?xml', '<?xml');
    expect(parseDeviceDescription(prefixed, FROM)).toHaveLength(1);
  });

  it.each([
    ['another computer', 'http://192.168.1.7/c'],
    ['this computer', 'http://127.0.0.1:631/c'],
    ['another computer without a scheme', '//192.168.1.7/c'],
    ['another scheme', 'ftp://192.168.1.1/c'],
    ['a place with a line break', '/a&#13;&#10;Host: x'],
    ['a very long place', `/${'a'.repeat(600)}`],
    ['nowhere', ''],
  ])('leaves out a service on %s', (_, control) => {
    expect(parseDeviceDescription(description(service('WANIPConnection:1', control)), FROM)).toEqual([]);
  });

  it('names four services at most, and none from far down', () => {
    expect(parseDeviceDescription(description(service('WANIPConnection:1', '/c').repeat(200)), FROM)).toHaveLength(4);
    const deep = `${'<deviceList><device>'.repeat(10)}<serviceList>${service('WANIPConnection:1', '/c')}</serviceList>${'</device></deviceList>'.repeat(10)}`;
    expect(parseDeviceDescription(`<root><device>${deep}</device></root>`, FROM)).toEqual([]);
  });

  it.each([
    ['a page', '<html/>', 'UNEXPECTED'],
    ['an external entity', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><root>&x;</root>', 'REFUSED'],
    ['half of it', '<root><device>', 'MALFORMED'],
    ['far too much', `<root>${' '.repeat(70_000)}</root>`, 'TOO_LARGE'],
    ['a tower', '<root>'.repeat(500), 'TOO_LARGE'],
  ])('refuses %s', (_, text, code) => {
    expect(codeOf(() => parseDeviceDescription(text, FROM))).toBe(code);
  });
});

const enveloped = (body: string) =>
  `<?xml version="1.0"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
const fault = (code: string) =>
  enveloped(
    `<SOAP-ENV:Fault><faultcode>s:Client</faultcode><detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${code}</errorCode></UPnPError></detail></SOAP-ENV:Fault>`,
  );

describe('speaking to a router', () => {
  it('asks with arguments in the order of the service', () => {
    const action = mapAction('urn:schemas-upnp-org:service:WANIPConnection:1', {
      externalPort: 40_001,
      internalPort: 40_000,
      internalAddress: '192.168.1.9',
      lifetime: 600,
    });
    expect(writeSoapAction(action)).toContain(
      '<u:AddPortMapping xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1"><NewRemoteHost></NewRemoteHost><NewExternalPort>40001</NewExternalPort><NewProtocol>TCP</NewProtocol><NewInternalPort>40000</NewInternalPort><NewInternalClient>192.168.1.9</NewInternalClient><NewEnabled>1</NewEnabled><NewPortMappingDescription>Ringback</NewPortMappingDescription><NewLeaseDuration>600</NewLeaseDuration></u:AddPortMapping>',
    );
  });

  it('reads values and faults', () => {
    const done = parseSoapAnswer(enveloped('<m:GetXResponse xmlns:m="a"><NewA> 9.9.9.9 </NewA><NewB/></m:GetXResponse>'), 'GetX');
    expect(done).toEqual({
      tag: 'done',
      values: new Map([
        ['NewA', '9.9.9.9'],
        ['NewB', ''],
      ]),
    });
    expect(parseSoapAnswer(fault('718'), 'GetX')).toEqual({ tag: 'fault', code: 718 });
    expect(parseSoapAnswer(fault('seven'), 'GetX')).toEqual({ tag: 'fault', code: 0 });
    expect(parseSoapAnswer(enveloped('<Fault/>'), 'GetX')).toEqual({ tag: 'fault', code: 0 });
  });

  it('refuses an answer to something else', () => {
    expect(codeOf(() => parseSoapAnswer(enveloped('<GetYResponse/>'), 'GetX'))).toBe('UNEXPECTED');
    expect(codeOf(() => parseSoapAnswer('<GetXResponse/>', 'GetX'))).toBe('UNEXPECTED');
    expect(codeOf(() => parseSoapAnswer(enveloped(' '.repeat(70_000)), 'GetX'))).toBe('TOO_LARGE');
  });

  it.each(['0', '65536', '', '-1', '1e3'])('takes %j for no port', (port) => {
    expect(codeOf(() => reservedPort(new Map([['NewReservedPort', port]])))).toBe('OUT_OF_RANGE');
  });
});
