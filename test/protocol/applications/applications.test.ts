import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import {
  ACTIVITY_KINDS,
  APPLICATIONS,
  applicationOf,
  applicationOfActivity,
  guidsOf,
  type ApplicationKey,
} from '../../../src/protocol/applications/applications.ts';
import { ASK_FOR_REMOTE_ASSISTANCE, OFFER_REMOTE_ASSISTANCE } from '../../../src/protocol/assistance/application.ts';
import { sameGuid } from '../../../src/protocol/applications/guid.ts';
import { readSipContext, writeSipContext, type SipCapability } from '../../../src/protocol/applications/sip-context.ts';
import { isDialHost, readDialAddress, writeDialAddress } from '../../../src/protocol/applications/dial-address.ts';

/* Line by line from the seed page on invitation types. */
const SEED: readonly (readonly [ApplicationKey, string])[] = [
  ['applicationSharing', '{F1B1920C-6A3C-4ce7-B18C-AFAB305FD03D}'],
  ['baldursGate2', '{8DAE4336-2B71-11D4-9A6C-006067325E47}'],
  ['mechWarriorMercenaries', '{41FD0FA-2942-4DC4-B4C5-73D2C55F4C94}'],
  ['netMeeting', '{44BBA842-CC51-11CF-AAFA-00AA00B6015C}'],
  ['remoteAssistance', '{56b994a7-380f-410b-9985-c809d78c1bdc}'],
  ['conversation', '{02D3C01F-BF30-4825-A83A-DE7AF41648AA}'],
  ['webcam', '2A23868E-B45F-401d-B8B0-1E16B774A5B7'],
  ['whiteboard', '{1DF57D09-637A-4ca5-91B9-2C3EDAAF62FE}'],
  ['jediKnight', '{A5794C17-F586-4941-9906-9AF0F8E62283}'],
  ['fileTransfer', '{5D3E02AB-6190-11d3-BBBB-00C04F795683}'],
  ['offerRemoteAssistance', '{703EA1A8-D73E-43e3-852C-EE85B5D872C2}'],
];

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
};

describe('the table of applications', () => {
  it('compares GUIDs without case and braces', () => {
    expect(sameGuid('{2A23868E-B45F-401d-B8B0-1E16B774A5B7}', '2a23868e-b45f-401D-b8b0-1e16b774a5b7')).toBe(true);
    expect(sameGuid('{1}', '{2}')).toBe(false);
  });

  it('has every application of the seed under its GUID as written', () => {
    expect(
      Object.values(APPLICATIONS)
        .map(({ key, guid }) => [key, guid])
        .sort(),
    ).toEqual([...SEED].map((row) => [...row]).sort());
  });

  it.each(SEED)('finds %s in any case, with braces and without', (key, guid) => {
    for (const written of [
      guid,
      guid.toUpperCase(),
      guid.toLowerCase(),
      guid.replaceAll(/[{}]/g, ''),
      `{${guid.replaceAll(/[{}]/g, '')}}`,
    ]) {
      expect(applicationOf(written)?.key).toBe(key);
    }
  });

  it('knows both GUIDs of NetMeeting, and no other', () => {
    expect(guidsOf(APPLICATIONS.netMeeting).map((guid) => applicationOf(guid)?.key)).toEqual(['netMeeting', 'netMeeting']);
    for (const guid of ['', '{}', '{44BBA842-CC51-11CF-AAFA-00AA00B6015A}', '{041FD0FA-2942-4DC4-B4C5-73D2C55F4C94}'])
      expect(applicationOf(guid)).toBeUndefined();
  });

  it('says what the seed says of URLs, addresses and ports', () => {
    const withUrl = Object.values(APPLICATIONS).filter(({ url }) => url !== undefined);
    expect(withUrl.map(({ key, url }) => `${key} ${url}`).sort()).toEqual(
      ['applicationSharing', 'offerRemoteAssistance', 'remoteAssistance', 'whiteboard'].map((key) => `${key} http://www.microsoft.com`),
    );
    expect(APPLICATIONS.baldursGate2).toMatchObject({
      name: "Baulder's Gate2",
      address: { ipAddress: 'address', contextData: 'none' },
      ports: { fixed: 47_624 },
    });
    expect(APPLICATIONS.applicationSharing).toMatchObject({
      address: { ipAddress: 'address', contextData: 'addressAndPort' },
      ports: { observed: [10_337] },
    });
    expect(APPLICATIONS.whiteboard).toMatchObject({
      address: { ipAddress: 'address', contextData: 'addressAndPort' },
      ports: { observed: [10_869] },
    });
    expect(APPLICATIONS.conversation).toMatchObject({
      address: { ipAddress: 'addressAndPort', contextData: 'capabilities' },
      ports: { observed: [13_455, 16_253, 55_039] },
    });
  });

  it('says of Remote Assistance what goes out in its invitations', () => {
    for (const [ours, { guid, name, url }] of [
      [ASK_FOR_REMOTE_ASSISTANCE, APPLICATIONS.remoteAssistance],
      [OFFER_REMOTE_ASSISTANCE, APPLICATIONS.offerRemoteAssistance],
    ] as const)
      expect(ours).toEqual({ guid, name, url });
  });

  it('has an application for every activity, voice and video the same', () => {
    for (const kind of ACTIVITY_KINDS) expect(applicationOf(applicationOfActivity(kind).guid)).toBe(applicationOfActivity(kind));
    expect(applicationOfActivity('voice')).toBe(applicationOfActivity('video'));
  });
});

describe('capabilities of voice and video', () => {
  it.each<[readonly SipCapability[], readonly SipCapability[] | undefined, string]>([
    [['audio', 'video'], ['audio', 'video'], 'Requested:SIP_A,SIP_V,;Capabilities:SIP_A,SIP_V,;'],
    [['audio'], ['audio', 'video'], 'Requested:SIP_A,;Capabilities:SIP_A,SIP_V,;'],
    [['audio'], ['audio'], 'Requested:SIP_A,;Capabilities:SIP_A,;'],
    [['audio'], undefined, 'Requested:SIP_A,;'],
    [['audio', 'video'], undefined, 'Requested:SIP_A,SIP_V,;'],
  ])('%j with %j is %s', (requested, capabilities, text) => {
    const context = capabilities === undefined ? { requested } : { requested, capabilities };
    expect(writeSipContext(context)).toBe(text);
    expect(readSipContext(text)).toEqual(context);
  });

  it('reads back every combination', () => {
    const words = fc.subarray<SipCapability>(['audio', 'video']);
    fc.assert(
      fc.property(
        fc.subarray<SipCapability>(['audio', 'video'], { minLength: 1 }),
        fc.option(words, { nil: undefined }),
        (requested, capabilities) => {
          const context = capabilities === undefined ? { requested } : { requested, capabilities };
          expect(readSipContext(writeSipContext(context))).toEqual(context);
        },
      ),
    );
  });

  it('is lenient about case, order, blanks, endings and words it does not know', () => {
    expect(readSipContext('capabilities: sip_v , sip_a, SIP_X;REQUESTED:sip_v,sip_a')).toEqual({
      requested: ['audio', 'video'],
      capabilities: ['audio', 'video'],
    });
  });

  it.each(['', 'Requested:;', 'Requested:SIP_X,;', 'Capabilities:SIP_A,;', 'nonsense', ';;;,,,:::'])('refuses %j', (text) => {
    expect(codeOf(() => readSipContext(text))).toBe('MALFORMED');
  });

  it('never fails otherwise, whatever comes', () => {
    expect(codeOf(() => readSipContext('x'.repeat(301)))).toBe('TOO_LARGE');
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        (text) => void expect(['none', 'MALFORMED', 'TOO_LARGE']).toContain(codeOf(() => readSipContext(text))),
      ),
    );
  });
});

describe('an address from an invitation', () => {
  it.each<[string, string, number | undefined]>([
    ['192.0.2.7', '192.0.2.7', undefined],
    ['192.0.2.7:47624', '192.0.2.7', 47_624],
    [' 192.0.2.7:1 ', '192.0.2.7', 1],
    ['2001:DB8::7', '2001:db8::7', undefined],
    ['::1', '::1', undefined],
    ['::ffff:192.0.2.7', '::ffff:192.0.2.7', undefined],
    ['[2001:db8::7]:65535', '2001:db8::7', 65_535],
    ['[2001:db8::7]', '2001:db8::7', undefined],
    ['Anna-PC.home.example:13455', 'anna-pc.home.example', 13_455],
    ['localhost', 'localhost', undefined],
  ])('%s', (text, host, port) => {
    const address = port === undefined ? { host } : { host, port };
    expect(readDialAddress(text)).toEqual(address);
    expect(readDialAddress(writeDialAddress(address))).toEqual(address);
  });

  it.each([
    '',
    ' ',
    '-oProxyCommand=x',
    '-x.example',
    '$(reboot)',
    '`id`',
    '; rm -rf ~',
    'a;b',
    'a b',
    '1.2.3.4 -x',
    '1.2.3.4\n5.6.7.8',
    '1.2.3.4\r\n',
    '1.2.3.4\u0000',
    '1.2.3.4\t',
    '/etc/passwd',
    '..\\x',
    'a|b',
    'a&b',
    'a>b',
    '"x"',
    "'x'",
    '%PATH%',
    '$HOME',
    'x@y',
    'file://x',
    'http://x',
    '1.2.3.4:0',
    '1.2.3.4:65536',
    '1.2.3.4:',
    '1.2.3.4:-1',
    '1.2.3.4:5:6',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    '0x7f000001',
    '2130706433',
    ':::',
    '1::2::3',
    'fe80::1%eth0',
    '[fe80::1%25x]:1',
    '[1.2.3.4]:5',
    '[x]:1',
    '[::1',
    '::1]',
    'a..b',
    'a.',
    '-',
    'a-.b',
    'ä.example',
    '\u202e1.2.3.4',
    'x'.repeat(64),
    `${'a.'.repeat(130)}b`,
    '{address}',
  ])('refuses %j', (text) => {
    expect(codeOf(() => readDialAddress(text))).toBe('MALFORMED');
  });

  it('takes every real address and lets nothing else out, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }), (host, port) => {
        const address = { host: host.toLowerCase(), ...(port === undefined ? {} : { port }) };
        expect(readDialAddress(writeDialAddress(address))).toEqual(address);
      }),
    );
    const unit = fc.oneof(
      fc.constantFrom('.', ':', '-', '[', ']', '1', 'a', ' ', '\n', '$', ';'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 24 }).map((parts) => parts.join('')),
        (text) => {
          const code = codeOf(() => {
            const { host } = readDialAddress(text);
            expect(isDialHost(host)).toBe(true);
            expect(host).toMatch(/^[a-z0-9:][a-z0-9:.-]*$/);
          });
          expect(['none', 'MALFORMED']).toContain(code);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
