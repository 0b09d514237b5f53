import { describe, expect, it } from 'vitest';
import type { FilmPageEnd } from '../../../src/main/desktop/film/contract.ts';
import { filmPageInProcess } from '../../../src/main/desktop/film/film-page-in-process.ts';
import type { ToFilmPage } from '../../../src/protocol/rdp/graphics/film/page-messages.ts';

const encode = (i420: Uint8Array): ToFilmPage => ({ tag: 'encode', film: 1, i420, key: false, bitsPerSecond: 1_000_000 });

describe('the port of a film’s page in the process that captures', () => {
  it('sends the picture alone out of the memory that it lies in, and makes no memory for each', () => {
    const posted: Uint8Array[] = [];
    const contents: string[] = [];
    const port = {
      postMessage: (message: ToFilmPage) => {
        if (message.tag !== 'encode') return;
        posted.push(message.i420);
        contents.push(message.i420.join());
      },
    } as unknown as FilmPageEnd;
    const { post } = filmPageInProcess(port);
    const memory = new Uint8Array(4_096);
    memory.fill(7, 0, 12);
    post(encode(memory.subarray(0, 6)));
    memory.fill(9, 0, 12);
    post(encode(memory.subarray(0, 6)));
    post(encode(memory.subarray(0, 12)));
    expect(contents).toEqual(['7,7,7,7,7,7', '9,9,9,9,9,9', '9,9,9,9,9,9,9,9,9,9,9,9']);
    expect(posted.map(({ buffer }) => buffer.byteLength)).toEqual([6, 6, 12]);
    expect(posted[1]?.buffer).toBe(posted[0]?.buffer);
  });
});
