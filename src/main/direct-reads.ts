import type { Readable } from 'node:stream';

/**
 * What a socket reads goes to its `data` listeners at once, without a tick of Node's. A stream asks for one with each chunk, to see whether there is
 * more to read, and Electron wakes its event loop for each `process.nextTick`: a thread, two switches and another turn of the loop.
 * While the stream is paused, or holds something back, what it reads goes the usual way.
 */
export function readDirectly(stream: Readable): void {
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null || stream.readableFlowing !== true || stream.readableLength > 0) return push(chunk, encoding);
    stream.emit('data', chunk);
    return true;
  };
}
