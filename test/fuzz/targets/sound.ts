import { type ReceivedSound, SoundClient } from '../../../src/protocol/rdp/channels/sound/sound-client.ts';
import { playsSound, viewerSound } from '../../../src/protocol/rdp/channels/sound/sound-formats.ts';
import { SoundServer } from '../../../src/protocol/rdp/channels/sound/sound-server.ts';
import type { Channel } from '../../../src/protocol/rdp/channels/contract.ts';
import { opusFormat, pcmFormat } from '../../../src/protocol/rdp/pdu/rdpsnd/audio-format.ts';
import { encodeClientFormats, encodeServerFormats, SND_CAPS } from '../../../src/protocol/rdp/pdu/rdpsnd/formats.ts';
import {
  decodeSoundClientPdu,
  decodeSoundServerPdu,
  encodeSoundClose,
  type SoundClientPdu,
  type SoundServerPdu,
} from '../../../src/protocol/rdp/pdu/rdpsnd/pdu.ts';
import { encodeQualityMode } from '../../../src/protocol/rdp/pdu/rdpsnd/quality-mode.ts';
import { encodeTraining } from '../../../src/protocol/rdp/pdu/rdpsnd/training.ts';
import { encodeWave, encodeWave2, encodeWaveConfirm } from '../../../src/protocol/rdp/pdu/rdpsnd/wave.ts';
import { decoding, type Target } from '../rules.ts';
import { asPieces, pieces } from './rdp.ts';

const FORMATS = [opusFormat(96_000), pcmFormat(48_000), { ...pcmFormat(22_050, 1), data: Uint8Array.of(1, 2) }];

const FROM_SERVER: readonly Uint8Array[] = [
  encodeServerFormats({ version: 8, lastBlockConfirmed: 0, formats: FORMATS }),
  encodeTraining({ timestamp: 5, packSize: 0 }),
  encodeWave2({ timestamp: 20, formatNo: 0, blockNo: 1, audioTimestamp: 10, data: new Uint8Array(60) }),
  ...encodeWave({ timestamp: 40, formatNo: 1, blockNo: 2, data: new Uint8Array(64) }),
  encodeSoundClose(),
];
const FROM_CLIENT: readonly Uint8Array[] = [
  encodeClientFormats({ version: 8, flags: SND_CAPS.alive, volume: 0, formats: FORMATS }),
  encodeQualityMode(2),
  encodeTraining({ timestamp: 5, packSize: 0 }),
  encodeWaveConfirm({ timestamp: 25, blockNo: 1 }),
];

function encodedOfServer(pdu: SoundServerPdu): Uint8Array | undefined {
  switch (pdu.tag) {
    case 'formats':
      return encodeServerFormats(pdu);
    case 'training':
      return encodeTraining(pdu);
    case 'wave2':
      return encodeWave2(pdu);
    case 'close':
      return encodeSoundClose();
    default:
      return undefined;
  }
}

function encodedOfClient(pdu: SoundClientPdu): Uint8Array | undefined {
  switch (pdu.tag) {
    case 'formats':
      return encodeClientFormats(pdu);
    case 'training':
      return encodeTraining(pdu);
    case 'waveConfirm':
      return encodeWaveConfirm(pdu);
    case 'qualityMode':
      return encodeQualityMode(pdu.mode);
    default:
      return undefined;
  }
}

function drive(end: Channel, input: Uint8Array): void {
  end.start({ send: () => Promise.resolve(), close: () => undefined });
  try {
    for (const message of pieces(input)) end.receive(message);
  } finally {
    end.close();
  }
}

/** What a window is given is of the kind that it says. */
function toWindow(sound: ReceivedSound): void {
  const { codec, channels, samplesPerSecond, data } = viewerSound(sound);
  if (channels < 1 || channels > 2 || samplesPerSecond < 8_000) throw new Error(`sound of ${channels} channels and ${samplesPerSecond} Hz`);
  if (codec === 'pcm' && data.length % (2 * channels) !== 0) throw new Error('a part of a sample');
}

export const SOUND_TARGETS: readonly Target[] = [
  // A Wave PDU has no header: it is read with the WaveInfo PDU before it, by the client.
  {
    name: 'sound-from-server',
    seeds: () => FROM_SERVER.filter((_, at) => at !== 4),
    check: decoding(decodeSoundServerPdu, encodedOfServer),
  },
  { name: 'sound-from-client', seeds: () => FROM_CLIENT, check: decoding(decodeSoundClientPdu, encodedOfClient) },
  {
    name: 'sound-client',
    maxBytes: 16 * 1024,
    seeds: () => [asPieces(FROM_SERVER)],
    check: (input) => drive(new SoundClient(playsSound, { heard: toWindow, paused: () => undefined }), input),
  },
  {
    name: 'sound-server',
    maxBytes: 16 * 1024,
    seeds: () => [asPieces(FROM_CLIENT)],
    check: (input) => drive(new SoundServer(FORMATS), input),
  },
];
