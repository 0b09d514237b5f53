import { describe, expect, it } from 'vitest';
import { hexEncode, utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { AnsweringAgreement, BeginningAgreement, type AgreementParts } from '../../../src/protocol/trust/agreement.ts';
import { agree, keyPairOf } from '../../../src/protocol/trust/noise.ts';

let seed = 0;
const random = (count: number): Uint8Array => {
  seed += 1;
  return Uint8Array.from({ length: count }, (_, at) => (seed * 31 + at * 7) & 0xff);
};
const NOVICE = keyPairOf(new Uint8Array(32).fill(1));
const EXPERT = keyPairOf(new Uint8Array(32).fill(2));
const ofKeys = agree(NOVICE, EXPERT.publicKey);
const binding = utf8Encode('the same on both sides');

const begins = (over: Partial<AgreementParts> = {}) =>
  new BeginningAgreement({ binding, random, identity: NOVICE, theirKey: undefined, ofKeys, code: '428117', ...over });
const answers = (over: Partial<AgreementParts> = {}) =>
  new AnsweringAgreement({ binding, random, identity: EXPERT, theirKey: undefined, ofKeys, ...over });
const bytes = utf8Encode;

describe('an agreement by code', () => {
  it('both sides get what the other sealed, and the same session id', () => {
    const [novice, expert] = [begins(), answers()];
    expect(expert.hearBeginning(novice.begin())).toBeUndefined();
    expect(expert.needsCode).toBe(true);
    expert.enterCode('428117');
    const heard = novice.hear(expert.answer(bytes('of the expert')));
    expect(heard).toMatchObject({ tag: 'opened' });
    expect(heard.tag === 'opened' && utf8Decode(heard.payload)).toBe('of the expert');
    const opened = expert.hear(novice.seal(bytes('of the novice')));
    expect(opened.tag === 'opened' && utf8Decode(opened.payload)).toBe('of the novice');
    expect(hexEncode(novice.sessionId)).toBe(hexEncode(expert.sessionId));
  });

  it('a code that both have from elsewhere, or that the beginning side types, works the same', () => {
    const [novice, expert] = [begins({ code: undefined }), answers({ code: '000000' })];
    expect(novice.needsCode).toBe(true);
    novice.enterCode('000000');
    expert.hearBeginning(novice.begin());
    expect(expert.needsCode).toBe(false);
    expect(novice.hear(expert.answer(bytes('x')))).toMatchObject({ tag: 'opened' });
  });

  it('three wrong codes burn it, each in a run of its own, and the right one after two is taken', () => {
    for (const last of ['428117', '333333']) {
      const [novice, expert] = [begins(), answers()];
      expert.hearBeginning(novice.begin());
      for (const [wrong, left] of [
        ['111111', 2],
        ['222222', 1],
      ] as const) {
        expert.enterCode(wrong);
        const heard = novice.hear(expert.answer(bytes('x')));
        expect(heard).toMatchObject({ tag: 'wrong', triesLeft: left });
        if (heard.tag === 'wrong') expect(expert.hear(heard.next)).toEqual({ tag: 'again', triesLeft: left });
        expect(expert.needsCode).toBe(true);
      }
      expert.enterCode(last);
      const answer = expert.answer(bytes('x'));
      expect(novice.hear(answer)).toMatchObject({ tag: last === '428117' ? 'opened' : 'burnt' });
      expect(novice.hear(answer)).toMatchObject({ tag: 'passedOver' });
    }
  });

  it('who answers counts for itself: no fourth guess for somebody who only says that the third was wrong', () => {
    const expert = answers();
    expert.hearBeginning(begins().begin());
    for (let run = 2; run <= 4; run += 1) {
      expert.enterCode('428117');
      expert.answer(bytes('x'));
      expect(expert.hear(begins().begin().replace('code 1', `again ${run}`))).toMatchObject({ tag: run === 4 ? 'burnt' : 'again' });
    }
    expert.enterCode('428117');
    expect(expert.hear('again 5 AAAA')).toMatchObject({ tag: 'passedOver' });
  });

  it('messages that come again, late or in another order change nothing', () => {
    const [novice, expert] = [begins(), answers()];
    const first = novice.begin();
    expert.hearBeginning(first);
    expect(expert.hearBeginning(first)).toMatchObject({ tag: 'passedOver' });
    expert.enterCode('111111');
    const wrong = expert.answer(bytes('x'));
    const heard = novice.hear(wrong);
    expect(novice.hear(wrong)).toMatchObject({ tag: 'passedOver' });
    expect(expert.hear(first)).toMatchObject({ tag: 'passedOver' });
    const next = heard.tag === 'wrong' ? heard.next : '';
    expert.hear(next);
    expect(expert.hear(next)).toMatchObject({ tag: 'passedOver' });
    expert.enterCode('428117');
    const right = expert.answer(bytes('x'));
    expect(novice.hear(wrong)).toMatchObject({ tag: 'passedOver' });
    expect(novice.hear(right)).toMatchObject({ tag: 'opened' });
    const last = novice.seal(bytes('y'));
    expect(expert.hear(last)).toMatchObject({ tag: 'opened' });
    expect(expert.hear(last)).toMatchObject({ tag: 'passedOver' });
  });

  it('what was bound in differs: the right code is a wrong one', () => {
    const [novice, expert] = [begins(), answers({ binding: utf8Encode('another') })];
    expert.hearBeginning(novice.begin());
    expert.enterCode('428117');
    expect(novice.hear(expert.answer(bytes('x')))).toMatchObject({ tag: 'wrong' });
  });

  it('the right code with a key announced that is somebody else’s opens nothing, on either side', () => {
    const thief = keyPairOf(new Uint8Array(32).fill(9));
    const [novice, asExpert] = [begins(), answers({ identity: thief, ofKeys: agree(thief, NOVICE.publicKey) })];
    asExpert.hearBeginning(novice.begin());
    asExpert.enterCode('428117');
    expect(novice.hear(asExpert.answer(bytes('x')))).toMatchObject({ tag: 'broken' });
    const [asNovice, expert] = [begins({ identity: thief, ofKeys: agree(thief, EXPERT.publicKey) }), answers()];
    expert.hearBeginning(asNovice.begin());
    expert.enterCode('428117');
    expect(asNovice.hear(expert.answer(bytes('x')))).toMatchObject({ tag: 'broken' });
  });

  it.each(['', 'hello', 'code 1', 'code 0 AAAA', 'code 1 A', 'code 1 AAAA', `code 1 ${'/'.repeat(42)}8=`, 'met AAAA'])(
    'a beginning of %j is broken',
    (text) => {
      expect(answers().hearBeginning(text)).toMatchObject({ tag: 'broken' });
    },
  );

  it('a beginning with the neutral element is broken', () => {
    expect(answers().hearBeginning(`code 1 ${'A'.repeat(43)}=`)).toMatchObject({ tag: 'broken' });
  });

  it('whoever changes the frame or the last confirmation breaks it', () => {
    const [novice, expert] = [begins(), answers()];
    expert.hearBeginning(novice.begin());
    expert.enterCode('428117');
    const answer = expert.answer(bytes('x'));
    novice.hear(answer);
    const last = novice.seal(bytes('y')).split(' ');
    expect(expert.hear([...last.slice(0, 3), 'AAAA'].join(' '))).toMatchObject({ tag: 'broken' });
    const other = begins();
    const [expert2] = [answers()];
    expert2.hearBeginning(other.begin());
    expert2.enterCode('428117');
    expert2.answer(bytes('x'));
    expect(expert2.hear(last.join(' '))).toMatchObject({ tag: 'broken' });
  });
});

describe('an agreement between two that know each other', () => {
  const known = () => [begins({ theirKey: EXPERT.publicKey, code: undefined }), answers({ theirKey: NOVICE.publicKey })] as const;

  it('needs no code', () => {
    const [novice, expert] = known();
    expect(novice.needsCode).toBe(false);
    expect(expert.hearBeginning(novice.begin())).toBeUndefined();
    expect(expert.needsCode).toBe(false);
    expect(novice.hear(expert.answer(bytes('x')))).toMatchObject({ tag: 'opened' });
    expect(expert.hear(novice.seal(bytes('y')))).toMatchObject({ tag: 'opened' });
    expect(hexEncode(novice.sessionId)).toBe(hexEncode(expert.sessionId));
  });

  it('anybody else breaks it', () => {
    const [novice] = known();
    const stranger = answers({ theirKey: keyPairOf(new Uint8Array(32).fill(9)).publicKey });
    expect(stranger.hearBeginning(novice.begin())).toMatchObject({ tag: 'broken' });
    expect(novice.hear('met AAAA')).toMatchObject({ tag: 'broken' });
  });

  it('a code is asked for all the same where the other wants one', () => {
    const [, expert] = known();
    const novice = begins();
    expect(expert.hearBeginning(novice.begin())).toBeUndefined();
    expect(expert.needsCode).toBe(true);
  });
});
