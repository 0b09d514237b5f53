/** page → its worker: the pictures and the way to main. */
export interface CaptureStart {
  readonly frames: ReadableStream<VideoFrame>;
  readonly port: MessagePort;
}
