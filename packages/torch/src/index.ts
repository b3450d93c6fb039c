/// <reference types="node" preserve="true" />
/** Tensors, neural-network modules, optimizers and checkpoint files on libtorch. */
export * from './autograd.ts';
export * from './checkpoint.ts';
export * from './create.ts';
export {
  CudaDevice,
  type CudaMemory,
  cudaDevice,
  type RecordedGraph,
  type RecordingDevice,
} from './cuda.ts';
export { DeviceError, type DeviceKind, deviceKind, openDevice, resolveDevice } from './device.ts';
export {
  DistributedError,
  DistributedGradients,
  hasGpuGroups,
  hasProcessGroups,
  type Meeting,
  ProcessGroup,
} from './distributed.ts';
export {
  type DType,
  dtypeCode,
  dtypeInfo,
  MEMORY_FORMAT,
  type MemoryFormat,
  type TypedArray,
} from './dtype.ts';
export { BatchNormSizeError, OperatorError } from './errors.ts';
export * as F from './nn/functional.ts';
export * as nn from './nn/index.ts';
export { type Arg, Operator } from './operator.ts';
export * as optim from './optim/index.ts';
export {
  type MeasuredDevice,
  type Profile,
  type ProfiledOperator,
  type ProfiledSpan,
  profile,
  profileRange,
} from './profile.ts';
export * from './random.ts';
export * from './runtime.ts';
export { tidy } from './scope.ts';
export * from './serialization/index.ts';
export { SharedMemory } from './shared-memory.ts';
export {
  dispatch,
  dispatchMany,
  dispatchValue,
  dispatchVoid,
  fromHandle,
  inPlace,
  type NestedArray,
  Tensor,
  type TensorOrNumber,
} from './tensor.ts';
