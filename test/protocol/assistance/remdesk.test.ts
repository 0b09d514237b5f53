import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passOf } from '../../../src/protocol/assistance/assistance-crypto.ts';
import { formatExpertBlob } from '../../../src/protocol/assistance/expert-blob.ts';
import { RemdeskExpert, type RemdeskExpertOutput } from '../../../src/protocol/assistance/remdesk-expert.ts';
import { RemdeskNovice, type RemdeskNoviceOutput } from '../../../src/protocol/assistance/remdesk-novice.ts';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { hexDecode, hexEncode, utf16Encode } from '../../../src/protocol/bytes/text.ts';
import { decodeRemdesk, encodeRemdesk, type RemdeskMessage } from '../../../src/protocol/rdp/channels/remdesk.ts';

const NAME = '520043005f00430054004c000000';
const PASS = passOf('48BJQ853X3B4', 'WB^6HsrIaFmEpi');
const WRONG = passOf('48BJQ853X3B5', 'WB^6HsrIaFmEpi');
const TICKET = '65538,1,127.0.0.1:49200,*,aWQ=,*,*,*';
const CAPTURED = {
  versionInfo: `0e0000000c000000${NAME}060000000100000002000000`,
  expertOnVista: `0e00000024000000${NAME}09000000${hexEncode(PASS)}`,
  verifyPassword: `0e000000b2000000${NAME}08000000${hexEncode(utf16Encode(`11;NAME=novice69;PASS=${hexEncode(PASS).toUpperCase()}\0`))}`,
  success: `0e00000008000000${NAME}0200000000000000`,
};

function novice(version: 1 | 2, usable = true): RemdeskNovice {
  return new RemdeskNovice({ version, pass: PASS, rcTicket: TICKET, usable: () => usable });
}

/** Sent messages decoded, the rest as it is. */
function seen(outputs: readonly (RemdeskNoviceOutput | RemdeskExpertOutput)[]): unknown[] {
  return outputs.map((output) => (output.tag === 'send' ? decodeRemdesk(output.data) : output));
}

function say(machine: RemdeskNovice | RemdeskExpert, message: RemdeskMessage): unknown[] {
  return seen(machine.receive(encodeRemdesk(message)));
}

const blob = (pass: Uint8Array): string => formatExpertBlob({ name: 'Erika', pass });

describe('remdesk at the novice', () => {
  it('speaks version 2 byte for byte as captured', () => {
    const machine = novice(2);
    expect(machine.start().map((output) => (output.tag === 'send' ? hexEncode(output.data) : ''))).toEqual([
      `0e00000004000000${NAME}04000000`,
      CAPTURED.versionInfo,
    ]);
    expect(machine.receive(hexDecode(CAPTURED.expertOnVista, 'x'))).toEqual([]);
    const [result, verified] = machine.receive(hexDecode(CAPTURED.verifyPassword, 'x'));
    expect(result?.tag === 'send' && hexEncode(result.data)).toBe(CAPTURED.success);
    expect(verified).toEqual({ tag: 'verified', expertName: 'novice' });
    expect(machine.answer(true)).toEqual([]);
  });

  it('speaks version 1: the password first, the question when the desktop is asked for, then the answer', () => {
    const machine = novice(1);
    expect(seen(machine.start())).toEqual([{ tag: 'serverAnnounce' }, { tag: 'versionInfo', major: 1, minor: 1 }]);
    expect(say(machine, { tag: 'versionInfo', major: 1, minor: 1 })).toEqual([]);
    expect(say(machine, { tag: 'authenticate', text: `${TICKET}\0${blob(PASS)}` })).toEqual([{ tag: 'result', code: 0 }]);
    expect(say(machine, { tag: 'remoteControlDesktop', connectionString: TICKET })).toEqual([{ tag: 'verified', expertName: 'Erika' }]);
    expect(seen(machine.answer(true))).toEqual([{ tag: 'result', code: 0 }]);
  });

  it('understands version 1 without the NUL between ticket and blob', () => {
    const machine = novice(1);
    expect(say(machine, { tag: 'authenticate', text: `${TICKET}${blob(PASS)}` })).toEqual([{ tag: 'result', code: 0 }]);
  });

  it.each([
    ['the router\u2019s address in it', '65538,1,203.0.113.9:3389,*,aWQ=,*,*,*'],
    ['several addresses', '65538,1,203.0.113.9:3389;192.168.1.7:49200,*,aWQ=,*,*,*'],
    ['gaps that a mail program made', '65538,1,127.0.0.1:49\r\n 200,*,a WQ=,*,*,\r\n *'],
  ])('knows its ticket in version 1 with %s', (_, ticket) => {
    for (const between of ['\0', ''])
      expect(say(novice(1), { tag: 'authenticate', text: `${ticket}${between}${blob(PASS)}` })).toEqual([{ tag: 'result', code: 0 }]);
  });

  it.each([1, 2] as const)('says 41 in version %i when the novice does not want to', (version) => {
    const machine = novice(version);
    if (version === 2) say(machine, { tag: 'verifyPassword', expertBlob: blob(PASS) });
    else {
      say(machine, { tag: 'authenticate', text: `${TICKET}\0${blob(PASS)}` });
      say(machine, { tag: 'remoteControlDesktop', connectionString: TICKET });
    }
    expect(seen(machine.answer(false))).toEqual([{ tag: 'result', code: 41 }]);
    expect(machine.answer(true)).toEqual([]);
  });

  it.each<[string, 1 | 2, RemdeskMessage, number, string]>([
    ['a wrong PASS', 2, { tag: 'expertOnVista', pass: WRONG }, 61, 'wrongPassword'],
    ['a PASS that is none', 2, { tag: 'expertOnVista', pass: new Uint8Array(0) }, 61, 'wrongPassword'],
    ['a wrong blob', 2, { tag: 'verifyPassword', expertBlob: blob(WRONG) }, 61, 'wrongPassword'],
    ['a blob that is none', 2, { tag: 'verifyPassword', expertBlob: 'x' }, 61, 'wrongPassword'],
    ['version 1 where the file was for 2', 2, { tag: 'authenticate', text: `${TICKET}\0${blob(PASS)}` }, 61, 'outOfOrder'],
    ['a desktop asked for without a password', 2, { tag: 'remoteControlDesktop', connectionString: TICKET }, 61, 'outOfOrder'],
    ['a wrong password in version 1', 1, { tag: 'authenticate', text: `${TICKET}\0${blob(WRONG)}` }, 26, 'wrongPassword'],
    [
      'a ticket of another session',
      1,
      { tag: 'authenticate', text: `${TICKET.replace('aWQ=', 'aWR=')}\0${blob(PASS)}` },
      26,
      'wrongPassword',
    ],
    ['another ticket', 1, { tag: 'authenticate', text: `${TICKET}x\0${blob(PASS)}` }, 26, 'wrongPassword'],
    ['version 2 where the file was for 1', 1, { tag: 'verifyPassword', expertBlob: blob(PASS) }, 26, 'outOfOrder'],
    ['a desktop asked for before the password', 1, { tag: 'remoteControlDesktop', connectionString: TICKET }, 26, 'outOfOrder'],
    ['another major version', 2, { tag: 'versionInfo', major: 2, minor: 0 }, 47, 'badVersion'],
    ['an older minor version', 2, { tag: 'versionInfo', major: 1, minor: 1 }, 47, 'badVersion'],
  ])('refuses %s in version %i, and nothing after that counts', (_, version, message, code, why) => {
    const machine = novice(version);
    expect(say(machine, message)).toEqual([
      { tag: 'result', code },
      { tag: 'refused', why },
    ]);
    expect(say(machine, { tag: 'verifyPassword', expertBlob: blob(PASS) })).toEqual([]);
    expect(say(machine, { tag: 'authenticate', text: `${TICKET}\0${blob(PASS)}` })).toEqual([]);
    expect(machine.answer(true)).toEqual([]);
  });

  it('does not take a right blob after a wrong PASS, nor a second PASS', () => {
    const machine = novice(2);
    say(machine, { tag: 'expertOnVista', pass: PASS });
    expect(say(machine, { tag: 'expertOnVista', pass: PASS })).toContainEqual({ tag: 'refused', why: 'outOfOrder' });
  });

  it.each<[1 | 2, RemdeskMessage]>([
    [2, { tag: 'expertOnVista', pass: PASS }],
    [2, { tag: 'verifyPassword', expertBlob: blob(PASS) }],
    [2, { tag: 'verifyPassword', expertBlob: blob(WRONG) }],
    [1, { tag: 'authenticate', text: `${TICKET}\0${blob(PASS)}` }],
  ])('says 27 in version %i for a used or expired invitation, whatever the password', (version, message) => {
    expect(say(novice(version, false), message)).toEqual([
      { tag: 'result', code: 27 },
      { tag: 'refused', why: 'expired' },
    ]);
  });

  it('says 27 to whom the time runs out at the door, not to who is in', () => {
    const waiting = novice(2);
    expect(seen(waiting.expire())).toEqual([
      { tag: 'result', code: 27 },
      { tag: 'refused', why: 'expired' },
    ]);
    const inside = novice(2);
    say(inside, { tag: 'verifyPassword', expertBlob: blob(PASS) });
    expect(inside.expire()).toEqual([]);
  });

  it('hears a goodbye', () => {
    expect(say(novice(2), { tag: 'disconnect' })).toEqual([{ tag: 'disconnected' }]);
  });

  it('lets nobody in by noise', () => {
    fc.assert(
      fc.property(fc.constantFrom<1 | 2>(1, 2), fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (version, all) => {
        const machine = novice(version);
        for (const noise of all) {
          try {
            const bytes = Uint8Array.from([0x0e, 0, 0, 0, noise.length, 0, 0, 0, ...hexDecode(NAME, 'x'), ...noise]);
            expect(machine.receive(bytes).some(({ tag }) => tag === 'verified')).toBe(false);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('remdesk at the expert', () => {
  const expert = (pass: Uint8Array | undefined = PASS, rcTicket: string | undefined = TICKET): RemdeskExpert =>
    new RemdeskExpert({ userName: 'novice', pass, rcTicket });

  it('speaks version 2 byte for byte as captured', () => {
    const machine = expert();
    expect(say(machine, { tag: 'serverAnnounce' })).toEqual([]);
    expect(
      machine.receive(hexDecode(CAPTURED.versionInfo, 'x')).map((output) => (output.tag === 'send' ? hexEncode(output.data) : '')),
    ).toEqual([CAPTURED.expertOnVista, CAPTURED.verifyPassword]);
    expect(machine.receive(hexDecode(CAPTURED.success, 'x'))).toEqual([{ tag: 'accepted' }]);
  });

  it('falls back to version 1', () => {
    const machine = expert();
    expect(say(machine, { tag: 'versionInfo', major: 1, minor: 1 })).toEqual([
      { tag: 'versionInfo', major: 1, minor: 1 },
      { tag: 'authenticate', text: `${TICKET}\0${formatExpertBlob({ name: 'novice', pass: PASS })}` },
    ]);
    expect(say(machine, { tag: 'result', code: 0 })).toEqual([
      { tag: 'remoteControlDesktop', connectionString: TICKET },
      { tag: 'accepted' },
    ]);
    expect(say(machine, { tag: 'result', code: 0 })).toEqual([]);
  });

  it.each([
    [26, 'wrongPassword'],
    [61, 'wrongPassword'],
    [41, 'declined'],
    [27, 'expired'],
    [47, 'badVersion'],
    [5, 'refused'],
  ])('understands %i at any time', (code, why) => {
    const before = expert();
    say(before, { tag: 'versionInfo', major: 1, minor: 2 });
    expect(say(before, { tag: 'result', code })).toEqual([{ tag: 'rejected', why, code }]);
    const after = expert();
    say(after, { tag: 'versionInfo', major: 1, minor: 2 });
    say(after, { tag: 'result', code: 0 });
    expect(say(after, { tag: 'result', code })).toEqual([{ tag: 'rejected', why, code }]);
  });

  it('cannot prove what it does not have', () => {
    const machine = new RemdeskExpert({ userName: 'x', pass: undefined, rcTicket: undefined });
    expect(say(machine, { tag: 'versionInfo', major: 1, minor: 2 })).toEqual([{ tag: 'rejected', why: 'wrongPassword' }]);
    const old = new RemdeskExpert({ userName: 'x', pass: PASS, rcTicket: undefined });
    expect(say(old, { tag: 'versionInfo', major: 1, minor: 1 })).toEqual([{ tag: 'rejected', why: 'badVersion' }]);
    expect(say(expert(), { tag: 'versionInfo', major: 2, minor: 2 })).toEqual([{ tag: 'rejected', why: 'badVersion' }]);
  });

  it('takes a yes before it was asked anything for nothing, and goes on', () => {
    const machine = expert();
    expect(say(machine, { tag: 'result', code: 0 })).toEqual([]);
    expect(say(machine, { tag: 'versionInfo', major: 1, minor: 2 })).toHaveLength(2);
    expect(say(machine, { tag: 'result', code: 0 })).toEqual([{ tag: 'accepted' }]);
  });

  it('proves the password once, however often it is asked', () => {
    const machine = expert();
    say(machine, { tag: 'versionInfo', major: 1, minor: 2 });
    expect(say(machine, { tag: 'versionInfo', major: 1, minor: 2 })).toEqual([]);
  });

  it.each([1, 2] as const)('and our novice agree in version %i', (version) => {
    const ours = novice(version);
    const theirs = expert();
    const toExpert = [...ours.start()];
    const outcome: unknown[] = [];
    while (toExpert.length > 0) {
      const output = toExpert.shift();
      if (output?.tag !== 'send') {
        outcome.push(output);
        if (output?.tag === 'verified') toExpert.push(...ours.answer(true));
        continue;
      }
      for (const answer of theirs.receive(output.data)) {
        if (answer.tag === 'send') toExpert.push(...ours.receive(answer.data));
        else outcome.push(answer);
      }
    }
    expect(outcome).toContainEqual({ tag: 'accepted' });
    expect(outcome).toContainEqual({ tag: 'verified', expertName: 'novice' });
  });
});
