/* Plays the novice's sound in the audio thread, where nothing that the page does makes it stutter. */
import { JitterBuffer } from './jitter-buffer.ts';
import { SOUND_OUTPUT, type SoundOutputOptions, type ToSoundOutput } from './output-messages.ts';

/** Not in TypeScript's library of workers: https://webaudio.github.io/web-audio-api/#audioworkletglobalscope */
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;

class SoundOutput extends AudioWorkletProcessor {
  private readonly buffer: JitterBuffer;

  constructor({ processorOptions: { channels } }: { readonly processorOptions: SoundOutputOptions }) {
    super();
    this.buffer = new JitterBuffer(sampleRate, channels);
    this.port.onmessage = ({ data }: MessageEvent<ToSoundOutput>) => {
      switch (data.tag) {
        case 'block':
          this.buffer.push(data.block);
          return;
        case 'finish':
          this.buffer.finish();
          return;
        case 'wait':
          this.buffer.wait(data.ms);
      }
    };
  }

  process(_inputs: unknown, [output]: readonly (readonly Float32Array[])[]): boolean {
    if (output !== undefined) this.buffer.pull(output);
    return true;
  }
}

registerProcessor(SOUND_OUTPUT, SoundOutput);
