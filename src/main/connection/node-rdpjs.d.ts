/** The parts of node-rdpjs-2 0.3.5 that classic-link.ts uses; the package has no types of its own. */
declare module 'node-rdpjs' {
  export interface Field {
    value: number;
  }

  interface Emitter {
    on(event: string, listener: (...values: never[]) => void): this;
  }

  /** One rectangle. `data` is a view on memory that is used again: valid only during the event. */
  export interface ClassicBitmap {
    readonly destLeft: number;
    readonly destTop: number;
    readonly destRight: number;
    readonly destBottom: number;
    readonly width: number;
    readonly height: number;
    readonly bitsPerPixel: number;
    readonly isCompress: boolean | number;
    readonly data: Uint8Array;
  }

  export interface ClassicClient {
    readonly bufferLayer: {
      recv(bytes: Buffer): void;
      send(message: { toStream(): { readonly buffer: Buffer } }): void;
      startTLS(ready: () => void): void;
      close(): void;
    };
    readonly x224: { connect(): void };
    readonly sec: {
      readonly infos: { readonly obj: { readonly flag: Field } };
      readonly transport: {
        send(channel: 'global', data: unknown): void;
        once(channel: 'global', listener: (stream: IncomingData) => void): void;
      };
      recvLicense(stream: IncomingData): void;
    };
    readonly mcs: Emitter & {
      recv(stream: IncomingData): void;
      readonly clientCoreData: { readonly obj: Readonly<Record<'earlyCapabilityFlags', Field>> };
    };
    readonly global: {
      readonly clientCapabilities: readonly ({ readonly obj: Record<string, Field> } | undefined)[];
      readonly serverCapabilities: readonly ({ readonly obj: Readonly<Record<string, Field | undefined>> } | undefined)[];
      sendInputEvents(events: readonly InputRecord[]): void;
      sendDataPDU(pdu: SuppressOutput): void;
      readDataPDU(message: {
        readonly obj: {
          readonly shareDataHeader: { readonly obj: { readonly pduType2: Field } };
          readonly pduData: { readonly obj: Readonly<Record<string, Field | undefined>> };
        };
      }): void;
    };
    on(event: 'connect', listener: () => void): this;
    on(event: 'bitmap', listener: (bitmap: ClassicBitmap) => void): this;
    on(event: 'error', listener: (error: unknown) => void): this;
  }

  /** What a layer has received; what it has not read yet begins at `offset`. */
  export interface IncomingData {
    readonly buffer: Buffer;
    readonly offset: number;
  }

  export interface InputRecord {
    readonly obj: Record<string, Field> & { __INPUT_MESSAGE_TYPE__: number };
  }

  export interface SuppressOutput {
    readonly obj: {
      readonly allowDisplayUpdates: Field;
      readonly desktopRect: { readonly obj: Readonly<Record<'left' | 'top' | 'right' | 'bottom', Field>> };
    };
  }

  const rdp: {
    createClient(config: {
      readonly domain?: string;
      readonly userName?: string;
      readonly password?: string;
      readonly workingDir?: string;
      readonly alternateShell?: string;
      readonly autoLogin?: boolean;
      readonly decompress?: boolean;
      readonly screen?: { readonly width: number; readonly height: number };
      readonly locale?: 'en' | 'fr';
      readonly logLevel?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
    }): ClassicClient;
  };
  export default rdp;
}

declare module 'node-rdpjs/lib/protocol/pdu/data.js' {
  import type { InputRecord, SuppressOutput } from 'node-rdpjs';

  /** Slow-path input structures ([MS-RDPBCGR] 2.2.8.1.1.3.1.1), and Suppress Output (2.2.11.3.1). */
  const data: {
    pointerEvent(): InputRecord;
    scancodeKeyEvent(): InputRecord;
    unicodeKeyEvent(): InputRecord;
    synchronizeEvent(): InputRecord;
    supressOutputDataPDU(): SuppressOutput;
  };
  export default data;
}

declare module 'node-rdpjs/lib/core/index.js' {
  const core: { readonly type: { readonly BinaryString: new (value: Buffer) => unknown } };
  export default core;
}
