import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOpenH264 } from '../../../src/main/desktop/film/openh264/library.ts';
import { OpenH264FilmEncoders } from '../../../src/main/desktop/film/openh264/openh264-film-encoders.ts';
import { startDisplay, type Display } from '../../support/display.ts';
import { openH264 } from '../../support/openh264.ts';
import { buildInto } from '../../support/ice-app.ts';
import { needs, type Program, startProgram, until } from '../../support/programs.ts';
import { purest } from '../../support/sound-server.ts';
import { testPlanes, type FilmTestPicture } from '../../support/film-picture.ts';
import type { FilmOrder } from './film-page-app.ts';

const electron = process.env['RINGBACK_TEST_ELECTRON'];
const programs = needs('Xvfb');
const skipped = electron === undefined ? ' [skipped: needs RINGBACK_TEST_ELECTRON, which npm test sets]' : '';

interface Seen {
  readonly tag: string;
  readonly error?: string;
  readonly way?: string;
  readonly units?: readonly { readonly key: boolean; readonly ms: number; readonly bytes: string }[];
  readonly packets?: readonly { readonly recordedAtMs: number; readonly durationMs: number; readonly bytes: string }[];
  readonly answer?: unknown;
  readonly code?: string;
  readonly ms?: number;
}

/** Types of the NAL units of an Annex B stream (H.264, table 7-1). */
function nalTypes(bytes: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at + 3 < bytes.length; at++) {
    if (bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1) types.push((bytes[at + 3] ?? 0) & 31);
  }
  return types;
}

const DECODED = (units: readonly { readonly key: boolean; readonly bytes: string }[]): string => `(async () => {
  const decoded = [];
  let failed;
  const decoder = new VideoDecoder({ output: (frame) => decoded.push(frame), error: (error) => { failed = String(error); } });
  decoder.configure({ codec: 'avc1.42e034', optimizeForLatency: true });
  for (const { key, bytes } of ${JSON.stringify(units.map(({ key, bytes }) => ({ key, bytes })))}) {
    const data = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
    decoder.decode(new EncodedVideoChunk({ type: key ? 'key' : 'delta', timestamp: 0, data }));
  }
  await decoder.flush();
  const frame = decoded.at(-1);
  const planes = new Uint8Array(frame.allocationSize());
  const [y, u, v] = await frame.copyTo(planes);
  const at = (plane, column, row) => planes[plane.offset + row * plane.stride + column];
  const { codedWidth, visibleRect, format } = frame;
  const { width, height } = visibleRect;
  return { failed, count: decoded.length, width, height, format, space: frame.colorSpace.toJSON(),
    colour: [at(y, 20, 20), at(u, 10, 10), at(v, 10, 10)], right: at(y, width - 20, height - 20) };
})()`;

const HEARD = (packets: readonly { readonly bytes: string }[]): string => `(async () => {
  const samples = [];
  const lengths = [];
  const decoder = new AudioDecoder({
    output: (audio) => {
      const plane = new Float32Array(audio.numberOfFrames);
      audio.copyTo(plane, { planeIndex: 0, format: 'f32-planar' });
      lengths.push(audio.numberOfFrames);
      samples.push(...plane);
      audio.close();
    },
    error: (error) => lengths.push(String(error)),
  });
  decoder.configure({ codec: 'opus', sampleRate: 48000, numberOfChannels: 2 });
  for (const bytes of ${JSON.stringify(packets.map(({ bytes }) => bytes))}) {
    const data = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
    decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: 0, data }));
  }
  await decoder.flush();
  return { samples, lengths };
})()`;

const still = (colour: FilmTestPicture['colour'], shift = 0): FilmTestPicture => ({ colour, shift, noise: false, key: false });

describe.skipIf(programs.skip || electron === undefined)(programs.title(`the page that encodes film${skipped}`), () => {
  let display: Display;
  let folder: string;
  let program: Program;
  const said: Seen[] = [];

  async function tell(order: FilmOrder): Promise<Seen> {
    const before = said.length;
    program.process.stdin?.write(`${JSON.stringify(order)}\n`);
    return until(
      () => said[before],
      () => `${order.do}: ${program.output()}`,
      20_000,
    );
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-film-'));
    await buildInto(folder, 'test/main/desktop/film-page-app.ts', 'film');
    display = await startDisplay({ width: 640, height: 480, windowManager: false });
    program = startProgram(electron ?? '', [folder, '--no-sandbox', '--disable-logging', '--use-fake-device-for-media-stream'], {
      env: { ...display.env, RINGBACK_TEST_FOLDER: folder, XDG_CONFIG_HOME: folder },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    if (program.process.stdout !== null)
      createInterface({ input: program.process.stdout }).on('line', (line) => {
        if (line.startsWith('@{')) said.push(JSON.parse(line.slice(1)) as Seen);
      });
    await until(
      () => said.length > 0,
      () => `the application: ${program.output()}`,
      30_000,
    );
  });

  afterAll(async () => {
    await program?.stop();
    await display?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('makes a stream that begins with its parameters, is marked, and has the colours it was given', async () => {
    const colour = [70, 190, 60] as const;
    const { units = [], way } = await tell({
      do: 'encode',
      width: 640,
      height: 368,
      pictures: [0, 4, 8, 12].map((shift) => still(colour, shift)),
    });
    expect(way).toBe('webcodecs');
    expect(units.map(({ key }) => key)).toEqual([true, false, false, false]);
    const types = units.map(({ bytes }) => nalTypes(Buffer.from(bytes, 'base64')));
    expect(types[0]).toEqual(expect.arrayContaining([7, 8, 5]));
    expect(types[0]?.indexOf(7)).toBeLessThan(types[0]?.indexOf(5) ?? 0);
    for (const delta of types.slice(1)) expect(delta.every((type) => type === 1)).toBe(true);
    const { answer } = await tell({ do: 'page', script: DECODED(units) });
    const seen = answer as { readonly colour: number[]; readonly right: number };
    expect(seen).toMatchObject({
      count: 4,
      width: 640,
      height: 368,
      space: { matrix: 'bt709', primaries: 'bt709', transfer: 'bt709', fullRange: true },
    });
    for (const [plane, level] of colour.entries()) expect(Math.abs((seen.colour[plane] ?? -9) - level)).toBeLessThanOrEqual(1);
    expect(Math.abs(seen.right - (255 - colour[0]))).toBeLessThanOrEqual(1);
  });

  it.skipIf(openH264.skip)(openH264.title('decodes what libopenh264 makes of a moving picture, in the colours it was given'), async () => {
    const size = { width: 1_280, height: 720 };
    const colour = [70, 190, 60] as const;
    const encoders = new OpenH264FilmEncoders(loadOpenH264(), { processors: 2, nowMs: () => performance.now() });
    const encoder = await encoders.open({ ...size, bitsPerSecond: 4_000_000, framesPerSecond: 30 });
    // As the kernels' memory is: of WebAssembly, and never growing.
    const memory = new WebAssembly.Memory({ initial: 40, maximum: 40 });
    const i420 = new Uint8Array(memory.buffer, 65_536, (size.width * size.height * 3) / 2);
    const units: { readonly key: boolean; readonly bytes: string }[] = [];
    for (const shift of [0, 3, 6, 9, 12, 15]) {
      i420.set(testPlanes(size, still(colour, shift)));
      if (shift === 6) encoder.setBitrate(1_000_000);
      const { key, bytes } = await encoder.encode({ ...size, i420 }, shift === 12);
      units.push({ key, bytes: Buffer.from(bytes).toString('base64') });
    }
    encoders.close();
    expect(units.map(({ key }) => key)).toEqual([true, false, false, false, true, false]);
    for (const { key, bytes } of units) {
      const types = nalTypes(Buffer.from(bytes, 'base64'));
      // Two threads: two slices, each of a NAL unit.
      expect(types).toEqual(key ? [7, 8, 5, 5] : [1, 1]);
    }
    const seen = (await tell({ do: 'page', script: DECODED(units) })).answer as { readonly colour: number[]; readonly right: number };
    expect(seen).toMatchObject({
      ...size,
      count: 6,
      space: { matrix: 'bt709', primaries: 'bt709', transfer: 'bt709', fullRange: true },
    });
    for (const [plane, level] of colour.entries()) expect(Math.abs((seen.colour[plane] ?? -9) - level)).toBeLessThanOrEqual(1);
    expect(Math.abs(seen.right - (255 - colour[0]))).toBeLessThanOrEqual(1);
  });

  it('makes a key frame when it is asked for one, and none for another bitrate', async () => {
    const noise = (shift: number, more: Partial<FilmTestPicture> = {}): FilmTestPicture => ({
      colour: [0, 90, 90],
      shift,
      noise: true,
      key: false,
      ...more,
    });
    const pictures = Array.from({ length: 40 }, (_, shift) =>
      noise(shift, { ...(shift === 8 ? { bitsPerSecond: 20_000_000 } : {}), key: shift === 39 }),
    );
    const { units = [] } = await tell({ do: 'encode', width: 320, height: 192, bitsPerSecond: 200_000, pictures });
    expect(units.flatMap(({ key }, at) => (key ? [at] : []))).toEqual([0, 39]);
    const length = (at: number): number => units[at]?.bytes.length ?? 0;
    expect(length(38)).toBeGreaterThan(2 * length(7));
  });

  it('takes another size for another film, and says which it cannot take', async () => {
    expect((await tell({ do: 'encode', width: 96, height: 64, pictures: [still([9, 9, 9])] })).units?.[0]?.key).toBe(true);
    expect(await tell({ do: 'encode', width: 0, height: 64, pictures: [still([9, 9, 9])] })).toMatchObject({
      error: expect.stringMatching(/UNSUPPORTED|FAILED/),
    });
    expect((await tell({ do: 'encode', width: 64, height: 64, pictures: [still([9, 9, 9])] })).units?.[0]?.key).toBe(true);
  });

  it('makes Opus of sound at every rate that is asked for, with the times of what it is made of', async () => {
    const rates = [
      { rate: { bitsPerSecond: 128_000, packetMs: 10 }, ms: 400 },
      { rate: { bitsPerSecond: 64_000, packetMs: 20 }, ms: 400 },
      { rate: { bitsPerSecond: 32_000, packetMs: 40 }, ms: 600 },
      { rate: { bitsPerSecond: 24_000, packetMs: 60 }, ms: 600 },
    ] as const;
    const { packets = [], error } = await tell({ do: 'sound', hertz: 880, rates });
    expect(error).toBeUndefined();
    for (const { rate } of rates) {
      const some = packets.filter(({ durationMs }) => durationMs === rate.packetMs);
      expect(some.length).toBeGreaterThan(8);
      const bytes = some.reduce((sum, packet) => sum + Buffer.from(packet.bytes, 'base64').length, 0) / some.length;
      expect((bytes * 8_000) / rate.packetMs / rate.bitsPerSecond).toBeCloseTo(1, 1);
    }
    packets.reduce((before, packet) => {
      // Where the rate changes the rest of a packet is filled with silence.
      expect(Math.abs(packet.recordedAtMs - before)).toBeLessThanOrEqual(40);
      return packet.recordedAtMs + packet.durationMs;
    }, 5_000);
    // What the expert's window does with it.
    const { answer } = await tell({ do: 'page', script: HEARD(packets) });
    const { samples, lengths } = answer as { readonly samples: number[]; readonly lengths: number[] };
    expect(lengths).toEqual(packets.map(({ durationMs }) => durationMs * 48));
    let at = 0;
    for (const { ms } of rates) {
      expect(purest(880, samples.slice(at * 48, (at + ms) * 48))).toBeGreaterThan(0.95);
      at += ms;
    }
  });

  it('may do nothing else', async () => {
    const { answer } = await tell({
      do: 'page',
      script: `(async () => {
        const refused = async (what) => { try { await what(); return 'went'; } catch (error) { return error.name; } };
        const before = location.href;
        location.href = 'https://example.com/';
        return {
          fetched: await refused(() => fetch('https://192.0.2.1/')),
          ownPage: await refused(() => fetch('ringback://app/index.html')),
          opened: window.open('https://example.com/') === null,
          evaluated: await refused(() => new Function('return 1')()),
          camera: await refused(() => navigator.mediaDevices.getUserMedia({ video: true })),
          screen: await refused(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
          node: typeof require + typeof process + typeof globalThis.ringback,
          stayed: location.href === before,
        };
      })()`,
    });
    expect(answer).toEqual({
      fetched: 'TypeError',
      ownPage: 'TypeError',
      opened: true,
      evaluated: 'EvalError',
      camera: 'NotAllowedError',
      screen: expect.stringMatching(/NotAllowedError|InvalidStateError/),
      node: 'undefinedundefinedundefined',
      stayed: true,
    });
  });

  it('is known to be gone within a second of its crash, and another one takes its place', async () => {
    const { code, ms } = await tell({ do: 'crash' });
    // On a busy machine the system tells of a crash later than an answer is waited for.
    expect(['GONE', 'TOO_SLOW']).toContain(code);
    expect(ms).toBeLessThan(1_000);
    expect((await tell({ do: 'encode', width: 64, height: 64, pictures: [still([9, 9, 9])] })).units?.[0]?.key).toBe(true);
  });
});
