import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActivityError, type Launcher } from '../../../src/main/activities/contract.ts';
import {
  fillTemplate,
  isHandlerUrl,
  parseTemplate,
  takes,
  templateOf,
  TemplateError,
  type TemplateValues,
} from '../../../src/main/activities/template.ts';
import { tryLine } from '../../../src/main/activities/trial.ts';

const VALUES: TemplateValues = {
  address: '192.0.2.7',
  port: 47_624,
  role: 'invitee',
  contact: 'anna@home.example',
  ownAddress: '192.0.2.1',
  ownPort: 50_000,
};
const filled = (line: string, values: Partial<TemplateValues> = {}) => fillTemplate(parseTemplate(line), { ...VALUES, ...values });
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof TemplateError || error instanceof ActivityError) return error.code;
    throw error;
  }
  return 'none';
};

describe('a registered line', () => {
  it('becomes words, at blanks and nowhere inside quotes', () => {
    expect(filled(`/usr/bin/game  -connect {address}:{port} --as={role} "two words" 'a "b" c' "" x"y z"`)).toEqual({
      tag: 'program',
      program: '/usr/bin/game',
      args: ['-connect', '192.0.2.7:47624', '--as=invitee', 'two words', 'a "b" c', '', 'xy z'],
    });
    expect(filled('linphone {contact} {ownAddress} {ownPort}')).toMatchObject({ args: ['anna@home.example', '192.0.2.1', '50000'] });
  });

  it('takes nothing else to mean anything: no variable, no glob, no escape, no shell', () => {
    expect(filled('run $HOME %PATH% * ~ a;b | c && d > e `f` $(g) \\h #i')).toMatchObject({
      args: ['$HOME', '%PATH%', '*', '~', 'a;b', '|', 'c', '&&', 'd', '>', 'e', '`f`', '$(g)', '\\h', '#i'],
    });
    expect(filled('"C:\\Program Files\\Phone\\phone.exe" C:\\x')).toEqual({
      tag: 'program',
      program: 'C:\\Program Files\\Phone\\phone.exe',
      args: ['C:\\x'],
    });
  });

  it('may be a URL for the system, with brackets round IPv6 there and before a port', () => {
    expect(filled('sip:{address}:{port}')).toEqual({ tag: 'url', url: 'sip:192.0.2.7:47624' });
    expect(filled('callto:{address}', { address: '2001:db8::7' })).toEqual({ tag: 'url', url: 'callto:[2001:db8::7]' });
    expect(filled('x {address} {address}:{port}', { address: '2001:db8::7' })).toMatchObject({
      args: ['2001:db8::7', '[2001:db8::7]:47624'],
    });
  });

  it.each([
    ['', 'EMPTY'],
    ['"" x', 'EMPTY'],
    ['x'.repeat(1_001), 'TOO_LONG'],
    ['x a\nb', 'CONTROL_CHARACTER'],
    ['x a\u0000b', 'CONTROL_CHARACTER'],
    ['x \u202eb', 'CONTROL_CHARACTER'],
    ['x "a', 'UNCLOSED_QUOTE'],
    ["x 'a", 'UNCLOSED_QUOTE'],
    ['x {host}', 'UNKNOWN_PLACEHOLDER'],
    ['x {ADDRESS}', 'UNKNOWN_PLACEHOLDER'],
    ['x {}', 'UNKNOWN_PLACEHOLDER'],
    ['x {address', 'STRAY_BRACE'],
    ['x address}', 'STRAY_BRACE'],
    ['x {{address}}', 'STRAY_BRACE'],
    ['{address} x', 'PLACEHOLDER_IN_PROGRAM'],
    ['/bin/{role} x', 'PLACEHOLDER_IN_PROGRAM'],
    ['./game', 'RELATIVE_PROGRAM'],
    ['bin/game', 'RELATIVE_PROGRAM'],
    ['..\\game', 'RELATIVE_PROGRAM'],
    ['-x', 'RELATIVE_PROGRAM'],
    ['C:game.exe', 'RELATIVE_PROGRAM'],
    ['C:\\x\\run.BAT {address}', 'SHELL_SCRIPT'],
    ['run.cmd', 'SHELL_SCRIPT'],
    ['"run.cmd. " x', 'SHELL_SCRIPT'],
    ['https://{address}/', 'SCHEME'],
    ['file:///etc/passwd', 'SCHEME'],
    ['javascript:alert(1)', 'SCHEME'],
    ['ms-msdt:/id', 'SCHEME'],
    ['sip:a b', 'URL_CHARACTER'],
    ['sip:"a"', 'URL_CHARACTER'],
    ['sip:a\\b', 'URL_CHARACTER'],
    ["sip:'a'", 'URL_CHARACTER'],
  ])('%j: %s', (line, code) => {
    expect(codeOf(() => parseTemplate(line))).toBe(code);
  });

  it('knows what it takes, falls back to what works without registration, and counts as none when damaged', () => {
    expect([
      takes(parseTemplate('x --port={ownPort}'), 'ownPort'),
      takes(parseTemplate('x {port}'), 'ownPort'),
      takes(parseTemplate('sip:{port}'), 'port'),
    ]).toEqual([true, false, true]);
    expect([templateOf('voice', undefined)?.line, templateOf('netMeeting', undefined)?.line, templateOf('webcam', undefined)]).toEqual([
      'sip:{address}:{port}',
      'callto:{address}',
      undefined,
    ]);
    expect([templateOf('voice', { use: 'none' }), templateOf('voice', { use: 'own', line: './x' })]).toEqual([undefined, undefined]);
  });
});

describe('a line that would run a line', () => {
  const INTERPRETERS = [
    'sh',
    'bash',
    'zsh',
    'cmd',
    'powershell',
    'pwsh',
    'python',
    'python3',
    'perl',
    'node',
    'ruby',
    'osascript',
    'rundll32',
    'mshta',
    'wscript',
  ];
  const LAUNCHERS = ['env', 'xterm', 'gnome-terminal', 'nohup', 'timeout', 'sudo', 'busybox', 'xargs', 'find', 'ssh', 'explorer', 'start'];
  const place = fc.constantFrom('', '/bin/', '/usr/local/bin/', 'C:\\Windows\\System32\\', '\\\\server\\share\\');
  const version = fc.constantFrom('', '3', '3.12', '-5', '5.36.0', '2.7m');
  const ending = fc.constantFrom('', '.exe', '.COM', '.exe. ', '.');
  const letters = (name: string) => fc.constantFrom(name, name.toUpperCase(), `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`);
  const named = (names: readonly string[]) =>
    fc.tuple(place, fc.constantFrom(...names).chain(letters), version, ending).map((parts) => parts.join(''));

  it('is refused, whatever the interpreter’s path, letters, version and arguments', () => {
    const words = fc.array(fc.constantFrom('-c', '/c', '-e', '-Command', 'id', '{address}', '"rm -rf x"', 'javascript:x'), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(named([...INTERPRETERS, ...LAUNCHERS]), words, (program, rest) => {
        expect(codeOf(() => parseTemplate(`"${program}" ${rest.join(' ')}`))).toBe('INTERPRETER');
      }),
      { numRuns: 1_000 },
    );
  });

  it('is refused as a program that nobody knows, which is given an interpreter', () => {
    const before = fc.array(fc.constantFrom('--', '-x', 'A=1', '{role}', '5'), { maxLength: 3 });
    const how = fc.constantFrom('', '--command=', '--shell=', 'SHELL=');
    fc.assert(
      fc.property(before, how, named(INTERPRETERS), fc.boolean(), (first, option, interpreter, oneWord) => {
        const line = oneWord ? `"${option}${interpreter} -c id"` : `"${option}${interpreter}" -c id`;
        expect(codeOf(() => parseTemplate(`wrapper ${first.join(' ')} ${line}`))).toBe('INTERPRETER');
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not what a program’s name only contains', () => {
    for (const line of [
      'linphone {address}',
      '/opt/bash-phone/phone x',
      'shell-game {address}',
      'nodephone x',
      'C:\\sh\\age2_x1.exe {address}',
      'openrct2 join {address}',
    ])
      expect(codeOf(() => parseTemplate(line))).toBe('none');
  });

  it('takes no time to refuse', () => {
    const began = performance.now();
    for (const line of [`x${'1'.repeat(998)}!`, `x ${'1.'.repeat(498)}!`, `x ${'='.repeat(990)}`]) parseTemplate(line);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('what is filled in', () => {
  it.each(['-{role}', '--{role}', '--to{address}', '--{contact}=x', '/{address}', '@{contact}', '+{role}', '-/{role}', '"-"{contact}'])(
    '%s would say which option it is',
    (word) => {
      expect(codeOf(() => parseTemplate(`x ${word}`))).toBe('PLACEHOLDER_IN_OPTION');
    },
  );

  it.each([
    '-p{port}',
    '--to={address}',
    '--to:{address}',
    '/call:{address}',
    'sip:{address}:{port}',
    '{contact}',
    'a-{role}',
    '-connect={contact}/{role}',
  ])('%s may stand there', (word) => {
    expect(codeOf(() => parseTemplate(`x ${word}`))).toBe('none');
  });

  it('gives each word as many words and the option that it had, in every line there can be', () => {
    const piece = fc.constantFrom(
      '{address}',
      '{port}',
      '{role}',
      '{contact}',
      '{ownAddress}',
      '{ownPort}',
      '-',
      '--',
      '/',
      '@',
      '=',
      ':',
      'to',
      'x',
      '.',
      '"a b"',
      "''",
    );
    const word = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
    const value = fc.constantFrom('192.0.2.7', '2001:db8::7', 'desk.home', 'a--exec.home');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), value, value, (words, address, ownAddress) => {
        let template: ReturnType<typeof parseTemplate>;
        try {
          template = parseTemplate(`phone ${words.join(' ')}`);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
          return;
        }
        const fill = (values: Partial<TemplateValues>) => {
          const target = fillTemplate(template, { ...VALUES, ...values });
          return target.tag === 'program' ? target.args : [];
        };
        const [one, other] = [fill({}), fill({ address, ownAddress, role: 'inviter', contact: 'b+c@work', port: 1, ownPort: 2 })];
        expect(one).toHaveLength(words.length);
        expect(other).toHaveLength(words.length);
        // An option is the same one whatever was filled in.
        const option = (arg: string) => /^(?:--[^=:]*|[-/+@]+.?)/.exec(arg)?.[0];
        expect(other.map(option)).toEqual(one.map(option));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('values from the wire', () => {
  const HOSTILE = [
    '-oProxyCommand=reboot',
    '$(reboot)',
    '`reboot`',
    '; rm -rf ~',
    '1.2.3.4; rm',
    '1.2.3.4\nx',
    '1.2.3.4 --exec=x',
    '"x',
    "'x",
    '/etc/passwd',
    '--',
    '1.2.3.4%0a',
    '',
    '{port}',
  ];

  it.each([...HOSTILE, 'x@y'])('%j is no address', (address) => {
    for (const line of ['x {address}', 'x --to={address}', 'sip:{address}', 'callto:{address}'])
      expect(codeOf(() => filled(line, { address }))).toBe('BAD_ADDRESS');
    expect(codeOf(() => filled('x {ownAddress}', { ownAddress: address }))).toBe('BAD_ADDRESS');
  });

  it.each([...HOSTILE, '-x@home', '/x@home', 'a b@home', 'a@-b', 'a@b c', '$(x)@home', 'a@b\n', 'ä@home', 'a"@home', '@home', 'a%40@b'])(
    '%j is no contact',
    (contact) => {
      expect(codeOf(() => filled('x {contact}', { contact }))).toBe('BAD_CONTACT');
      expect(codeOf(() => filled('sip:{contact}', { contact }))).toBe('BAD_CONTACT');
    },
  );

  it.each([0, -1, 65_536, 1.5, Number.NaN])('%d is no port', (port) => {
    expect(codeOf(() => filled('x {port}', { port }))).toBe('NO_PORT');
  });

  it('never make a word more or less, nor one that begins with a dash, whatever comes', () => {
    const template = parseTemplate('game {address} {contact} {address}:{port} --name={contact}');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 }), (address, contact) => {
        let words: readonly string[];
        try {
          const target = fillTemplate(template, { ...VALUES, address, contact: `${contact}@home` });
          words = target.tag === 'program' ? target.args : [];
        } catch (error) {
          expect(error).toBeInstanceOf(ActivityError);
          return;
        }
        expect(words).toHaveLength(4);
        for (const word of words.slice(0, 3)) expect(word).toMatch(/^[A-Za-z0-9:[][^\s"'$`;|&<>]*$/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('only URLs that are nothing but an address are handed on', () => {
    for (const url of ['sip:192.0.2.7:5060', 'callto:[2001:db8::7]', 'sips:anna@home.example', 'h323:host'])
      expect(isHandlerUrl(url)).toBe(true);
    for (const url of [
      'http://x',
      'file:///x',
      'sip:a b',
      'sip:a"b',
      'sip:a\nb',
      'sip:',
      'x',
      '',
      'sip:\\\\x',
      `sip:${'x'.repeat(1_000)}`,
      'javascript:x',
      ' sip:x',
    ])
      expect(isHandlerUrl(url)).toBe(false);
  });
});

describe('trying a line', () => {
  const launcher: Launcher = {
    start: () => Promise.reject(new Error('a trial starts nothing')),
    knows: async (target) => target.tag === 'program' && target.program === 'phone',
    freePort: async () => 1,
  };

  it('shows the words one by one, and whether there is such a program', async () => {
    expect(await tryLine('voice', 'phone "a b" {address}:{port} {role} {contact} {ownAddress} {ownPort}', launcher)).toEqual({
      words: ['phone', 'a b', '192.0.2.7:5060', 'inviter', 'anna@home.example', '192.0.2.1', '50000'],
      known: true,
    });
    expect(await tryLine('baldursGate2', 'sip:{address}:{port}', launcher)).toEqual({ words: ['sip:192.0.2.7:47624'], known: false });
  });

  it('refuses what could never run', async () => {
    await expect(tryLine('voice', './phone', launcher)).rejects.toMatchObject({ name: 'TemplateError', code: 'RELATIVE_PROGRAM' });
    await expect(tryLine('webcam', 'cam {port}', launcher)).rejects.toMatchObject({ name: 'ActivityError', code: 'NO_PORT' });
  });
});
