/* Four pairings of homes out of the sixteen that `npm run lab` tries (test/lab/two-homes.test.ts), through ejabberd, with the real ladder. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Laboratory, needsLaboratory, startLaboratory } from '../support/lab/laboratory.ts';

const programs = needsLaboratory();

describe.skipIf(programs.skip)(programs.title('two people in two homes'), () => {
  let laboratory: Laboratory;
  beforeAll(async () => {
    laboratory = await startLaboratory();
    await laboratory.homes.mapPorts(true);
  });
  afterAll(() => laboratory?.close());

  it('the helper can be called', async () => {
    const { connection, sentences } = await laboratory.pair('noUdp', 'open');
    expect(connection).toMatchObject({ by: 'reverse' });
    expect(sentences?.novice).toMatch(/^Your computer called 45\.80\.2\.2:\d+/);
    expect(sentences?.expert).toMatch(/^45\.80\.1\.14:\d+ called your computer/);
  });

  it('who asks can be called', async () => {
    const { connection, sentences } = await laboratory.pair('open', 'noUdp');
    expect(connection).toMatchObject({ by: 'forward' });
    expect(sentences?.novice).toMatch(/^Your computer did not get through to Erik’s, so 45\.80\.2\.14:\d+ called yours/);
  });

  it('the helper’s router opens a door', async () => {
    const { connection, sentences } = await laboratory.pair('nat', 'symmetric', { maps: true });
    expect(connection).toMatchObject({ by: 'reverse', mapped: true });
    expect(sentences?.novice).toMatch(/^Erik’s router opened a door, and your computer called there: .*45\.80\.2\.10:\d+/);
    expect(sentences?.expert).toMatch(/^Your router opened a door, and Nora’s computer called there/);
  });

  it('neither lets anything in, so the server passes it on', async () => {
    const { connection, sentences } = await laboratory.pair('symmetric', 'noUdp');
    expect(connection).toMatchObject({ by: 'relay', relayed: true });
    expect(sentences?.novice).toMatch(/^Through the server \S+, because your two computers did not reach each other directly/);
    expect(sentences?.expert).toBe(sentences?.novice);
  });
});
