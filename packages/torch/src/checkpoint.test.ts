import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { python, pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { fromStored, loadCheckpoint, saveCheckpoint, saveSafetensors, toStored } from './checkpoint.ts';
import { fromTypedArray, rand, randn, tensor, zeros } from './create.ts';
import { BatchNorm2d, Conv2d, Sequential } from './nn/index.ts';
import { getRngState, manualSeed, setRngState } from './random.ts';
import { memoryStats } from './runtime.ts';
import { tidy } from './scope.ts';
import { OrderedDict, PyTuple, tuple } from './serialization/python-values.ts';
import { StoredTensor } from './serialization/stored-tensor.ts';
import { writeTorchFile } from './serialization/torch-file.ts';
import { SharedMemory } from './shared-memory.ts';
import { Tensor } from './tensor.ts';

/** Every bit of a tensor, with its type and shape. */
function bits(value: unknown): string {
  if (!(value instanceof Tensor)) throw new TypeError(`not a tensor: ${value}`);
  const array = value.toTypedArray();
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return `${value.dtype}[${value.shape}] ${bytes.toString('hex')}`;
}

function entry(value: unknown, key: string): unknown {
  if (!(value instanceof Map)) throw new TypeError('not a dict');
  return value.get(key);
}

/** One tensor of each element type, with the values that conversions spoil: NaNs with a payload, −0, subnormals. */
function samples(): Record<string, Tensor> {
  const half = Uint16Array.of(0x7e01, 0xfdff, 0x8000, 0x0001, 0x3c00, 0xfc00);
  const single = new Float32Array(
    Uint32Array.of(0x7fc00123, 0xffa00001, 0x80000000, 1, 0x3f800000, 0x7f800000).buffer,
  );
  return {
    float16: fromTypedArray(half, [2, 3], { dtype: 'float16' }),
    bfloat16: fromTypedArray(half, [3, 2], { dtype: 'bfloat16' }),
    float32: fromTypedArray(single, [6]),
    float64: fromTypedArray(Float64Array.of(Math.PI, -0, Number.MIN_VALUE, Number.NaN)),
    int64: fromTypedArray(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n))),
    int32: fromTypedArray(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
    int16: fromTypedArray(Int16Array.of(-32768, 32767)),
    int8: fromTypedArray(Int8Array.of(-128, 127)),
    uint8: fromTypedArray(Uint8Array.of(0, 255)),
    bool: tensor([[true], [false]]),
    scalar: tensor(2.5),
    empty: zeros([0, 3]),
    transposed: randn([3, 4]).t(),
    slice: randn([4, 5]).narrow(1, 1, 3),
    channelsLast: randn([2, 3, 4, 4]).contiguous('channelsLast'),
  };
}

test('checkpoints give back every bit of every element type and layout', async () => {
  const path = join(tempDir(), 'all.pth');
  const written = samples();
  await saveCheckpoint(path, written);
  const read = await loadCheckpoint(path);
  for (const [name, value] of Object.entries(written))
    expect(bits(entry(read, name)), name).toBe(bits(value));
});

test('safetensors files give back every bit', async () => {
  const path = join(tempDir(), 'all.safetensors');
  const written = samples();
  await saveSafetensors(path, new Map(Object.entries(written)));
  const tensors = (await loadCheckpoint(path)) as Map<string, Tensor>;
  expect([...tensors.keys()].sort()).toEqual(Object.keys(written).sort());
  for (const [name, value] of Object.entries(written))
    expect(bits(tensors.get(name)), name).toBe(bits(value));
});

test('in shared memory lie the same bytes, and a file of them is the same', async () => {
  const written = samples();
  const stored = toStored(written, new SharedMemory()) as Record<string, StoredTensor>;
  for (const [name, value] of Object.entries(written)) {
    expect(stored[name]?.data.buffer, name).toBeInstanceOf(SharedArrayBuffer);
    expect(bits(fromStored(stored[name])), name).toBe(bits(value));
  }
  const folder = tempDir();
  await saveCheckpoint(join(folder, 'own.pth'), written);
  await writeTorchFile(join(folder, 'shared.pth'), stored);
  expect(readFileSync(join(folder, 'shared.pth')).equals(readFileSync(join(folder, 'own.pth')))).toBe(true);
  expect(() => randn([4]).copyTo(new Uint8Array(15))).toThrow(/15 bytes.*needs 16/);
});

test('containers, tuples and plain values come back as they were', async () => {
  const path = join(tempDir(), 'nested.pth');
  const value = new Map<unknown, unknown>([
    ['epoch', 7],
    ['auc', 0.875],
    ['best', null],
    ['done', false],
    ['size', 2n ** 70n],
    ['labels', ['Grad 1', 'Grad 2']],
    ['betas', tuple([0.9, 0.999])],
    ['limits', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['state', new Map<number, unknown>([[0, new OrderedDict([['deep', [{ a: 1 }]]])]])],
  ]);
  await saveCheckpoint(path, value);
  const read = await loadCheckpoint(path);
  const deep = new Map<unknown, unknown>(value);
  deep.set('state', new Map([[0, new OrderedDict([['deep', [new Map([['a', 1]])]]])]]));
  expect(read).toEqual(deep);
  expect(entry(read, 'betas')).toBeInstanceOf(PyTuple);
});

test('a tensor held in two places stays one, in memory and in files', async () => {
  const path = join(tempDir(), 'tied.pth');
  const shared = randn([64]);
  const stored = toStored({ a: shared, b: [shared] }) as { a: unknown; b: unknown[] };
  expect(stored.a).toBe(stored.b[0]);
  await saveCheckpoint(
    path,
    new Map([
      ['encoder', shared],
      ['decoder', shared],
    ]),
  );
  const read = await loadCheckpoint(path);
  expect(entry(read, 'encoder')).toBe(entry(read, 'decoder'));
});

test('a checkpoint holds the values of the moment it was asked for', async () => {
  const path = join(tempDir(), 'moment.pth');
  const weights = zeros([1000]);
  const saving = saveCheckpoint(path, { weights });
  weights.fill_(1);
  await saving;
  expect((entry(await loadCheckpoint(path), 'weights') as Tensor).sum().item()).toBe(0);
});

test('parameters are stored as values: what is read requires no gradient', async () => {
  const path = join(tempDir(), 'model.pth');
  const model = new Sequential([new Conv2d(1, 2, 3), new BatchNorm2d(2)]);
  await saveCheckpoint(path, model.stateDict());
  const read = await loadCheckpoint(path);
  expect(read).toBeInstanceOf(OrderedDict);
  expect([...(read as Map<string, Tensor>).values()].every((value) => !value.requiresGrad)).toBe(true);
  const other = new Sequential([new Conv2d(1, 2, 3), new BatchNorm2d(2)]);
  other.loadStateDict(read as Map<string, Tensor>);
  for (const [name, value] of model.stateDict())
    expect(bits(other.stateDict().get(name)), name).toBe(bits(value));
});

test('a generator state brings back the numbers that followed it', async () => {
  const path = join(tempDir(), 'rng.pth');
  manualSeed(5);
  rand([3]);
  await saveCheckpoint(path, { rng: getRngState() });
  const expected = rand([4]).toArray();
  const state = entry(await loadCheckpoint(path), 'rng');
  if (!(state instanceof Tensor)) throw new Error('no state');
  setRngState(state);
  expect(rand([4]).toArray()).toEqual(expected);
});

test('an element type the engine does not know is an error that names it, and nothing leaks', () => {
  const good = new StoredTensor({ dtype: 'float32', shape: [1], data: new Uint8Array(4) });
  const bad = new StoredTensor({ dtype: 'uint16', shape: [2], data: new Uint8Array(4) });
  const before = memoryStats().tensors;
  expect(() => fromStored([good, bad])).toThrow('a uint16 tensor of shape [2] cannot be used here');
  expect(memoryStats().tensors).toBe(before);
});

test('converting to bytes leaves no tensors behind', () => {
  tidy(() => {
    const value = samples();
    const before = memoryStats().tensors;
    toStored(value);
    expect(memoryStats().tensors).toBe(before);
  });
});

const DESCRIBE = `
def bits(t):
    raw = t.detach().contiguous().view(torch.int16) if t.dtype is torch.bfloat16 else t.detach().contiguous()
    name = str(t.dtype).removeprefix('torch.')
    return f"{name}[{','.join(map(str, t.shape))}] {raw.numpy().tobytes().hex()}"
`;

referenceTest('torch reads every bit of our checkpoints', ['torch', 'numpy'], async () => {
  const folder = tempDir();
  const path = join(folder, 'ours.pth');
  const written = samples();
  manualSeed(9);
  const model = new Sequential([new Conv2d(1, 2, 3)]);
  await saveCheckpoint(path, {
    tensors: written,
    model: model.stateDict(),
    config: { names: ['a', null], lr: 0.5, epochs: 3, tuple: tuple([1, 2.5]) },
    state: new Map([[0, 'zero']]),
    rng: getRngState(),
  });
  const weights = join(folder, 'weights.pth');
  await saveCheckpoint(weights, model.stateDict());
  const expected = Object.fromEntries(Object.entries(written).map(([name, value]) => [name, bits(value)]));
  // The restricted loading of torch 1 takes tensors only: it refuses any float.
  const read = pythonJson<Record<string, unknown>>(
    `import json, sys, torch, inspect
${DESCRIBE}
def load(path, since):
    safe = int(torch.__version__.split('.')[0]) >= since and 'weights_only' in inspect.signature(torch.load).parameters
    return torch.load(path, weights_only=True) if safe else torch.load(path)
d = load(sys.argv[1], 2)
weights = load(sys.argv[2], 1)
torch.set_rng_state(d['rng'])
print(json.dumps({'bits': {k: bits(t) for k, t in d['tensors'].items()}, 'config': repr(d['config']),
  'model': type(d['model']).__name__, 'keys': list(weights), 'state': repr(d['state']),
  'grad': [t.requires_grad for t in d['model'].values()], 'next': torch.rand(4).tolist()}))`,
    { args: [path, weights] },
  );
  expect(read).toEqual({
    bits: expected,
    config: "{'names': ['a', None], 'lr': 0.5, 'epochs': 3, 'tuple': (1, 2.5)}",
    model: 'OrderedDict',
    keys: ['0.weight', '0.bias'],
    state: "{0: 'zero'}",
    grad: [false, false],
    next: rand([4]).toArray(),
  });
});

referenceTest('we read every bit of checkpoints of torch', ['torch', 'numpy'], async () => {
  const folder = tempDir();
  const path = join(folder, 'python.pth');
  const expected = JSON.parse(
    python(
      `import json, sys, torch
${DESCRIBE}
torch.manual_seed(4)
net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Linear(4, 3, bias=False))
net[2].weight = torch.nn.Parameter(torch.randn(3, 4).t())
net.tied = net[0]
tensors = dict(net.state_dict())
for dtype in [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64, torch.int32, torch.int16,
              torch.int8, torch.uint8, torch.bool]:
    tensors[str(dtype)] = (torch.randn(5, 3) * 50).to(dtype).t()[1:]
tensors['parameter'] = torch.nn.Parameter(torch.randn(2))
torch.save({'tensors': tensors, 'rng': torch.get_rng_state(), 'epoch': 3, 'lr': 1.0}, sys.argv[1])
print(json.dumps({'bits': {k: bits(t) for k, t in tensors.items()}, 'next': torch.rand(4).tolist()}))`,
      { args: [path] },
    ),
  );
  const read = await loadCheckpoint(path);
  const tensors = entry(read, 'tensors');
  for (const [name, value] of Object.entries(expected.bits))
    expect(bits(entry(tensors, name)), name).toBe(value);
  expect(entry(tensors, '0.weight')).toBe(entry(tensors, 'tied.weight'));
  expect([entry(read, 'epoch'), entry(read, 'lr')]).toEqual([3, 1]);
  const rng = entry(read, 'rng');
  if (!(rng instanceof Tensor)) throw new Error('no state');
  setRngState(rng);
  expect(rand([4]).toArray()).toEqual(expected.next);
});
