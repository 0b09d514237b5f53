import { describe, expect, it } from 'vitest';
import type { ChannelOutput } from '../../../../src/protocol/rdp/channels/contract.ts';
import { type ReceivedSound, SoundClient } from '../../../../src/protocol/rdp/channels/sound/sound-client.ts';
import { SoundServer } from '../../../../src/protocol/rdp/channels/sound/sound-server.ts';
import { type AudioFormat, opusFormat, pcmFormat, WAVE_FORMAT } from '../../../../src/protocol/rdp/pdu/rdpsnd/audio-format.ts';
import { encodeClientFormats, encodeServerFormats, SND_CAPS } from '../../../../src/protocol/rdp/pdu/rdpsnd/formats.ts';
import { decodeSoundClientPdu, decodeSoundServerPdu } from '../../../../src/protocol/rdp/pdu/rdpsnd/pdu.ts';
import { encodeTraining } from '../../../../src/protocol/rdp/pdu/rdpsnd/training.ts';
import { encodeWave, encodeWaveConfirm } from '../../../../src/protocol/rdp/pdu/rdpsnd/wave.ts';
import { errorCode } from '../pdu/arbitrary-bytes.ts';

const OPUS = opusFormat(96_000);
const PCM = pcmFormat(48_000);
const anything = (): boolean => true;

const messages = (outputs: readonly ChannelOutput[]): Uint8Array[] =>
  outputs.flatMap((output) => (output.tag === 'send' ? [output.message] : []));

/** Both ends, each hearing the other at once. */
function both(takes: (format: AudioFormat) => boolean = anything) {
  const heard: ReceivedSound[] = [];
  let pauses = 0;
  let changes = 0;
  const client = new SoundClient(takes, { heard: (sound) => heard.push(sound), paused: () => (pauses += 1) });
  const server = new SoundServer([OPUS, PCM]);
  server.onChange(() => (changes += 1));
  let deaf = false;
  const toServer = (outputs: readonly ChannelOutput[]): void => {
    if (!deaf) for (const message of messages(outputs)) server.receive(message);
  };
  const toClient = async (sent: readonly Uint8Array[]): Promise<void> => {
    for (const message of sent) toServer(client.receive(message));
  };
  const port = { send: toClient, close: () => undefined };
  toServer(client.start());
  void toClient(messages(server.start(port)));
  return {
    client,
    server,
    heard,
    get pauses() {
      return pauses;
    },
    get changes() {
      return changes;
    },
    deafen: () => (deaf = true),
    undeafen: () => (deaf = false),
  };
}

describe('the sound channel', () => {
  it('is not told over and over what the client takes: each time may begin a recording', () => {
    const server = new SoundServer([PCM]);
    let changes = 0;
    server.onChange(() => (changes += 1));
    const say = (formats: readonly AudioFormat[]) =>
      server.receive(encodeClientFormats({ version: 8, flags: SND_CAPS.alive, volume: 0, formats: [...formats] }));
    const code = errorCode(() => {
      for (let time = 0; time < 100; time += 1) say(time % 2 === 0 ? [PCM] : []);
    });
    expect(code).toBe('TOO_LARGE');
    expect(changes).toBeLessThanOrEqual(16);
  });

  it('agrees on what both have, the server’s best first', () => {
    const { server, changes } = both();
    expect(server.formats).toEqual([OPUS, PCM]);
    expect(changes).toBe(1);
    expect(both(({ formatTag }) => formatTag === WAVE_FORMAT.pcm).server.formats).toEqual([PCM]);
    expect(both(() => false).server.formats).toEqual([]);
    expect(new SoundServer([PCM]).formats).toBeUndefined();
  });

  it('brings sound as it was sent, with the time when it was recorded', async () => {
    const { server, heard } = both(({ formatTag }) => formatTag === WAVE_FORMAT.pcm);
    await server.send({ format: PCM, data: Uint8Array.of(1, 2, 3, 4), recordedAtMs: 70_000.7, sentAtMs: 70_020.2 });
    expect(heard).toEqual([{ format: PCM, data: Uint8Array.of(1, 2, 3, 4), atMs: 70_000 }]);
    expect(errorCode(() => server.send({ format: OPUS, data: Uint8Array.of(1), recordedAtMs: 0, sentAtMs: 0 }))).toBe('ILLEGAL_TRANSITION');
  });

  it('knows how long a block has not been confirmed, of a client that confirms', async () => {
    const pair = both();
    const { server } = pair;
    const send = (sentAtMs: number) => server.send({ format: OPUS, data: Uint8Array.of(1, 2, 3, 4), recordedAtMs: sentAtMs, sentAtMs });
    pair.deafen();
    await send(1_000);
    expect(server.waitingMs(9_000)).toBe(0);
    pair.undeafen();
    await send(1_020);
    expect(server.waitingMs(9_000)).toBe(0);
    pair.deafen();
    await send(2_000);
    await send(2_020);
    expect(server.waitingMs(2_150)).toBe(150);
    server.receive(encodeWaveConfirm({ timestamp: 0, blockNo: 3 }));
    expect(server.waitingMs(2_150)).toBe(130);
    // A number that was never given changes nothing, nor does one that comes twice.
    for (const blockNo of [200, 3]) server.receive(encodeWaveConfirm({ timestamp: 0, blockNo }));
    expect(server.waitingMs(2_150)).toBe(130);
    // One that is never confirmed is not waited for for good.
    expect(server.waitingMs(5_020)).toBe(3_000);
    expect(server.waitingMs(5_021)).toBe(0);
    await send(6_000);
    expect(server.waitingMs(6_100)).toBe(100);
    server.pause();
    expect(server.waitingMs(9_000)).toBe(0);
  });

  it('goes on counting blocks after 255, and says when there is nothing for now', async () => {
    const pair = both();
    for (let at = 0; at < 300; at += 1) await pair.server.send({ format: PCM, data: new Uint8Array(4), recordedAtMs: at, sentAtMs: at });
    expect(pair.heard.length).toBe(300);
    expect(pair.server.waitingMs(1_000)).toBe(0);
    pair.server.pause();
    expect(pair.pauses).toBe(1);
    pair.client.close();
    expect(pair.pauses).toBe(2);
    pair.server.close();
    expect(pair.server.formats).toBeUndefined();
  });

  it('sends an older client the two PDUs that it knows', async () => {
    const sent: Uint8Array[] = [];
    const server = new SoundServer([PCM]);
    server.start({ send: async (list) => void sent.push(...list), close: () => undefined });
    server.receive(encodeClientFormats({ version: 5, flags: SND_CAPS.alive, volume: 0, formats: [OPUS, PCM] }));
    await server.send({ format: PCM, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), recordedAtMs: 1, sentAtMs: 70_001 });
    expect(sent.map((message) => Buffer.from(message).toString('hex'))).toEqual(['02001000711101000100000001020304', '0000000005060708']);
  });

  it('answers any server: training, older waves, and a quality only where it is known', () => {
    const heard: ReceivedSound[] = [];
    const client = new SoundClient(anything, { heard: (sound) => heard.push(sound), paused: () => undefined });
    const answers = (message: Uint8Array) => messages(client.receive(message)).map((answer) => decodeSoundClientPdu(answer).tag);
    expect(answers(encodeServerFormats({ version: 5, lastBlockConfirmed: 0, formats: [PCM] }))).toEqual(['formats']);
    expect(answers(encodeServerFormats({ version: 6, lastBlockConfirmed: 0, formats: [PCM] }))).toEqual(['formats', 'qualityMode']);
    expect(answers(encodeTraining({ timestamp: 4, packSize: 1_024 }))).toEqual(['training']);
    const [info, wave] = encodeWave({ timestamp: 77, formatNo: 0, blockNo: 9, data: Uint8Array.of(1, 2, 3, 4, 5) });
    expect(answers(info)).toEqual([]);
    expect(messages(client.receive(wave)).map((answer) => decodeSoundClientPdu(answer))).toEqual([
      { tag: 'waveConfirm', timestamp: 77, blockNo: 9 },
    ]);
    expect(heard).toEqual([{ format: PCM, data: Uint8Array.of(1, 2, 3, 4, 5), atMs: 77 }]);
    const [unknown] = encodeWave({ timestamp: 0, formatNo: 1, blockNo: 0, data: new Uint8Array(4) });
    expect(errorCode(() => client.receive(unknown))).toBe('OUT_OF_RANGE');
  });

  it('offers what can be sent when it begins', () => {
    const [offer] = messages(new SoundServer([OPUS, PCM]).start({ send: () => Promise.resolve(), close: () => undefined }));
    expect(decodeSoundServerPdu(offer ?? new Uint8Array(0))).toEqual({
      tag: 'formats',
      version: 8,
      lastBlockConfirmed: 0,
      formats: [OPUS, PCM],
    });
  });
});
