/**
 * Checkpoint files without the engine: torch's own formats and safetensors as plain bytes. Nothing here may import
 * tensors or the native addon, so that files can be inspected where libtorch is not installed.
 */

export { type Checkpoint, readCheckpoint } from './checkpoint.ts';
export type { CheckpointFormat } from './detect.ts';
export type { DTypeName } from './element-type.ts';
export { CheckpointError, UnsafePickleError } from './errors.ts';
export {
  OrderedDict,
  PyComplex,
  PyFloat,
  PyOpaque,
  PyTuple,
  TorchDevice,
  TorchDType,
  tuple,
} from './python-values.ts';
export { writeSafetensors } from './safetensors.ts';
export { StoredTensor, type StoredTensorInit } from './stored-tensor.ts';
export { writeTorchFile } from './torch-file.ts';
export { TorchFileWriter } from './torch-file-writer.ts';
