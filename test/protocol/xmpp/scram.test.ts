import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { base64Decode, base64Encode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { type Derivation, preparedPassword, ScramClient, type ScramHash, type ScramParts } from '../../../src/protocol/xmpp/scram.ts';

const derive = ({ hash, password, salt, iterations }: Derivation): Uint8Array =>
  pbkdf2Sync(password, salt, iterations, { 'SHA-1': 20, 'SHA-256': 32, 'SHA-512': 64 }[hash], hash.replace('-', '').toLowerCase());

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.code} ${error.field}`;
    throw error;
  }
  return 'accepted';
}

const client = (parts: Partial<ScramParts> = {}): ScramClient =>
  new ScramClient({
    hash: 'SHA-256',
    user: 'user',
    password: 'pencil',
    nonce: base64Decode('rOprNGfwEbeRWgbNEkqO', 'nonce'),
    couldBind: false,
    ...parts,
  });

describe('SCRAM', () => {
  it.each<[string, ScramHash, string, string, string, string]>([
    [
      'RFC 5802 section 5',
      'SHA-1',
      'fyko+d2lbbFgONRv9qkxdawL',
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    ],
    [
      'RFC 7677 section 3, its nonce cut to whole bytes',
      'SHA-256',
      'rOprNGfwEbeRWgbNEkqO',
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    ],
  ])('says and believes what %s says', (_, hash, nonce, serverFirst, clientFinal, serverFinal) => {
    const scram = client({ hash, nonce: base64Decode(nonce, 'nonce') });
    expect(scram.first).toBe(`n,,n=user,r=${nonce}`);
    expect(scram.derived(derive(scram.challenged(serverFirst)))).toBe(clientFinal);
    expect(() => scram.verify(serverFinal)).not.toThrow();
    const wrong = `${serverFinal.slice(0, 2)}${serverFinal[2] === 'A' ? 'B' : 'A'}${serverFinal.slice(3)}`;
    for (const final of [wrong, 'v=', 'v=AAAA'])
      expect(
        codeOf(() => scram.verify(final)),
        final,
      ).toBe('REFUSED SCRAM.signature');
    for (const final of ['e=invalid-proof', '', 'v=*'])
      expect(
        codeOf(() => scram.verify(final)),
        final,
      ).toBe(final.startsWith('e') ? 'REFUSED SCRAM.signature' : final === '' ? 'MALFORMED SCRAM.final' : 'MALFORMED SCRAM.signature');
  });

  it('binds the channel that it says it binds', () => {
    const scram = client({ binding: { type: 'tls-exporter', bytes: Uint8Array.of(0xff, 0x80) } });
    expect(scram.first.startsWith('p=tls-exporter,,n=user,')).toBe(true);
    scram.challenged('r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4096');
    const bound = /^c=([^,]+),/.exec(scram.derived(new Uint8Array(32)))?.[1] ?? '';
    expect(base64Decode(bound, 'c')).toEqual(Uint8Array.from([...utf8Encode('p=tls-exporter,,'), 0xff, 0x80]));
    expect(client({ couldBind: true }).first.startsWith('y,,')).toBe(true);
  });

  it('writes a name with signs of its own', () => {
    expect(client({ user: 'a=b,c' }).first).toContain('n=a=3Db=2Cc,');
  });

  it.each([
    ['another nonce', 'r=AAAArOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4096', 'UNEXPECTED SCRAM.nonce'],
    ['only our nonce', 'r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=4096', 'UNEXPECTED SCRAM.nonce'],
    ['no salt', 'r=rOprNGfwEbeRWgbNEkqOx,i=4096', 'OUT_OF_RANGE SCRAM.salt'],
    ['a salt that is no base64', 'r=rOprNGfwEbeRWgbNEkqOx,s=*,i=4096', 'MALFORMED SCRAM.salt'],
    ['a long salt', `r=rOprNGfwEbeRWgbNEkqOx,s=${base64Encode(new Uint8Array(1025))},i=4096`, 'OUT_OF_RANGE SCRAM.salt'],
    ['few rounds', 'r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4095', 'OUT_OF_RANGE SCRAM.iterations'],
    ['many rounds', 'r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=1000001', 'OUT_OF_RANGE SCRAM.iterations'],
    ['rounds that are no number', 'r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4e4', 'OUT_OF_RANGE SCRAM.iterations'],
    ['an extension that must be known', 'm=x,r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4096', 'REFUSED SCRAM.extension'],
    ['a field twice', 'r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4096,i=1', 'MALFORMED SCRAM.challenge'],
    ['nothing', '', 'MALFORMED SCRAM.challenge'],
  ])('refuses %s', (_, serverFirst, code) => {
    expect(codeOf(() => client().challenged(serverFirst))).toBe(code);
  });

  it('prepares a password as servers do', () => {
    expect(['I\u00adX', 'user', '\u00aa', '\u2168', 'a\u00a0b'].map(preparedPassword)).toEqual(['IX', 'user', 'a', 'IX', 'a b']);
  });
});
