import { describe, expect, it } from 'vitest';
import type { EncodedPicture, EncoderKind, FrameRequest, PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { PictureStream } from '../../../../src/protocol/rdp/graphics/picture-stream.ts';
import { decodeSurfaceCommands } from '../../../../src/protocol/rdp/pdu/surface-commands.ts';
import { FAST_PATH_UPDATE, FastPathOutputDecoder } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { captured } from '../../../support/captured.ts';
import { planarSettings } from '../../../support/encode-frame.ts';

const SIZE = { width: 128, height: 96 };
const WHOLE = { x: 0, y: 0, ...SIZE };
const ALL = SIZE.width * SIZE.height;

const picture = (size = SIZE): PixelFrame => ({ ...size, stride: size.width * 4, pixels: new Uint8Array(size.width * size.height * 4) });

/** An encoder that tells what it was asked for and answers when the test says so. */
function madeUp(name: string) {
  const asked: FrameRequest[] = [];
  const answers: { resolve(encoded: EncodedPicture | undefined): void; reject(error: Error): void }[] = [];
  const kind: EncoderKind & { closed: number } = {
    name,
    closed: 0,
    settingsFor: () => ({ name }),
    create: () => ({
      encode(_, wanted) {
        asked.push(wanted);
        return new Promise((resolve, reject) => answers.push({ resolve, reject }));
      },
      close: () => void (kind.closed += 1),
    }),
  };
  const made: EncodedPicture = { updates: [{ route: 'fastPath', bytes: Uint8Array.of(1) }], changedPixels: 1 };
  return { kind, asked, made, answer: () => answers.shift()?.resolve(made), fail: (error: Error) => answers.shift()?.reject(error) };
}

describe('the stream of pictures to one client', () => {
  it('starts with a whole frame, then has only what changed inside the damage', async () => {
    const stream = new PictureStream(SIZE);
    expect(stream.configured).toBe(false);
    stream.configure(planarSettings(), 3);
    expect(stream.dueAnyway).toBe(true);
    const frame = picture();
    expect(await stream.encode(captured(frame, []))).toMatchObject({ generation: 3, frameId: 1, changedPixels: ALL });
    expect(stream.dueAnyway).toBe(false);
    expect(await stream.encode(captured(frame))).toBeUndefined();
    frame.pixels[(70 * 128 + 100) * 4] = 255;
    expect(await stream.encode(captured(frame, [{ x: 0, y: 0, width: 10, height: 10 }]))).toBeUndefined();
    expect(await stream.encode(captured(frame))).toMatchObject({ generation: 3, frameId: 2, changedPixels: 4 });
  });

  it('repeats what is asked for again, cut to the picture, and all of it when that is more than all', async () => {
    const stream = new PictureStream(SIZE);
    stream.configure(planarSettings(), 1);
    await stream.encode(captured(picture()));
    stream.refresh([
      { x: -10, y: -10, width: 20, height: 20 },
      { x: 500, y: 0, width: 5, height: 5 },
    ]);
    expect(stream.dueAnyway).toBe(true);
    expect(await stream.encode(captured(picture(), []))).toMatchObject({ changedPixels: 100 });
    stream.refresh([{ x: 500, y: 500, width: 5, height: 5 }]);
    expect(stream.dueAnyway).toBe(false);
    stream.refresh(Array.from({ length: 4 }, () => WHOLE));
    expect(await stream.encode(captured(picture(), []))).toMatchObject({ changedPixels: ALL });
  });

  it('gathers no wishes without end while nobody takes a picture', async () => {
    const { kind, asked, answer } = madeUp('made-up');
    const stream = new PictureStream(SIZE, [kind]);
    stream.configure({ encoder: { name: 'made-up' }, acknowledgement: 'unmarked' }, 1);
    const next = async (): Promise<FrameRequest | undefined> => {
      const encoding = stream.encode(captured(picture()));
      answer();
      await encoding;
      return asked.at(-1);
    };
    expect(await next()).toEqual({ frameId: 1, key: true, areas: [] });
    const pixel = { x: 1, y: 1, width: 1, height: 1 };
    for (let count = 0; count < 255; count += 1) stream.refresh([pixel]);
    expect(await next()).toEqual({ frameId: 2, key: false, areas: Array.from({ length: 255 }, () => pixel) });
    for (let count = 0; count < 3_000; count += 1) stream.refresh([pixel]);
    expect(await next()).toEqual({ frameId: 3, key: true, areas: [] });
    expect(stream.dueAnyway).toBe(false);
  });

  it('is whole again after new settings and after a new size', async () => {
    const stream = new PictureStream(SIZE);
    stream.configure(planarSettings(), 1);
    await stream.encode(captured(picture()));
    stream.configure(planarSettings(), 2);
    expect(await stream.encode(captured(picture(), []))).toMatchObject({ generation: 2, changedPixels: ALL });
    const size = { width: 64, height: 64 };
    stream.resize(size);
    expect(await stream.encode(captured(picture(size), []))).toMatchObject({ changedPixels: 64 * 64 });
  });

  it.each([
    ['marked', 3],
    ['unmarked', 1],
    ['channel', 1],
  ] as const)('marks frames as the link has it (%s), whatever encodes them', async (acknowledgement, updates) => {
    const { kind, made, answer } = madeUp('made-up');
    const stream = new PictureStream(SIZE, [kind]);
    stream.configure({ encoder: { name: 'made-up' }, acknowledgement }, 1);
    const encoding = stream.encode(captured(picture()));
    answer();
    const frame = await encoding;
    expect(frame?.updates).toHaveLength(updates);
    expect(frame?.updates).toContain(made.updates[0]);
    if (acknowledgement !== 'marked') return;
    const [begin, , end] = frame?.updates.map(({ bytes }) => bytes) ?? [];
    const marker = (bytes: Uint8Array = new Uint8Array(0)) =>
      new FastPathOutputDecoder()
        .decode(bytes)
        .flatMap(({ updateCode, data }) => (updateCode === FAST_PATH_UPDATE.surfaceCommands ? decodeSurfaceCommands(data) : []));
    expect(marker(begin)).toEqual([{ tag: 'frameMarker', action: 'begin', frameId: 1 }]);
    expect(marker(end)).toEqual([{ tag: 'frameMarker', action: 'end', frameId: 1 }]);
  });

  it('changes the encoder in the middle of a frame: that one is dropped, the next is a key frame of the new one', async () => {
    const [old, young] = [madeUp('old'), madeUp('young')];
    const stream = new PictureStream(SIZE, [old.kind, young.kind]);
    stream.configure({ encoder: { name: 'old' }, acknowledgement: 'unmarked' }, 1);
    const given = captured(picture());
    const dropped = stream.encode(given);
    stream.configure({ encoder: { name: 'young' }, acknowledgement: 'unmarked' }, 2);
    expect(old.kind.closed).toBe(1);
    old.answer();
    expect(await dropped).toBeUndefined();
    expect(given.closed()).toBe(1);
    expect(stream.dueAnyway).toBe(true);
    const kept = stream.encode(captured(picture()));
    young.answer();
    expect(await kept).toMatchObject({ generation: 2, frameId: 1 });
    expect(young.asked).toEqual([{ frameId: 1, key: true, areas: [] }]);
    // What the old one still has to say, even that it broke, is nobody's.
    stream.configure({ encoder: { name: 'old' }, acknowledgement: 'unmarked' }, 3);
    const broken = stream.encode(captured(picture()));
    stream.close();
    old.fail(new Error('closed'));
    expect(await broken).toBeUndefined();
  });

  it('closes every picture it was given, whatever came of it', async () => {
    const { kind, answer, fail } = madeUp('made-up');
    const stream = new PictureStream(SIZE, [kind]);
    const early = captured(picture());
    await expect(stream.encode(early)).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
    stream.configure({ encoder: { name: 'made-up' }, acknowledgement: 'unmarked' }, 1);
    const [first, second, third] = [captured(picture()), captured(picture()), captured(picture())];
    const encoding = stream.encode(first);
    expect(first.closed()).toBe(0);
    await expect(stream.encode(second)).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
    answer();
    await encoding;
    const failing = stream.encode(third);
    fail(new Error('no memory'));
    await expect(failing).rejects.toThrow('no memory');
    expect([early, first, second, third].map((given) => given.closed())).toEqual([1, 1, 1, 1]);
  });

  it('refuses an encoder that cannot run here', () => {
    expect(() => new PictureStream(SIZE).configure({ encoder: { name: 'x264' }, acknowledgement: 'unmarked' }, 1)).toThrow(
      expect.objectContaining({ code: 'REFUSED', got: 'x264' }),
    );
  });
});
