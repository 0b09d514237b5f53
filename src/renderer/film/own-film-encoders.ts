import {
  FilmEncoderError,
  type FilmEncoder,
  type FilmEncoderOptions,
  type FilmEncoders,
} from '../../protocol/rdp/graphics/film/contract.ts';
import { H264Encoder } from './h264-encoder.ts';

/** Film encoded by WebCodecs where the pictures are: in the worker of the page that captures. */
export class OwnFilmEncoders implements FilmEncoders {
  private hardware = false;

  get name(): string {
    return this.hardware ? 'webcodecs-hardware' : 'webcodecs';
  }

  async open(options: FilmEncoderOptions): Promise<FilmEncoder> {
    const encoder = await asFilmErrors(() => H264Encoder.open(options, () => performance.now()));
    let { bitsPerSecond } = options;
    return {
      encode: async ({ i420 }, key) => {
        const { bytes, key: isKey, hardware } = await asFilmErrors(() => encoder.encode({ i420, key, bitsPerSecond }));
        this.hardware = hardware;
        return { bytes, key: isKey };
      },
      setBitrate: (next) => {
        bitsPerSecond = next;
      },
      close: () => encoder.close(),
    };
  }

  close(): void {
    // Each encoder is closed by whoever opened it.
  }
}

async function asFilmErrors<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const unsupported = error instanceof DOMException && error.name === 'NotSupportedError';
    throw new FilmEncoderError(unsupported ? 'UNSUPPORTED' : 'FAILED', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
