import { describe, expect, it } from 'vitest';
import { createQuit, type ShowQuitQuestion } from '../../../src/main/shell/quit-question.ts';
import type { AppState } from '../../../src/preload/contract.ts';
import { appState, CONNECTED, MARGARET, session } from '../../renderer/app/fixtures.ts';

const account = (name: string, online: boolean) => ({ address: `${name.toLowerCase()}@ringback.local`, friendlyName: name, online });
const hosting = (...accounts: ReturnType<typeof account>[]): AppState['hosting'] => ({
  tag: 'on',
  addresses: ['192.0.2.1:1863'],
  reach: 'lan',
  accounts,
});
const own = { ...account('Margaret', true), address: MARGARET.address };

function quitting(state: AppState, answer: Promise<number>) {
  const asked: string[] = [];
  let quits = 0;
  const show: ShowQuitQuestion = (question) => {
    asked.push(question.detail);
    return answer;
  };
  const quit = createQuit({ state: () => state, show, quit: () => void (quits += 1) });
  return { quit, asked, quits: () => quits };
}

describe('quitting', () => {
  it('asks where others are signed in to this computer, and stays or goes as is answered', async () => {
    const state = appState({ hosting: hosting(own, account('Anna', true), account('Tom', false)) });
    for (const answer of [0, 1]) {
      const { quit, asked, quits } = quitting(state, Promise.resolve(answer));
      quit();
      expect([asked.length, quits()]).toEqual([1, 0]);
      expect(asked[0]).toContain('Anna');
      expect(asked[0]).not.toMatch(/Tom|Margaret/);
      await Promise.resolve().then(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      expect(quits()).toBe(answer);
    }
  });

  it('fits on a screen, however many there are and whatever they call themselves', () => {
    const many = Array.from({ length: 600 }, (_, index) => account(`Person${index}${'x'.repeat(100)}`, true));
    const { quit, asked } = quitting(appState({ hosting: hosting(...many) }), new Promise(() => undefined));
    quit();
    expect(asked[0]?.length).toBeLessThan(700);
    expect(asked[0]).toContain('Person0');
    expect(asked[0]).toContain('595');
  });

  it('takes a second wish for a yes', () => {
    const { quit, quits } = quitting(appState({ hosting: hosting(account('Anna', true)) }), new Promise(() => undefined));
    quit();
    quit();
    expect(quits()).toBe(1);
  });

  it('asks nothing where nobody else is cut off', () => {
    for (const state of [
      appState(),
      appState({ hosting: hosting(own, account('Tom', false)) }),
      appState({ hosting: hosting(own, account('Anna', true)), session: session('expert', CONNECTED) }),
    ]) {
      const { quit, asked, quits } = quitting(state, Promise.resolve(0));
      quit();
      expect([asked, quits()]).toEqual([[], 1]);
    }
  });
});
