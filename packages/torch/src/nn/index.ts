/** Modules of networks. Names, defaults and parameter names are torch.nn's. */
export { ReLU } from './activation.ts';
export { BatchNorm2d, type BatchNormOptions, BatchNormReLU2d } from './batch-norm.ts';
export type { Together } from './batch-norm-together.ts';
export { clipGradNorm } from './clip-grad.ts';
export { ModuleList, Sequential } from './containers.ts';
export { Conv2d, type Conv2dOptions } from './conv.ts';
export { DropPath } from './dropout.ts';
export * as init from './init.ts';
export { LayerNorm } from './layer-norm.ts';
export { Linear } from './linear.ts';
export { type AnyModule, Module, type StateDict, StateDictError } from './module.ts';
export { Buffer, Parameter } from './parameter.ts';
export { MaxPool2d, type MaxPool2dOptions } from './pooling.ts';
export { Flatten, Identity } from './shape.ts';
