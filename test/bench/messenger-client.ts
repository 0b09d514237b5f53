import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const md5Hex = (text: string): string => createHash('md5').update(text).digest('hex');
const ANSWER_DEADLINE_MS = 10_000;

interface Waiting {
  readonly matches: (line: string) => boolean;
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A messenger client that costs the bench next to nothing: lines out, lines in, payloads skipped. */
export class BenchClient {
  /** Set by the one who cares; called for every line that nobody waits for. */
  onLine: (line: string) => void = () => {};
  isOpen = true;
  readonly socket: Socket;
  private readonly waiting: Waiting[] = [];
  private rest: Buffer = Buffer.alloc(0);
  private skip = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('error', () => {});
    socket.once('close', () => {
      this.isOpen = false;
      for (const { reject, timer } of this.waiting.splice(0)) {
        clearTimeout(timer);
        reject(new Error('closed'));
      }
    });
  }

  /** `from` is one of loopback's many addresses: a peer of its own in the server's eyes. */
  static open(port: number, from = '127.0.0.1'): Promise<BenchClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new BenchClient(socket));
      });
    });
  }

  send(line: string, payload = ''): void {
    this.socket.write(`${line}\r\n${payload}`);
  }

  /** The next line that begins so. Rejects when the connection ends first or nothing comes within ten seconds. */
  next(beginning: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        matches: (line) => line.startsWith(beginning),
        resolve,
        reject,
        timer: setTimeout(() => {
          this.waiting.splice(this.waiting.indexOf(entry), 1);
          reject(new Error(`no ${beginning}`));
        }, ANSWER_DEADLINE_MS),
      };
      this.waiting.push(entry);
    });
  }

  ask(line: string, beginning: string): Promise<string> {
    const answer = this.next(beginning);
    this.send(line);
    return answer;
  }

  /** VER to CHG, as MSNP7 does it, with the challenge answered. */
  async signIn(address: string, accessToken: string): Promise<void> {
    await this.ask('VER 1 MSNP7 CVR0', 'VER 1 MSNP7');
    await this.ask('INF 2', 'INF 2');
    const salt = (await this.ask(`USR 3 MD5 I ${address}`, 'USR 3')).split(' ')[4] ?? '';
    await this.ask(`USR 4 MD5 S ${md5Hex(salt + accessToken)}`, 'USR 4 OK');
    await this.ask('SYN 5 0', 'SYN 5');
    const challenge = this.next('CHL 0');
    await this.ask('CHG 6 NLN', 'CHG 6');
    const key = (await challenge).split(' ')[2] ?? '';
    const answer = this.next('QRY 7');
    this.send('QRY 7 msmsgs@msnmsgr.com 32', md5Hex(`${key}Q1P7W2E4J9R8U3S5`));
    await answer;
  }

  private receive(bytes: Buffer): void {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    for (;;) {
      if (this.skip > 0) {
        if (this.rest.length < this.skip) return;
        this.rest = this.rest.subarray(this.skip);
        this.skip = 0;
      }
      const end = this.rest.indexOf('\r\n');
      if (end < 0) return;
      const line = this.rest.toString('utf8', 0, end);
      this.rest = this.rest.subarray(end + 2);
      if (line.startsWith('MSG ')) this.skip = Number(line.slice(line.lastIndexOf(' ') + 1));
      const at = this.waiting.findIndex(({ matches }) => matches(line));
      const [found] = at < 0 ? [] : this.waiting.splice(at, 1);
      if (found === undefined) this.onLine(line);
      else {
        clearTimeout(found.timer);
        found.resolve(line);
      }
    }
  }
}
