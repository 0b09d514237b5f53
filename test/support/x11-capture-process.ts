/* The capture's process as tests run it: of Node alone, started by {@link ./engine-process.ts}. */
import { CaptureProcessSide, type ToCaptureProcess } from '../../src/main/desktop/x11/capture-process.ts';

const side = new CaptureProcessSide((message) => process.send?.(message));
process.on('message', (message: ToCaptureProcess) => side.receive(message));
process.on('disconnect', () => process.exit(0));
