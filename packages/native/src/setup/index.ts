/// <reference types="node" preserve="true" />
/**
 * Makes a machine ready for the engine. Nothing here loads libtorch into the calling process.
 */
export { aptInstall, isDebian, mayInstall, missingPackages } from './apt.ts';
export { ConsentNeeded, NativeNotBuiltError, SetupError } from './errors.ts';
export { type NativeRecord, readNativeRecord } from './record.ts';
export { type DownloadOptions, downloadOnly, type SetupOptions, type SetupResult, setUp } from './setup.ts';
export type { EngineReport, SeenGpu } from './verify.ts';
export { PLATFORM_NAMES } from './wheels.ts';
