export { changedTiles } from './changed';
export { copyRows } from './copy';
export { toI420 } from './i420';
export { oneColour } from './one-colour';
export { planarTile } from './planar';
export { planarTileBack } from './planar-back';
export { rdp8Compress } from './rdp8-compress';
export { rdp8Decompress } from './rdp8-decompress';
export { rfxCoefficients } from './rfx';
export { toRgba } from './rgba';
export { rfxTileBack } from './rfx-back';
export { rlgr } from './rlgr';
export { changedBox, commonShift, equalRuns } from './scroll';

/** The first byte that these kernels leave to whoever calls them. */
export const freeFrom: usize = __heap_base;
