import { describe, expect, it } from 'vitest';
import { violationOf } from '../fuzz/engine.ts';
import { TARGETS, targetNamed } from '../fuzz/targets.ts';
import { inputsOf, targetsWithInputs, VECTORS } from '../fuzz/vectors.ts';

describe('inputs that once broke a rule', () => {
  it.each(targetsWithInputs(VECTORS))('%s keeps to its rules on all of them', (name) => {
    for (const [file, input] of inputsOf(VECTORS, name)) expect(violationOf(targetNamed(name), input), file).toBeUndefined();
  });
});

describe('seeds', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s takes what its encoder made', (_, target) => {
    const seeds = target.seeds();
    expect(seeds.length).toBeGreaterThan(0);
    for (const seed of seeds) target.check(seed);
  });
});
