/// <reference types="node" preserve="true" />
/**
 * Slices as typed arrays: reading, checks, hashes, resizing, a store of decoded slices, PNG writing.
 * Knows nothing of tensors, patients or splits; libtorch is never loaded for it.
 */
export { decodeSlice, SHAPE_BYTES, sliceShape } from './decode.ts';
export { type FaultCode, type FaultRecord, ImageFault, ImageFaults } from './fault.ts';
export { readSliceFile } from './file.ts';
export { contentHash } from './hash.ts';
export { heatColour, type Rgb } from './heat/colour-map.ts';
export { heatBar, overlayHeat, slicePicture } from './heat/overlay.ts';
export { blankRgb, pasteRgb, type RgbImage } from './heat/rgb.ts';
export { structuralSimilarity } from './heat/ssim.ts';
export { montage } from './montage.ts';
export { type NearPair, nearDuplicates } from './near.ts';
export { hammingDistance, perceptualHash } from './perceptual.ts';
export { type PngSamples, pngSamples } from './png/decode.ts';
export { encodePng, type PngImage } from './png/encode.ts';
export { MAX_PIXELS } from './png/header.ts';
export { resizeSlice } from './resize.ts';
export {
  type InspectWishes,
  inspectSlice,
  type ScannedSlice,
  type SliceFacts,
  type SliceFault,
} from './scan/inspect.ts';
export type { PoolOptions } from './scan/pool.ts';
export { type GrayProfile, PROFILE_BINS } from './scan/profile.ts';
export { type ScanOptions, scanSlices } from './scan/scan.ts';
export { serveJobs } from './scan/serve.ts';
export { WorkerThreads } from './scan/threads.ts';
export {
  type DecodedSlice,
  type GrayImage,
  grayImage,
  isConstant,
  isLowRange,
  type SliceColour,
  type SliceShape,
} from './slice.ts';
export { type BuiltStore, buildStore, type StoreOptions } from './store/build.ts';
export { StoreBuilder } from './store/builder.ts';
export { type StoreShape, storeKey } from './store/key.ts';
export { openStore, type SliceStore } from './store/open.ts';
