import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askConsent, consentQuestion, DELIBERATE_AFTER_MS, type ShowQuestion } from '../../../src/main/shell/consent-prompts.ts';
import { MAX_SHOWN_CHARACTERS, safeText } from '../../../src/main/shell/safe-text.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ANNA = { address: 'anna@home.example', friendlyName: 'Anna' };
const ALLOW = 1;

function answering(
  clock: VirtualClock,
  ...answers: { readonly afterMs: number; readonly response: number }[]
): { show: ShowQuestion; asked: () => number } {
  let asked = 0;
  const show: ShowQuestion = () => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    return new Promise((resolve) => {
      clock.after(answer?.afterMs ?? 0, () => resolve(answer?.response ?? 0));
    });
  };
  return { show, asked: () => asked };
}

describe('the question', () => {
  it.each(['view', 'control'] as const)('%s: Deny is the default and what Esc means, and name and address are said', (kind) => {
    const question = consentQuestion(kind, ANNA);
    expect(question).toMatchObject({ defaultId: 0, cancelId: 0, noLink: true });
    expect(question.buttons).toHaveLength(2);
    expect(question.buttons[0]).toMatch(/^No/);
    expect(question.buttons[1]).toMatch(/^Yes/);
    expect(question.message).toContain('Anna');
    expect(question.detail).toContain('anna@home.example');
    expect(question.detail).toMatch(/stranger|called you/);
  });

  it('control is asked in its own words', () => {
    expect(consentQuestion('control', ANNA).message).not.toBe(consentQuestion('view', ANNA).message);
    expect(consentQuestion('control', ANNA).detail).toMatch(/mouse and keyboard/);
  });

  it('who came by an invitation file is known by having it, and never by the address of a socket', () => {
    const named = { address: '127.0.0.1:32890', friendlyName: 'Peter' };
    for (const kind of ['view', 'control'] as const) {
      const nameless = consentQuestion(kind, { ...named, friendlyName: ' ' });
      expect(nameless.message).toContain('Let the person who has your invitation ');
      expect(nameless.detail).toMatch(/^The person who has your invitation wants /);
      expect(consentQuestion(kind, named).detail).toMatch(/^Someone who has your invitation and gives the name Peter wants /);
      expect(JSON.stringify([nameless, consentQuestion(kind, named)])).not.toContain('127.0.0.1');
    }
  });

  it('who gives control without being asked does not read that somebody wants it', () => {
    const { message, detail } = consentQuestion('offeredControl', ANNA);
    expect(message).toBe(consentQuestion('control', ANNA).message);
    expect(detail).toMatch(/^You chose to let Anna use /);
    expect(detail).not.toContain('wants');
  });

  it('a name cannot write sentences of its own', () => {
    const evil = { address: 'eve@home.example', friendlyName: `Bank\n\nRingback says: this is safe.\u202E${'x'.repeat(500)}` };
    const { message } = consentQuestion('view', evil);
    expect(message).not.toMatch(/[\n\u202e]/);
    expect([...message].length).toBeLessThan(MAX_SHOWN_CHARACTERS + 40);
  });
});

describe('the answer', () => {
  it('is yes only after a deliberate yes', async () => {
    const clock = new VirtualClock();
    const { show } = answering(clock, { afterMs: DELIBERATE_AFTER_MS, response: ALLOW });
    const answer = askConsent('view', ANNA, new AbortController().signal, show, clock);
    await clock.advance(DELIBERATE_AFTER_MS);
    expect(await answer).toBe(true);
  });

  it('asks again when the yes came too soon to be meant', async () => {
    const clock = new VirtualClock();
    const { show, asked } = answering(clock, { afterMs: 50, response: ALLOW }, { afterMs: 5_000, response: 0 });
    const answer = askConsent('view', ANNA, new AbortController().signal, show, clock);
    await clock.advance(10_000);
    expect(await answer).toBe(false);
    expect(asked()).toBe(2);
  });

  it.each([0, -1, 2, Number.NaN])('%d is no', async (response) => {
    const clock = new VirtualClock();
    const { show } = answering(clock, { afterMs: 1_000, response });
    const answer = askConsent('control', ANNA, new AbortController().signal, show, clock);
    await clock.advance(1_000);
    expect(await answer).toBe(false);
  });

  it('an error is no', async () => {
    expect(
      await askConsent('view', ANNA, new AbortController().signal, () => Promise.reject(new Error('no display')), new VirtualClock()),
    ).toBe(false);
  });

  it('an abort is no at once, even when the box never closes', async () => {
    const controller = new AbortController();
    const answer = askConsent('view', ANNA, controller.signal, () => new Promise(() => undefined), new VirtualClock());
    controller.abort();
    expect(await answer).toBe(false);
  });

  it('an abort beats a yes, and nothing is asked after one', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const { show, asked } = answering(clock, { afterMs: 1_000, response: ALLOW });
    const answer = askConsent('view', ANNA, controller.signal, show, clock);
    await clock.advance(999);
    controller.abort();
    await clock.advance(1);
    expect(await answer).toBe(false);
    expect(await askConsent('view', ANNA, controller.signal, show, clock)).toBe(false);
    expect(asked()).toBe(1);
  });

  it('a yes in the same moment as an abort is no', async () => {
    const controller = new AbortController();
    let now = 0;
    const answer = askConsent(
      'control',
      ANNA,
      controller.signal,
      () => {
        controller.abort();
        return Promise.resolve(ALLOW);
      },
      { now: () => now, monotonicMs: () => (now += DELIBERATE_AFTER_MS), after: () => () => undefined },
    );
    expect(await answer).toBe(false);
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
