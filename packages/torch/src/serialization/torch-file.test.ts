import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PythonShell, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { writeAtomically } from './atomic-file.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { DTypeName } from './element-type.ts';
import { OrderedDict, PyComplex, PyFloat, TorchDevice, TorchDType, tuple } from './python-values.ts';
import { StoredTensor } from './stored-tensor.ts';
import { canon, PYTHON_CANON } from './testing/canon.ts';
import { torchRecords, writeRecords, writeTorchFile } from './torch-file.ts';

const python = new PythonShell();

/** Python source that makes one value each, under the name of what is special about it. */
const VALUES: Record<string, string> = {
  'every dtype': `{str(d): torch.arange(-3, 9).reshape(3, 4).to(d) for d in (torch.float64, torch.float32,
    torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
    torch.complex64, torch.complex128)}`,
  'NaN payloads and signed zeros': `torch.tensor([0x7fc00001, -0x400001, 1 << 31, 1], dtype=torch.int64)
    .to(torch.int32).view(torch.float32)`,
  'empty and 0-dim tensors': '[torch.empty(0), torch.empty(3, 0, 2), torch.tensor(2.5), torch.tensor(7)]',
  'strided views': `(lambda t: [t.t(), t[1:, ::2], t[:, 1], t.permute(1, 0)[2:], t[0].expand(4, 5), t[2, 3],
    torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last), t.double().t(), t.half().t(), t.to(torch.uint8).t(),
    torch.complex(t, t).to(torch.complex128).t()])(torch.randn(4, 5))`,
  'shared storage': '(lambda t: {"a": t, "b": t, "head": t[:4], "tail": t[6:].view(2, 2)})(torch.randn(10))',
  containers: `{"list": [1, [2, (3, [])], ()], 5: {"deep": {None: {(): {}}}}, True: None, 2.5: {1, 2, 3},
    "frozen": frozenset(["a"]), "bytes": b"\\x00\\xffab", "empty": b"", "complex": 1 - 2j, (1, "k"): [None, False],
    "default": collections.defaultdict(list, {"a": [1]}), "counter": collections.Counter("aab")}`,
  integers: `[s * (2 ** e + o) for e in (0, 7, 8, 15, 16, 31, 32, 52, 53, 62, 63, 64, 100, 2000) for o in (-1, 0, 1)
    for s in (1, -1)]`,
  floats: '[0.0, -0.0, 1.0, -1.5, 1e308, 5e-324, float("inf"), -float("inf"), float("nan"), 0.1]',
  'unicode keys': '{"größe": 1, "患者": [2], "🧠": "\\0\\n", "": "\\ufeff", "long " * 100: 0}',
  parameters:
    '[torch.nn.Parameter(torch.randn(3)), torch.nn.Parameter(torch.ones(2, dtype=torch.int64), False)]',
  'requires grad': '[torch.randn(2, requires_grad=True), torch.nn.Linear(2, 3).bias]',
  'numpy scalars': `[np.float64(0.1), np.float32(0.1), np.float16(0.1), np.float16(6e-8), np.int64(-5), np.int64(2 ** 62),
    np.uint8(200), np.int16(-300), np.bool_(True), np.complex64(1 + 2j), np.uint64(2 ** 63), np.float16("inf")]`,
  'torch values': `[torch.Size([2, 3]), torch.float32, torch.bfloat16, torch.device("cuda:1"), torch.device("cpu"),
    torch.Size([])]`,
  'module state': 'torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).state_dict()',
  'Adam state': 'trained(lambda p: torch.optim.Adam(p, amsgrad=True)).state_dict()',
  'AdamW state': 'trained(lambda p: torch.optim.AdamW(p, lr=1)).state_dict()',
  'SGD state': 'trained(lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True)).state_dict()',
  schedulers: `(lambda o: [s(o).state_dict() for s in (
    lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 10),
    lambda o: torch.optim.lr_scheduler.StepLR(o, 3),
    lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [3, 5]),
    lambda o: torch.optim.lr_scheduler.ReduceLROnPlateau(o))])(trained(lambda p: torch.optim.SGD(p, 0.1)))`,
  'a whole checkpoint': `(lambda m, o: {"epoch": 3, "model_state_dict": m.state_dict(), "optimizer_state_dict":
    o.state_dict(), "best": 0.91, "rng": torch.get_rng_state(), "args": {"lr": 1e-3, "sizes": (1, 2)}})(
    torch.nn.Linear(3, 2), trained(torch.optim.Adam))`,
  'more than 256 texts': '{f"layer{i}.weight": torch.full((i % 3,), float(i)) for i in range(300)}',
};

const SETUP = `${PYTHON_CANON}
def trained(optimizer):
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 1))
    o = optimizer(model.parameters())
    for _ in range(3):
        o.zero_grad()
        model(torch.randn(5, 4)).square().mean().backward()
        o.step()
    return o
`;

const FORMATS = {
  zip: '',
  legacy: ', _use_new_zipfile_serialization=False',
  'zip, protocol 4': ', pickle_protocol=4',
  'legacy, protocol 5': ', _use_new_zipfile_serialization=False, pickle_protocol=5',
};

for (const [format, options] of Object.entries(FORMATS)) {
  referenceTest(
    `reads what Python saved and gives it back to Python: ${format}`,
    ['torch', 'numpy'],
    async () => {
      const folder = tempDir();
      const entries = Object.entries(VALUES);
      const makers = entries
        .map(([, source], index) => `${index}: lambda: ${source.replaceAll('\n', ' ')}`)
        .join(',\n');
      const saved = await python.json<unknown[]>(
        `${SETUP}
results = []
for index, make in {${makers}}.items():
    value = make()
    torch.save(value, os.path.join(sys.argv[1], f'{index}.pth')${options})
    results.append(canon(value))
print(json.dumps(results))`,
        folder,
      );
      for (const [index, [name]] of entries.entries()) {
        const value = (await readCheckpoint(join(folder, `${index}.pth`))).value;
        expect(canon(value), name).toEqual(saved[index]);
        await writeTorchFile(join(folder, `${index}.back.pth`), value);
      }
      const back = await python.json<unknown[]>(
        `${SETUP}
print(json.dumps([canon(torch.load(os.path.join(sys.argv[1], f'{i}.back.pth'))) for i in range(int(sys.argv[2]))]))`,
        folder,
        String(entries.length),
      );
      for (const [index, [name]] of entries.entries()) expect(back[index], name).toEqual(saved[index]);
    },
  );
}

const float32 = (values: number[], shape: number[] = [values.length]): StoredTensor =>
  new StoredTensor({ dtype: 'float32', shape, data: new Uint8Array(Float32Array.from(values).buffer) });

referenceTest('Python gets the types that were meant', ['torch'], async () => {
  const path = join(tempDir(), 'types.pth');
  await writeTorchFile(path, {
    whole: 1,
    float: new PyFloat(1),
    zero: -0,
    huge: 1e300,
    big: 2n ** 70n,
    text: 'é',
    pair: tuple([1, 'a']),
    list: [1, null, true],
    set: new Set([1, 2]),
    bytes: Uint8Array.of(0, 255),
    complex: new PyComplex(1, -2),
    dtype: new TorchDType('float16'),
    device: new TorchDevice('cuda', 1),
    ordered: new OrderedDict([['k', 1]]),
    map: new Map<unknown, unknown>([[0, 'zero']]),
  });
  const types = await python.json<Record<string, string>>(
    `import json, sys, torch
print(json.dumps({k: f'{type(v).__name__} {v}' for k, v in torch.load(sys.argv[1]).items()}))`,
    path,
  );
  expect(types).toEqual({
    whole: 'int 1',
    float: 'float 1.0',
    zero: 'float -0.0',
    huge: 'float 1e+300',
    big: 'int 1180591620717411303424',
    text: 'str é',
    pair: "tuple (1, 'a')",
    list: 'list [1, None, True]',
    set: 'set {1, 2}',
    bytes: "bytes b'\\x00\\xff'",
    complex: 'complex (1-2j)',
    dtype: 'dtype torch.float16',
    device: 'device cuda:1',
    ordered: "OrderedDict OrderedDict([('k', 1)])",
    map: "dict {0: 'zero'}",
  });
});

referenceTest(
  'a state dict written here loads with weights_only=True and into a module',
  ['torch'],
  async () => {
    const path = join(tempDir(), 'state.pth');
    const state = new OrderedDict<string, StoredTensor>([
      ['weight', float32([1, 2, 3, 4, 5, 6], [2, 3])],
      ['bias', float32([7, 8])],
    ]);
    await writeTorchFile(path, state);
    const printed = await python.run(
      `import sys, torch
m = torch.nn.Linear(3, 2)
print(m.load_state_dict(torch.load(sys.argv[1], weights_only=True)))
print(m(torch.tensor([1., 1., 1.])).tolist())`,
      path,
    );
    expect(printed).toBe('<All keys matched successfully>\n[13.0, 23.0]\n');
  },
);

referenceTest(
  'tensors that share memory share a storage in Python; neighbours do not',
  ['torch'],
  async () => {
    const path = join(tempDir(), 'tied.pth');
    const memory = new Uint8Array(Float32Array.from([0, 1, 2, 3, 4, 5]).buffer);
    const view = (start: number, end: number): StoredTensor =>
      new StoredTensor({ dtype: 'float32', shape: [end - start], data: memory.subarray(start * 4, end * 4) });
    await writeTorchFile(path, { all: view(0, 4), part: view(2, 4), next: view(4, 6), same: view(0, 4) });
    const [tied, next] = await python.json<[number[], number[]]>(
      `import json, sys, torch
d = torch.load(sys.argv[1])
d['all'][2] = 9
print(json.dumps([d['part'].tolist() + d['same'].tolist(), [d['next'].storage_offset(), len(d['next'].storage())]]))`,
      path,
    );
    expect(tied).toEqual([9, 3, 0, 1, 9, 3]);
    expect(next).toEqual([0, 2]);
  },
);

referenceTest('records are aligned and laid out as torch and zip tools expect', ['torch'], async () => {
  const path = join(tempDir(), 'layout.pth');
  await writeTorchFile(path, [float32([1, 2, 3]), float32([4])]);
  const layout = await python.json<{ bad: unknown; names: string[]; starts: number[] }>(
    `import json, struct, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
data = open(sys.argv[1], 'rb').read()
start = lambda i: i.header_offset + 30 + sum(struct.unpack('<HH', data[i.header_offset + 26:i.header_offset + 30]))
print(json.dumps({'bad': z.testzip(), 'names': z.namelist(), 'starts': [start(i) % 64 for i in z.infolist()]}))`,
    path,
  );
  expect(layout.bad).toBeNull();
  expect(layout.names).toEqual(
    ['data.pkl', 'byteorder', 'data/0', 'data/1', 'version'].map((n) => `archive/${n}`),
  );
  expect(layout.starts).toEqual([0, 0, 0, 0, 0]);
});

test('equal values give equal bytes', async () => {
  const folder = tempDir();
  const value = (): unknown => ({ a: float32([1, 2]), b: [1, tuple(['x', 0.5])], c: new Set(['y']) });
  await writeTorchFile(join(folder, 'a.pth'), value());
  await writeTorchFile(join(folder, 'b.pth'), value());
  expect(readFileSync(join(folder, 'a.pth')).equals(readFileSync(join(folder, 'b.pth')))).toBe(true);
});

test('element types that need a newer Python come back here', async () => {
  const path = join(tempDir(), 'new.pth');
  const dtypes: DTypeName[] = ['uint16', 'uint32', 'uint64', 'float8_e4m3fn', 'float8_e5m2', 'complex32'];
  const value = dtypes.map((dtype) => {
    const data = Uint8Array.from({ length: 16 }, (_, index) => index * 11);
    const itemBytes = { uint16: 2, uint32: 4, uint64: 8, complex32: 4 }[dtype as string] ?? 1;
    return new StoredTensor({ dtype, shape: [16 / itemBytes], data });
  });
  await writeTorchFile(path, value);
  expect(canon((await readCheckpoint(path)).value)).toEqual(canon(value));
});

test('values without a counterpart are refused with their place, and no file is left', async () => {
  const folder = tempDir();
  const path = join(folder, 'bad.pth');
  await expect(writeTorchFile(path, { a: [1, new Date(0)] })).rejects.toThrow('value["a"][1]: Date');
  await expect(writeTorchFile(path, { a: undefined })).rejects.toThrow('value["a"]: undefined');
  await expect(writeTorchFile(path, '\ud800')).rejects.toThrow('surrogate');
  const loop: unknown[] = [];
  loop.push(loop);
  await expect(writeTorchFile(path, loop)).rejects.toThrow('nested deeper');
  expect(() => readFileSync(path)).toThrow('ENOENT');
});

test('a record that is not as long as its storage is refused', async () => {
  const path = join(tempDir(), 'a.pth');
  const records = torchRecords(new StoredTensor({ dtype: 'uint8', shape: [4], data: new Uint8Array(4) }));
  for (const bytes of [3, 5, 1_000_000]) {
    const changed = records.map((record) =>
      record.name === 'archive/data/0' ? { ...record, data: new Uint8Array(bytes) } : record,
    );
    await writeAtomically(path, (out) => writeRecords(out, changed));
    await expect(readCheckpoint(path)).rejects.toThrow(`storage "0" has ${bytes} bytes, not 4`);
  }
});
