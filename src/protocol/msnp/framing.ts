import { ProtocolError } from '../bytes/errors.ts';
import { utf8Decode, utf8Encode } from '../bytes/text.ts';
import type { Dialect } from './dialect.ts';

/** One MSNP command: three letters or three digits, arguments, and a payload where the command has one. */
export interface Command {
  readonly name: string;
  readonly args: readonly string[];
  readonly payload?: Uint8Array;
}

/** Longest line before and after log-in, bytes without the line end. */
export const LINE_LIMIT_BEFORE_SIGN_IN = 1024;
export const LINE_LIMIT_SIGNED_IN = 8 * 1024;
/** Largest MSG payload; real servers close the socket at one byte more. */
export const MSG_PAYLOAD_LIMIT = 1664;
/** Largest payload a client takes from a server (profiles and notifications are longer than messages). */
const CLIENT_PAYLOAD_LIMIT = 16 * 1024;

/** Who reads: the payload table depends on it. */
export type Reader = 'client' | 'server';

/** Commands that carry a payload as the reader sees them, with the first dialect that has them; the length is the last argument. */
const PAYLOAD_COMMANDS: Readonly<Record<Reader, Readonly<Record<string, number>>>> = {
  client: { MSG: 2, NOT: 5, IPG: 5, UBX: 11, GCF: 11 },
  server: { MSG: 2, QRY: 2, PAG: 5, UUX: 11 },
};

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Bytes in any chunks in, commands out. Throws ProtocolError at the first thing that is not MSNP; the stream cannot be
 * read on after that. Lines end in CR LF; a bare LF is taken too.
 */
export class CommandDecoder {
  /** Raised by the machine once the user is known. */
  lineLimit = LINE_LIMIT_BEFORE_SIGN_IN;
  /** Set by the machine once agreed; decides with the reader which commands carry a payload. */
  dialect: Dialect | undefined;
  private readonly reader: Reader;
  private readonly payloadLimit: number;
  private buffer = new Uint8Array(0);
  private start = 0;
  private end = 0;
  /** Up to here no line end was found, so nothing is searched twice. */
  private searched = 0;
  private waiting: { readonly name: string; readonly args: readonly string[]; readonly length: number } | undefined;

  constructor(reader: Reader) {
    this.reader = reader;
    this.payloadLimit = reader === 'server' ? MSG_PAYLOAD_LIMIT : CLIENT_PAYLOAD_LIMIT;
  }

  /**
   * Takes bytes and gives the commands that are complete. Lazily: what a command changes (`dialect`, `lineLimit`) counts
   * for the next one in the same chunk, so chunking never matters. Iterate to the end before the next `push`.
   */
  push(bytes: Uint8Array): Iterable<Command> {
    this.append(bytes);
    return { [Symbol.iterator]: () => this.drain() };
  }

  private *drain(): Generator<Command, void> {
    for (let command = this.next(); command !== undefined; command = this.next()) yield command;
  }

  private append(bytes: Uint8Array): void {
    const held = this.end - this.start;
    if (this.end + bytes.length > this.buffer.length) {
      const target = held + bytes.length <= this.buffer.length ? this.buffer : new Uint8Array(Math.max(256, (held + bytes.length) * 2));
      target.set(this.buffer.subarray(this.start, this.end));
      this.buffer = target;
      this.searched -= this.start;
      this.start = 0;
      this.end = held;
    }
    this.buffer.set(bytes, this.end);
    this.end += bytes.length;
  }

  private next(): Command | undefined {
    for (;;) {
      if (this.waiting !== undefined) {
        const { name, args, length } = this.waiting;
        if (this.end - this.start < length) return undefined;
        const payload = this.buffer.slice(this.start, this.start + length);
        this.start += length;
        this.searched = this.start;
        this.waiting = undefined;
        return { name, args, payload };
      }
      const line = this.nextLine();
      if (line === undefined) return undefined;
      if (line.length === 0) continue;
      const [name = '', ...args] = line.split(' ').filter((part) => part !== '');
      if (!/^[A-Za-z0-9]{3}$/.test(name))
        throw new ProtocolError('MALFORMED', 'Command.name', 'three letters or digits', `${name.length} characters`);
      const command = name.toUpperCase();
      const since = PAYLOAD_COMMANDS[this.reader][command];
      if (since === undefined || (this.dialect ?? 2) < since) return { name: command, args };
      this.waiting = { name: command, args: args.slice(0, -1), length: this.payloadLength(args.at(-1)) };
    }
  }

  private payloadLength(text: string | undefined): number {
    if (text === undefined || !/^\d{1,6}$/.test(text))
      throw new ProtocolError('MALFORMED', 'Command.length', 'a decimal number of bytes', text ?? 'nothing');
    const length = Number(text);
    if (length > this.payloadLimit) throw new ProtocolError('TOO_LARGE', 'Command.length', `at most ${this.payloadLimit}`, length);
    return length;
  }

  private nextLine(): string | undefined {
    const from = Math.max(this.searched, this.start);
    const offset = this.buffer.subarray(from, this.end).indexOf(LF);
    const lineEnd = offset < 0 ? this.end : from + offset;
    // The CR of an unfinished line may be its last byte yet.
    if (lineEnd - this.start > this.lineLimit + 1)
      throw new ProtocolError('TOO_LARGE', 'Command.line', `at most ${this.lineLimit} bytes`, lineEnd - this.start);
    if (offset < 0) {
      this.searched = this.end;
      return undefined;
    }
    const stop = lineEnd > this.start && this.buffer[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (stop - this.start > this.lineLimit)
      throw new ProtocolError('TOO_LARGE', 'Command.line', `at most ${this.lineLimit} bytes`, stop - this.start);
    const bytes = this.buffer.subarray(this.start, stop);
    for (const byte of bytes) {
      if (byte < SPACE || byte === 0x7f) throw new ProtocolError('MALFORMED', 'Command.line', 'no control characters', byte);
    }
    this.start = lineEnd + 1;
    this.searched = this.start;
    return utf8Decode(bytes);
  }
}

/** The command as bytes. The payload's length is appended as the last argument. Arguments must hold no space and no control character. */
export function encodeCommand(name: string, args: readonly (string | number)[], payload?: Uint8Array): Uint8Array {
  const words = [name, ...args.map(String), ...(payload === undefined ? [] : [String(payload.length)])];
  for (const word of words) {
    // oxlint-disable-next-line no-control-regex -- control characters are what must not pass
    if (!/^[^\u0000-\u0020\u007f]+$/.test(word))
      throw new ProtocolError('MALFORMED', `${name}.argument`, 'a word', `${word.length} characters`);
  }
  const line = utf8Encode(`${words.join(' ')}\r\n`);
  if (payload === undefined) return line;
  const out = new Uint8Array(line.length + payload.length);
  out.set(line);
  out.set(payload, line.length);
  return out;
}
