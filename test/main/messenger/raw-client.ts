import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { until as untilSome } from '../../support/programs.ts';

export const md5Hex = (text: string): string => createHash('md5').update(text).digest('hex');

/** A client without any of our code: text out, text in. */
export class RawClient {
  /** Everything that came. */
  text = '';
  ended = false;
  private readonly socket: Socket;
  private at = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.text += bytes.toString('utf8');
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      this.ended = true;
    });
  }

  /** `from` is one of loopback's many addresses: another host in the server's eyes. */
  static async open(port: number, from = '127.0.0.1', host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ port, host, localAddress: from });
    const client = new RawClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  send(...lines: string[]): void {
    this.socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** The next line. */
  async line(): Promise<string> {
    await until(
      () => this.text.includes('\r\n', this.at) || this.ended,
      () => `a line after ${JSON.stringify(this.text)}`,
    );
    const end = this.text.indexOf('\r\n', this.at);
    if (end < 0) throw new Error(`closed after ${JSON.stringify(this.text)}`);
    const line = this.text.slice(this.at, end);
    this.at = end + 2;
    return line;
  }

  async lines(count: number): Promise<string[]> {
    const all: string[] = [];
    while (all.length < count) all.push(await this.line());
    return all;
  }

  /** As many characters as they are. */
  async payload(length: number): Promise<string> {
    await until(
      () => this.text.length >= this.at + length,
      () => `${length} characters`,
    );
    this.at += length;
    return this.text.slice(this.at - length, this.at);
  }

  closed(): Promise<void> {
    return until(
      () => this.ended,
      () => 'the end of the connection',
    );
  }

  /** Nothing more is sent; what still comes is heard. */
  end(): void {
    this.socket.end();
  }

  close(): void {
    this.socket.destroy();
  }

  /** VER … USR OK; gives the USR OK line. */
  async signIn(dialect: number, address: string, accessToken: string): Promise<string> {
    this.send(`VER 1 MSNP${dialect} CVR0`, 'INF 2', `USR 3 MD5 I ${address}`);
    const [, , challenge = ''] = await this.lines(3);
    this.send(`USR 4 MD5 S ${md5Hex((challenge.split(' ')[4] ?? '') + accessToken)}`);
    return this.line();
  }
}

export async function until(holds: () => boolean, what: () => string): Promise<void> {
  await untilSome(holds, what, 8_000);
}
