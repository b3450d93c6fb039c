import { OrderedDict, PyComplex, PyTuple, TorchDevice, TorchDType } from '../python-values.ts';
import { StoredTensor } from '../stored-tensor.ts';

/**
 * Python source of `canon(value)`: a JSON form that keeps types, order and every bit. Integers and floats of the
 * same value are equal, because a JavaScript number cannot tell them apart.
 */
export const PYTHON_CANON = `
import collections, json, os, struct, sys
import numpy as np
import torch

def bits(t):
    t = t.detach().contiguous().clone()
    if t.numel() == 0: return ''
    if t.dtype == torch.bfloat16: return t.view(torch.int16).numpy().tobytes().hex()
    return t.numpy().tobytes().hex()

def number(x):
    return {'number': struct.pack('>d', x).hex()}

def canon(x):
    if x is None or isinstance(x, (bool, str)): return x
    if isinstance(x, np.generic): return canon(x.item())
    if isinstance(x, int): return number(x) if abs(x) < 2 ** 53 else {'int': str(x)}
    if isinstance(x, float): return number(x)
    if isinstance(x, complex): return {'complex': [number(x.real), number(x.imag)]}
    if isinstance(x, bytes): return {'bytes': x.hex()}
    if isinstance(x, torch.Tensor):
        return {'tensor': str(x.dtype)[6:], 'shape': list(x.shape), 'bits': bits(x), 'grad': x.requires_grad,
                'parameter': isinstance(x, torch.nn.Parameter)}
    if isinstance(x, collections.OrderedDict): return {'ordered': [[canon(k), canon(v)] for k, v in x.items()]}
    if isinstance(x, dict): return {'dict': [[canon(k), canon(v)] for k, v in x.items()]}
    if isinstance(x, list): return {'list': [canon(v) for v in x]}
    if isinstance(x, tuple): return {'tuple': [canon(v) for v in x]}
    if isinstance(x, (set, frozenset)): return {'set': sorted((canon(v) for v in x), key=json.dumps)}
    if isinstance(x, torch.dtype): return {'dtype': str(x)[6:]}
    if isinstance(x, torch.device): return {'device': [x.type, None if x.index is None else number(x.index)]}
    raise TypeError(type(x))
`;

function number(value: number): unknown {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return { number: bytes.toString('hex') };
}

/** The same form of a value that was read here. */
export function canon(value: unknown): unknown {
  if (typeof value === 'number') return number(value);
  if (typeof value === 'bigint') return { int: String(value) };
  if (value instanceof PyComplex) return { complex: [number(value.re), number(value.im)] };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (value instanceof StoredTensor) {
    const { dtype, shape, data, requiresGrad, isParameter } = value;
    const bits = Buffer.from(data).toString('hex');
    return { tensor: dtype, shape: [...shape], bits, grad: requiresGrad, parameter: isParameter };
  }
  if (value instanceof OrderedDict) return { ordered: [...value].map((pair) => pair.map(canon)) };
  if (value instanceof Map) return { dict: [...value].map((pair) => pair.map(canon)) };
  if (value instanceof PyTuple) return { tuple: Array.from(value, canon) };
  if (Array.isArray(value)) return { list: value.map(canon) };
  if (value instanceof Set) return { set: [...value].map(canon).sort(byJson) };
  if (value instanceof TorchDType) return { dtype: value.dtypeName };
  if (value instanceof TorchDevice) return { device: [value.type, canon(value.index)] };
  return value;
}

function byJson(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
