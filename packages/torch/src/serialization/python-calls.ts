import { elementType } from './element-type.ts';
import {
  OrderedDict,
  PyComplex,
  PyFloat,
  type PyTuple,
  TorchDevice,
  TorchDType,
  tuple,
} from './python-values.ts';
import { StoredTensor } from './stored-tensor.ts';
import { contiguousStride } from './strided.ts';

/** Where a tensor's elements are: which storage record, how long that is and where in it, in elements. */
export interface StoragePlace {
  key: string;
  count: number;
  offset: number;
}

export class PyGlobal {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
}

export class PyCall {
  readonly callee: PyGlobal;
  readonly args: PyTuple;
  constructor(module: string, name: string, ...args: unknown[]) {
    this.callee = new PyGlobal(module, name);
    this.args = tuple(args);
  }
}

/** The persistent id of what lies outside the pickle: a storage. */
export class PersistentId {
  readonly id: PyTuple;
  constructor(id: PyTuple) {
    this.id = id;
  }
}

/**
 * How Python builds a value that has no opcode of its own, by the globals that `torch.load(weights_only=True)`
 * allows; undefined for all other values.
 */
export function asCall(
  value: unknown,
  place: (tensor: StoredTensor) => StoragePlace,
): PyCall | PyGlobal | undefined {
  if (value instanceof StoredTensor) return tensorCall(value, place(value));
  if (value instanceof Set) return new PyCall('__builtin__', 'set', [...value]);
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
    return new PyCall('_codecs', 'encode', text, 'latin1');
  }
  if (value instanceof PyComplex) {
    return new PyCall('__builtin__', 'complex', new PyFloat(value.re), new PyFloat(value.im));
  }
  if (value instanceof TorchDType) return new PyGlobal('torch', value.dtypeName);
  if (!(value instanceof TorchDevice)) return undefined;
  return value.index === null
    ? new PyCall('torch', 'device', value.type)
    : new PyCall('torch', 'device', value.type, value.index);
}

function tensorCall(tensor: StoredTensor, place: StoragePlace): PyCall {
  const { isParameter, requiresGrad } = tensor;
  if (!isParameter) return rebuildTensor(tensor, place, requiresGrad);
  const data = rebuildTensor(tensor, place, false);
  return new PyCall('torch._utils', '_rebuild_parameter', data, requiresGrad, new OrderedDict());
}

/** Element types without a storage class of their own need torch 2.1 or newer to be read in Python. */
function rebuildTensor({ dtype, shape }: StoredTensor, place: StoragePlace, requiresGrad: boolean): PyCall {
  const { storage, bytes } = elementType(dtype);
  const view = [place.offset, tuple(shape), tuple(contiguousStride(shape)), requiresGrad, new OrderedDict()];
  if (storage === undefined) {
    const id = storageId(new PyGlobal('torch.storage', 'UntypedStorage'), place.key, place.count * bytes);
    return new PyCall('torch._utils', '_rebuild_tensor_v3', id, ...view, new PyGlobal('torch', dtype));
  }
  const id = storageId(new PyGlobal('torch', storage), place.key, place.count);
  return new PyCall('torch._utils', '_rebuild_tensor_v2', id, ...view);
}

function storageId(type: PyGlobal, key: string, count: number): PersistentId {
  return new PersistentId(tuple<unknown>(['storage', type, key, 'cpu', count]));
}
