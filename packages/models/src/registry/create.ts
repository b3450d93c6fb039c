import type { BatchNormSettings } from '../entry/entry.ts';
import type { ImageModel } from '../image-model.ts';
import { modelInfo } from './registry.ts';

/** Options of {@link createModel}; a rate left out is the architecture's own default. */
export interface CreateModelOptions {
  /** Outputs of the classifier, 1000 unless given (none for DINOv2); 0 for none. */
  numClasses?: number;
  /** Channels of the slices, 3 unless given. */
  inChans?: number;
  /** Dropout before the classifier, 0 to below 1. */
  dropRate?: number;
  /** Stochastic depth of the last block, 0 to below 1. */
  dropPathRate?: number;
  /** Side in pixels, or [height, width]; 224 unless given (518 for DINOv2). Only models with position weights depend on it. */
  imageSize?: number | readonly [number, number];
  /** Only where the registry entry's defaults name it. */
  batchNorm?: BatchNormSettings;
  /** Whether the last norm of each residual block starts at 0. Only where the registry entry's defaults name it. */
  zeroInitLast?: boolean;
}

/**
 * Builds an untrained model in training mode; its weights come from the default random generator.
 *
 * @param name see {@link modelInfo}.
 * @throws RegistryError for an unknown name, RangeError for an option out of range.
 */
export function createModel(name: string, options: CreateModelOptions = {}): ImageModel {
  const info = modelInfo(name);
  const own = info.defaults ?? {};
  const { numClasses = own.numClasses ?? 1000, inChans = 3, imageSize = own.imageSize ?? 224 } = options;
  const { dropRate = own.dropRate ?? 0, dropPathRate = own.dropPathRate ?? 0 } = options;
  const size = typeof imageSize === 'number' ? ([imageSize, imageSize] as const) : imageSize;
  whole(info.name, 'numClasses', numClasses, 0);
  whole(info.name, 'inChans', inChans, 1);
  for (const side of size) whole(info.name, 'imageSize', side, 1);
  rate(info.name, 'dropRate', dropRate);
  rate(info.name, 'dropPathRate', dropPathRate);
  for (const option of ['batchNorm', 'zeroInitLast'] as const) {
    if (options[option] !== undefined && own[option] === undefined) {
      throw new RangeError(`${info.name}: ${option} cannot be chosen for this family`);
    }
  }
  const batchNorm = { ...own.batchNorm, ...options.batchNorm };
  const zeroInitLast = options.zeroInitLast ?? own.zeroInitLast ?? false;
  const rates = { dropRate, dropPathRate };
  return info.build({ numClasses, inChans, ...rates, imageSize: size, batchNorm, zeroInitLast });
}

function whole(model: string, option: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${model}: ${option} must be a whole number from ${least}, not ${value}`);
  }
}

function rate(model: string, option: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`${model}: ${option} must be from 0 to below 1, not ${value}`);
  }
}
