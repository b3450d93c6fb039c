import { BY_STORAGE, type DTypeName, isDTypeName } from './element-type.ts';
import { NumpyDType, numpyScalar } from './numpy-scalar.ts';
import { OrderedDict, PyComplex, TorchDevice, TorchDType, tuple } from './python-values.ts';
import { StoredTensor } from './stored-tensor.ts';
import type { TensorBuilder } from './tensor-builder.ts';

/** A function or class that a pickle may call; what it does in Python is done here in TypeScript. */
export class PyCallable {
  readonly fullName: string;
  /** Result for these arguments; undefined when the arguments do not fit. */
  readonly call: (args: readonly unknown[], tensors: TensorBuilder) => unknown;

  constructor(fullName: string, call: PyCallable['call']) {
    this.fullName = fullName;
    this.call = call;
  }
}

/** A class that may be named, as the type of a storage. */
export class StorageClass {
  readonly dtype: DTypeName;
  readonly untyped: boolean;
  constructor(dtype: DTypeName, untyped: boolean) {
    this.dtype = dtype;
    this.untyped = untyped;
  }
}

function array(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Items of an optional single argument. */
function items(args: readonly unknown[]): readonly unknown[] | undefined {
  return args.length === 0 ? [] : array(args[0]);
}

/** Python 2 pickles an OrderedDict with a list of [key, value] lists; newer ones fill it afterwards. */
function orderedDict(args: readonly unknown[]): unknown {
  const pairs = items(args)?.map(array);
  if (pairs === undefined) return undefined;
  const dict = new OrderedDict();
  for (const pair of pairs) {
    if (pair?.length !== 2) return undefined;
    dict.set(pair[0], pair[1]);
  }
  return dict;
}

/** No conjugate or negative bit: the bytes of a view that has one are not its values. */
function plainView(metadata: unknown): boolean {
  return metadata === undefined || metadata === null || (metadata instanceof Map && metadata.size === 0);
}

function parameter(args: readonly unknown[]): unknown {
  const [data, requiresGrad = true] = args;
  if (!(data instanceof StoredTensor) || typeof requiresGrad !== 'boolean') return undefined;
  return new StoredTensor({ ...data, requiresGrad, isParameter: true });
}

function latin1(args: readonly unknown[]): unknown {
  const [text, encoding] = args;
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) return undefined;
  const bytes = Buffer.from(text, 'latin1');
  return bytes.toString('latin1') === text ? new Uint8Array(bytes) : undefined;
}

const CALLABLES: Record<string, PyCallable['call']> = {
  'collections.OrderedDict': orderedDict,
  // The factory of missing values has no use in a file that is only read.
  'collections.defaultdict': (args) =>
    args[0] === null || args[0] instanceof PyCallable ? new Map() : undefined,
  // A MultiStepLR scheduler keeps its milestones in one.
  'collections.Counter': (args) => (args[0] instanceof Map ? args[0] : undefined),
  'builtins.dict': (args) => (args.length === 0 ? new Map() : undefined),
  'builtins.list': (args) => items(args)?.slice(),
  'builtins.set': (args) => (items(args) === undefined ? undefined : new Set(items(args))),
  'builtins.frozenset': (args) => (items(args) === undefined ? undefined : new Set(items(args))),
  'builtins.bytes': (args) => (args.length === 0 ? new Uint8Array() : undefined),
  'builtins.complex': ([re, im]) =>
    typeof re === 'number' && typeof im === 'number' ? new PyComplex(re, im) : undefined,
  '_codecs.encode': latin1,
  'torch.Size': ([sizes]) => (Array.isArray(sizes) ? tuple(sizes) : undefined),
  'torch.device': ([type, index = null]) =>
    typeof type === 'string' && (index === null || typeof index === 'number')
      ? new TorchDevice(type, index)
      : undefined,
  'torch._utils._rebuild_tensor': (args, tensors) => tensors.build(args),
  'torch._utils._rebuild_tensor_v2': (args, tensors) =>
    plainView(args[6]) ? tensors.build(args, undefined, args[4] === true) : undefined,
  'torch._utils._rebuild_tensor_v3': (args, tensors) =>
    args[6] instanceof TorchDType && isDTypeName(args[6].dtypeName) && plainView(args[7])
      ? tensors.build(args, args[6].dtypeName, args[4] === true)
      : undefined,
  'torch._utils._rebuild_parameter': parameter,
  'torch._utils._rebuild_parameter_with_state': parameter,
  // Of a tensor of a class of its own, the tensor.
  'torch._tensor._rebuild_from_type_v2': ([rebuild, , args], tensors) =>
    rebuild instanceof PyCallable && Array.isArray(args) ? rebuild.call(args, tensors) : undefined,
  'torch.nn.parameter.Parameter': parameter,
  // What C++ `torch::pickle_save` wraps containers in.
  'torch.jit._pickle.restore_type_tag': ([value]) => value,
  'numpy.dtype': ([code]) => (typeof code === 'string' ? new NumpyDType(code) : undefined),
  'numpy.core.multiarray.scalar': scalar,
  'numpy._core.multiarray.scalar': scalar,
};

function scalar([dtype, data]: readonly unknown[]): unknown {
  // Pickles of Python 2 hold the bytes as text.
  const bytes = typeof data === 'string' ? latin1([data, 'latin1']) : data;
  return dtype instanceof NumpyDType && bytes instanceof Uint8Array ? numpyScalar(dtype, bytes) : undefined;
}

function buildTable(): ReadonlyMap<string, unknown> {
  const table = new Map<string, unknown>();
  for (const [name, call] of Object.entries(CALLABLES)) table.set(name, new PyCallable(name, call));
  for (const [name, dtype] of BY_STORAGE) table.set(`torch.${name}`, new StorageClass(dtype, false));
  for (const name of [
    'torch.UntypedStorage',
    'torch.storage.UntypedStorage',
    'torch.storage._UntypedStorage',
  ]) {
    table.set(name, new StorageClass('uint8', true));
  }
  return table;
}

const TABLE = buildTable();

/**
 * What a pickle gets for a global name; undefined for every name that is not allowed. Nothing is ever imported or
 * looked up outside the table in this file.
 *
 * @param fullName `module.name`; Python 2's `__builtin__` is Python 3's `builtins`.
 */
export function resolveGlobal(fullName: string): unknown {
  const dtype = fullName.startsWith('torch.') ? fullName.slice('torch.'.length) : '';
  if (isDTypeName(dtype)) return new TorchDType(dtype);
  return TABLE.get(fullName.replace(/^__builtin__\./, 'builtins.'));
}
