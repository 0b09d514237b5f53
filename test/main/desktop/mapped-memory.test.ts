import { closeSync, ftruncateSync, writeSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { attachedMemory } from '../../../src/main/desktop/x11/attached-memory.ts';
import { mapSharedMemory } from '../../../src/main/desktop/x11/mapped-memory.ts';

const BYTES = 10_000;

it.runIf(process.platform === 'linux')('memory that another process writes is read in its bounds, and nobody makes it smaller', () => {
  const memory = mapSharedMemory(BYTES);
  try {
    writeSync(memory.fd, Uint8Array.of(1, 2, 3, 4), 0, 4, BYTES - 4);
    const into = new Uint8Array(6).fill(9);
    memory.read(into.subarray(1, 5), BYTES - 4);
    expect([...into]).toEqual([9, 1, 2, 3, 4, 9]);
    expect(() => memory.read(into, BYTES - 5)).toThrow(RangeError);
    expect(() => memory.read(into, -1)).toThrow(RangeError);
    expect(() => ftruncateSync(memory.fd, BYTES - 1)).toThrow('EPERM');
    memory.giveBack();
    memory.giveBack();
    expect(() => memory.read(into, 0)).toThrow(RangeError);
  } finally {
    memory.giveBack();
    closeSync(memory.fd);
  }
});

it.runIf(process.platform === 'linux')('memory is given back once: something else may be at its address then', () => {
  const giveBack = vi.fn();
  const memory = attachedMemory(4_096n, BYTES, giveBack);
  memory.giveBack();
  memory.giveBack();
  expect(giveBack).toHaveBeenCalledExactlyOnceWith(4_096n);
});
