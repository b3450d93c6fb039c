/// <reference types="node" preserve="true" />
/**
 * Slices as typed arrays: reading, checks, hashes, resizing, a store of decoded slices, PNG writing.
 * Knows nothing of tensors, patients or splits; libtorch is never loaded for it.
 */

export { type BuiltStore, buildStore, type StoreOptions } from './cohort/build.ts';
export { StoreBuilder } from './cohort/builder.ts';
export { type ScanOptions, scanSlices } from './cohort/scan.ts';
export { decodeSlice, fileShape } from './decode.ts';
export { type FaultCode, type FaultRecord, ImageFault, ImageFaults } from './fault.ts';
export { readSliceFile } from './file.ts';
export { foreignFormat } from './format.ts';
export { contentHash } from './hash.ts';
export { heatBar, overlayHeat, slicePicture } from './heat/overlay.ts';
export { blankRgb, pasteRgb, type RgbImage } from './heat/rgb.ts';
export { structuralSimilarity } from './heat/ssim.ts';
export { lookUp } from './look-up.ts';
export { montage } from './montage.ts';
export { type NearPair, nearDuplicates } from './near.ts';
export { brightness, nearGray } from './near-gray.ts';
export { exifOrientation, seenSize, turned } from './orientation.ts';
export { perceptualHash } from './perceptual.ts';
export { type PngSamples, pngSamples } from './png/decode.ts';
export { encodePng, isMarkedPng, markPng, type PngImage } from './png/encode.ts';
export { MAX_PIXELS } from './png/header.ts';
export { sampleRange } from './range.ts';
export { type Resizing, resizeSlice } from './resize/resize.ts';
export { Scratch } from './scratch.ts';
export { type DecodedSlice, type GrayImage, grayImage, type SliceColour, type SliceShape } from './slice.ts';
export type { ScannedSlice, SliceFacts, SliceFault } from './slices/inspect.ts';
export { isImageFolder, isMaskFolder, saysMask, sortByName } from './slices/mask-names.ts';
export { type GrayProfile, PROFILE_BINS } from './slices/profile.ts';
export { type StoreShape, storeKey } from './store/key.ts';
export { openStore, type SliceStore } from './store/open.ts';
export type { PoolOptions } from './threads/pool.ts';
export { serveJobs } from './threads/serve.ts';
export { WorkerThreads } from './threads/threads.ts';
