import { describe, expect, it } from 'vitest';
import { Emitter } from '../../src/main/emitter.ts';

describe('the emitter', () => {
  it('tells everybody in the order in which they came, the same function twice when added twice', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const twice = (event: number): void => void heard.push(`twice ${event}`);
    emitter.on((event) => void heard.push(`first ${event}`));
    const off = emitter.on(twice);
    emitter.on(twice);
    emitter.emit(1);
    off();
    emitter.emit(2);
    expect(heard).toEqual(['first 1', 'twice 1', 'twice 1', 'first 2', 'twice 2']);
    expect(emitter.size).toBe(2);
  });

  it('a listener that is added or removed meanwhile', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const offs: (() => void)[] = [];
    emitter.on((event) => {
      offs[0]?.();
      emitter.on((late) => void heard.push(`late ${late}`));
      heard.push(`first ${event}`);
    });
    offs.push(emitter.on((event) => void heard.push(`removed ${event}`)));
    emitter.emit(1);
    expect(heard).toEqual(['first 1']);
    emitter.emit(2);
    expect(heard).toEqual(['first 1', 'first 2', 'late 2']);
  });

  it('keeps the order of events that listeners bring about', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    emitter.on((event) => {
      if (event === 'a') emitter.emit('c', 'd');
    });
    emitter.on((event) => void heard.push(event));
    emitter.emit('a', 'b');
    expect(heard).toEqual(['a', 'b', 'c', 'd']);
  });

  it('a listener that throws does not keep the others from hearing', () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    const one = new Error('one');
    emitter.on((event) => {
      if (event !== 'fine') throw one;
    });
    emitter.on((event) => void heard.push(event));
    expect(() => emitter.emit('a')).toThrow(one);
    emitter.on((event) => {
      if (event !== 'fine') throw new Error('two');
    });
    expect(() => emitter.emit('b')).toThrow(AggregateError);
    emitter.emit('fine');
    expect(heard).toEqual(['a', 'b', 'fine']);
  });

  it('what is thrown goes to whoever wants it', () => {
    const failures: unknown[] = [];
    const emitter = new Emitter((error) => void failures.push(error));
    emitter.on(() => {
      throw new Error('one');
    });
    emitter.emit();
    expect(failures).toEqual([new Error('one')]);
  });

  it('tells the last event once, also to who comes late', async () => {
    const emitter = new Emitter<string>();
    const heard: string[] = [];
    emitter.on((event) => {
      heard.push(`early ${event}`);
      if (event !== 'a') return;
      emitter.finish('z');
      // Before the last event is told: not told of it twice.
      emitter.on((late) => void heard.push(`middle ${late}`));
    });
    emitter.emit('a');
    emitter.emit('after');
    emitter.finish('again');
    emitter.on((event) => void heard.push(`late ${event}`));
    emitter.on((event) => void heard.push(`removed ${event}`))();
    await Promise.resolve();
    expect(heard).toEqual(['early a', 'early z', 'middle z', 'late z']);
  });
});

it('what a late listener throws is heard by `failed` too', async () => {
  const failed: unknown[] = [];
  const emitter = new Emitter<string>((error) => failed.push(error));
  emitter.finish('over');
  const error = new Error('late');
  emitter.on(() => {
    throw error;
  });
  await Promise.resolve();
  expect(failed).toEqual([error]);
});
