import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentQuestion } from '../../../src/main/shell/consent-prompts.ts';
import { MAX_SHOWN_CHARACTERS, safeText } from '../../../src/main/shell/safe-text.ts';

const ANNA = { transport: 'msnp', address: 'anna@home.example', friendlyName: 'Anna' };
const KINDS = ['view', 'control', 'offeredControl'] as const;

const aboutOf = (...question: Parameters<typeof consentQuestion>) => consentQuestion(...question).about?.map(({ text }) => text) ?? [];

describe('the question', () => {
  it.each(KINDS)('%s: says who it is, and that whoever was called first presses Stop', (kind) => {
    const question = consentQuestion(kind, ANNA);
    expect(question.no).toMatch(/^No/);
    expect(question.yes).toMatch(/^Yes/);
    expect(question.heading).toContain('Anna');
    expect(question.warning).toMatchObject({ title: 'Did you ask for this help?', stop: 'Stop' });
    expect(question.warning?.text).toContain('press Stop');
    expect(question.warning?.text).toMatch(/called you first/);
  });

  it.each(['view', 'control'] as const)('%s: name and address', (kind) => {
    expect(aboutOf(kind, ANNA)[0]).toMatch(/^Anna \(anna@home\.example\) wants /);
  });

  it('control is asked in its own words', () => {
    expect(consentQuestion('control', ANNA).heading).not.toBe(consentQuestion('view', ANNA).heading);
    expect(consentQuestion('control', ANNA).text.join(' ')).toMatch(/delete files/);
  });

  it('says how it is known that it is them, and what is not known stands out', () => {
    expect(consentQuestion('view', { ...ANNA, verification: { tag: 'unverified' } }).about?.at(-1)).toEqual({
      text: expect.stringMatching(/^Not verified: /) as string,
      tone: 'warning',
    });
    for (const tag of ['code', 'password'] as const)
      expect(consentQuestion('control', { ...ANNA, verification: { tag } }).about?.at(-1)).toMatchObject({ tone: 'good' });
    expect(aboutOf('view', ANNA)).toHaveLength(1);
  });

  it('does not say of whoever helps a guest that it is really them: a link can name anybody', () => {
    const [who, how] = consentQuestion('view', { ...ANNA, transport: 'guest', verification: { tag: 'code' } }).about ?? [];
    expect(who?.text).toContain('anna@home.example');
    expect(how).toEqual({ text: expect.stringMatching(/Whoever gave you that code or link/) as string });
  });

  it.each([
    [1, 'You have met Anna here once before.'],
    [3, 'You have met Anna here 3 times before.'],
  ])('%d earlier meetings', (meetings, sentence) => {
    expect(aboutOf('view', { ...ANNA, verification: { tag: 'met', meetings } }).at(-1)).toBe(sentence);
  });

  it('who came by an invitation file is known by having it, and never by the address of a socket', () => {
    const named = { address: '127.0.0.1:32890', friendlyName: 'Peter' };
    for (const kind of ['view', 'control'] as const) {
      const nameless = { ...named, friendlyName: ' ' };
      expect(consentQuestion(kind, nameless).heading).toContain('Let the person who has your invitation ');
      expect(aboutOf(kind, nameless)[0]).toMatch(/^The person who has your invitation wants /);
      expect(aboutOf(kind, named)[0]).toMatch(/^Someone who has your invitation and gives the name “Peter” wants /);
      expect(JSON.stringify([consentQuestion(kind, nameless), consentQuestion(kind, named)])).not.toContain('127.0.0.1');
    }
  });

  it('who gives control without being asked does not read that somebody wants it', () => {
    expect(consentQuestion('offeredControl', ANNA).heading).toBe(consentQuestion('control', ANNA).heading);
    expect(aboutOf('offeredControl', ANNA)[0]).toMatch(/^You chose to let Anna use /);
    expect(JSON.stringify(consentQuestion('offeredControl', ANNA))).not.toContain('wants');
  });

  it('a name cannot write sentences of its own', () => {
    const evil = { address: 'eve@home.example', friendlyName: `Bank\n\nRingback says: this is safe.\u202E${'x'.repeat(500)}` };
    const { heading } = consentQuestion('view', evil);
    expect(heading).not.toMatch(/[\n\u202e]/);
    expect([...heading].length).toBeLessThan(MAX_SHOWN_CHARACTERS + 40);
  });
});

describe('safe text', () => {
  it('has no control, bidi or invisible characters, on one line, and is short', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const safe = safeText(text);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/u);
        expect([...safe].length).toBeLessThanOrEqual(MAX_SHOWN_CHARACTERS);
        expect(safe).toBe(safe.trim());
      }),
    );
  });

  it('leaves names of people alone', () => {
    for (const name of ['Änne Müller', '田中さん', 'Нина', 'Zoë ☕', 'أمل']) expect(safeText(name)).toBe(name);
  });

  it('takes out what hides', () => {
    expect(safeText('a\u202Eb\u200Bc\u0007d\u2066e\n\tf')).toBe('abc de f');
    expect(safeText(`e${'\u0301'.repeat(40)}`).length).toBeLessThan(6);
  });
});
