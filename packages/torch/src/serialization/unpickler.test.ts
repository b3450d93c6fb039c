import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PythonShell, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readCheckpoint } from './checkpoint.ts';
import { CheckpointError, UnsafePickleError } from './errors.ts';
import { OrderedDict, PyOpaque } from './python-values.ts';
import { StorageTable } from './storage-table.ts';
import { writeTorchFile } from './torch-file.ts';

const python = new PythonShell();

/** Reads a pickle that stands alone, given as text of single bytes. */
function read(pickle: string | Uint8Array): unknown {
  return new StorageTable('model.pth', 100).build(Buffer.from(pickle as string, 'latin1')).value;
}

function refusal(pickle: string): unknown {
  try {
    return read(pickle);
  } catch (error) {
    return error;
  }
}

const HOSTILE: Record<string, string> = {
  'posix.system': '\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.',
  'os.system': '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.',
  'builtins.eval': '\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.',
  '__builtin__.eval': '\x80\x02c__builtin__\neval\nX\x01\x00\x00\x001\x85R.',
  'builtins.getattr': '\x80\x02cbuiltins\ngetattr\n.',
  'builtins.__import__': '\x80\x02cbuiltins\n__import__\n.',
  'torch._utils._import_dotted_name': '\x80\x02ctorch._utils\n_import_dotted_name\n.',
  'torch.hub.load': '\x80\x02ctorch.hub\nload\n.',
  'numpy.core.multiarray._reconstruct': '\x80\x02cnumpy.core.multiarray\n_reconstruct\n.',
  // Names that a careless lookup in a JavaScript object would find.
  'constructor.constructor': '\x80\x02cconstructor\nconstructor\n.',
  'torch.__proto__': '\x80\x02ctorch\n__proto__\n.',
  'torch.constructor': '\x80\x02ctorch\nconstructor\n.',
};

test.each(Object.entries(HOSTILE))(
  'refuses a file that is %s alone, by name, and skips it among others',
  (name, pickle) => {
    const [protocol, body] = [pickle.slice(0, 2), pickle.slice(2, -1)];
    const beside = new StorageTable('model.pth', 100).build(
      Buffer.from(`${protocol}}(X\x01\x00\x00\x00aK\x05X\x01\x00\x00\x00b${body}u.`, 'latin1'),
    );
    expect(beside.skipped).toEqual([name]);
    expect((beside.value as Map<string, unknown>).get('a')).toBe(5);
    const error = refusal(pickle);
    expect(error).toBeInstanceOf(UnsafePickleError);
    expect(error).toMatchObject({ className: name, file: 'model.pth', name: 'UnsafePickleError' });
    expect((error as Error).message).toContain('save again only the state dict');
  },
);

referenceTest(
  'what would run a command in Python is skipped in both formats and runs nothing',
  ['torch'],
  async () => {
    const folder = tempDir();
    const marker = join(folder, 'ran');
    await python.run(
      `import os, sys, torch
class Bomb:
    def __reduce__(self): return os.system, (f'echo x > {sys.argv[1]}',)
for name, options in (('zip', {}), ('old', {'_use_new_zipfile_serialization': False}), ('four', {'pickle_protocol': 4})):
    torch.save({'weights': torch.ones(2), 'bomb': Bomb()}, os.path.join(sys.argv[2], name), **options)`,
      marker,
      folder,
    );
    for (const name of ['zip', 'old', 'four']) {
      const { value, skipped } = await readCheckpoint(join(folder, name));
      expect(skipped).toEqual([expect.stringMatching(/^\w+\.system$/)]);
      expect((value as Map<string, unknown>).get('weights')).toMatchObject({ shape: [2] });
    }
    expect(existsSync(marker)).toBe(false);
  },
);

referenceTest('a whole pickled model is refused by the name of its class', ['torch'], async () => {
  const path = join(tempDir(), 'model.pth');
  await python.run('import sys, torch\ntorch.save(torch.nn.Linear(2, 2), sys.argv[1])', path);
  await expect(readCheckpoint(path)).rejects.toThrow('"torch.nn.modules.linear.Linear"');
});

/** What training programs put beside their weights, and the class names it is skipped by; null where protocols differ. */
const BESIDE: Record<string, [source: string, skipped: string[] | null]> = {
  namespace: ['argparse.Namespace(lr=0.1, deep=argparse.Namespace(w=torch.ones(3)))', ['argparse.Namespace']],
  path: ['pathlib.PosixPath("/data/x")', ['pathlib.PosixPath']],
  array: ['np.arange(6.).reshape(2, 3)', ['numpy.core.multiarray._reconstruct']],
  'array of objects': ['np.array([{"a": 1}, None])', ['numpy.core.multiarray._reconstruct']],
  'numpy text': ['np.str_("DU")', ['numpy.core.multiarray.scalar']],
  'numpy time': ['np.datetime64("2020-01-01")', ['numpy.core.multiarray.scalar']],
  dtype: ['np.dtype("float32")', []],
  time: ['datetime.datetime(2020, 1, 2)', ['datetime.datetime']],
  class: ['argparse.Namespace', ['argparse.Namespace']],
  'function of torch': ['torch.nn.functional.relu', ['torch.nn.functional.relu']],
  'known class': ['collections.OrderedDict', []],
  partial: ['functools.partial(int, base=2)', ['functools.partial']],
  enum: ['http.HTTPStatus(404)', null],
  'dict of its own class': ['Own(a=1)', ['__main__.Own']],
  'list of its own class': ['Many([1, 2])', ['__main__.Many']],
  'object with slots': ['Slots()', ['__main__.Slots']],
  'made with keywords': ['Keyed()', null],
  'a whole module': ['torch.nn.Linear(2, 2)', ['torch.nn.modules.linear.Linear']],
};

const CLASSES = `import argparse, collections, datetime, functools, http, json, os, pathlib, sys, torch
import numpy as np
class Own(collections.OrderedDict): pass
class Many(list): pass
class Slots:
    __slots__ = ('x',)
    def __init__(self): self.x = 1
class Keyed:
    def __new__(cls, *, x=1): return super().__new__(cls)
    def __getnewargs_ex__(self): return (), {'x': 2}
class Named(torch.Tensor): pass
`;

for (const [format, options] of [
  ['zip', ''],
  ['legacy', ', _use_new_zipfile_serialization=False'],
  ['protocol 4', ', pickle_protocol=4'],
  ['legacy, protocol 5', ', _use_new_zipfile_serialization=False, pickle_protocol=5'],
] as const) {
  referenceTest(
    `objects that need not be built are skipped beside the weights: ${format}`,
    ['torch', 'numpy'],
    async () => {
      const folder = tempDir();
      const entries = Object.entries(BESIDE);
      await python.run(
        `${CLASSES}
weights = {'w': torch.arange(6.).view(2, 3), 'tied': torch.nn.Parameter(torch.ones(2))}
for i, make in enumerate([${entries.map(([, [source]]) => `lambda: ${source}`).join(', ')}]):
    torch.save({'before': weights, 'odd': make(), 'after': [weights['w'], 7], 'best': np.float64(0.5)}, os.path.join(sys.argv[1], str(i))${options})`,
        folder,
      );
      for (const [i, [name, [, skipped]]] of entries.entries()) {
        const read = await readCheckpoint(join(folder, String(i)));
        const value = read.value as Map<string, unknown>;
        const weights = value.get('before') as Map<string, unknown>;
        expect(weights.get('w'), name).toMatchObject({ shape: [2, 3], dtype: 'float32' });
        expect(weights.get('tied'), name).toMatchObject({ isParameter: true });
        expect(value.get('after'), name).toEqual([weights.get('w'), 7]);
        expect(value.get('best'), name).toBe(0.5);
        // Protocol 5 hands arrays over by a function of another name.
        const names = read.skipped.map((each) =>
          each.replace(/^numpy\.core\.numeric\._frombuffer$/, 'numpy.core.multiarray._reconstruct'),
        );
        if (skipped !== null) expect(names, name).toEqual(skipped);
      }
    },
  );
}

referenceTest('a state dict of a class of its own, and tensors of one, are read', ['torch'], async () => {
  const path = join(tempDir(), 'own.pth');
  await python.run(
    `${CLASSES}
torch.save(Own(a=torch.ones(2), b=torch.ones(3).as_subclass(Named)), sys.argv[1])`,
    path,
  );
  const { value } = await readCheckpoint(path);
  expect(value).toBeInstanceOf(PyOpaque);
  expect([...(value as Map<string, unknown>)]).toMatchObject([
    ['a', { shape: [2] }],
    ['b', { shape: [3] }],
  ]);
  await expect(writeTorchFile(path, value)).rejects.toThrow('__main__.Own, which was not built');
});

referenceTest('a view whose bytes are not its values is refused', ['torch'], async () => {
  const path = join(tempDir(), 'conj.pth');
  await python.run(
    `import sys, torch
class Conj:
    def __reduce__(self):
        f, args = torch.ones(2, dtype=torch.complex64)._reduce_ex_internal(2)
        return f, (*args, {'conj': True})
torch.save(Conj(), sys.argv[1])`,
    path,
  );
  await expect(readCheckpoint(path)).rejects.toThrow('_rebuild_tensor_v2 was given arguments');
});

const storage = 'ctorch\nFloatStorage\n';
const tensor = (geometry: string): string =>
  `\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((U\x07storage${storage}U\x010U\x03cpuK\x08tQ${geometry}\x89NtR.`;

test('what Python 2 and torch before 0.4 wrote is understood', () => {
  expect(read('\x80\x02ccollections\nOrderedDict\n](](U\x01aK\x01e](U\x01bU\x01\xffee\x85R.')).toEqual(
    new OrderedDict<unknown, unknown>([
      ['a', 1],
      ['b', Uint8Array.of(255)],
    ]),
  );
  // A Parameter made by NEWOBJ, its state (requires_grad, volatile, hooks).
  const data = tensor('K\x00K\x02\x85K\x01\x85').slice(2, -1);
  const parameter = read(`\x80\x02ctorch.nn.parameter\nParameter\n${data}\x85\x81(\x89\x89Ntb.`);
  expect(parameter).toMatchObject({ isParameter: true, requiresGrad: false });
});

const MALFORMED: Record<string, [string, RegExp]> = {
  'nothing at all': ['', /cut off/],
  'no STOP': ['\x80\x02]', /cut off/],
  'a length beyond the end': ['\x80\x02X\xff\xff\xff\xffabc.', /cut off/],
  'a length of 2^63': ['\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc.', /cut off/],
  'a negative integer length': ['\x80\x02\x8b\xff\xff\xff\xff.', /an integer of -1 bytes/],
  'a huge integer length': ['\x80\x02\x8b\x00\x00\x00\x40.', /an integer of 1073741824 bytes/],
  'text that is not UTF-8': ['\x80\x02X\x01\x00\x00\x00\xff.', /not valid UTF-8/],
  'an unknown opcode': ['\x80\x02I5\n.', /opcode 0x49/],
  'nothing on the stack': ['\x80\x020.', /stack is empty/],
  'TUPLE without a mark': ['\x80\x02t.', /a mark is missing/],
  'STOP inside a mark': ['\x80\x02](.', /stack is empty/],
  'a memo that was not set': ['\x80\x02h\x05.', /nothing was remembered as 5/],
  'APPEND to a tuple': ['\x80\x02)K\x01a.', /appends to no list/],
  'SETITEM on a list': ['\x80\x02]K\x01K\x02s.', /sets an item of no dict/],
  'an odd number of items': ['\x80\x02}(K\x01u.', /has no value/],
  'a call of a number': ['\x80\x02K\x01)R.', /not a function/],
  'a call of a class that only names a type': [`\x80\x02${storage})R.`, /not a function/],
  'wrong arguments': ['\x80\x02ctorch\ndevice\nK\x01\x85R.', /torch.device was given arguments/],
  'state for a dict': ['\x80\x02}}b.', /sets the state/],
  'a list that contains itself': ['\x80\x02]q\x00h\x00a.', /contains itself/],
  'deep nesting': [`\x80\x02${']'.repeat(5000)}${'a'.repeat(4999)}.`, /nested deeper/],
  'a class name without end': [`\x80\x02c${'x'.repeat(1000)}\nset\n.`, /class name is too long/],
  'a class as a value': ['\x80\x02cbuiltins\nset\n.', /holds a class/],
  'a bare storage': [`\x80\x02(U\x07storage${storage}U\x010U\x03cpuK\x08tQ.`, /bare storage/],
  'a storage of negative size': [
    `\x80\x02(U\x07storage${storage}U\x010U\x03cpuJ\xff\xff\xff\xfftQ.`,
    /no key or size/,
  ],
  'an unknown persistent id': ['\x80\x02U\x06moduleQ.', /named in an unknown way/],
  'a tensor beyond its storage': [tensor('K\x00K\x03K\x03\x86K\x03K\x01\x86'), /reaches beyond its storage/],
  'an offset beyond the storage': [tensor('K\x08K\x01\x85K\x01\x85'), /reaches beyond its storage/],
  'a negative stride': [tensor('K\x07K\x02\x85J\xff\xff\xff\xff\x85'), /where a size, stride or offset/],
  'an offset that is no number': [tensor('NK\x02\x85K\x01\x85'), /where a size, stride or offset/],
  'fewer strides than sizes': [tensor('K\x00K\x02\x85)'), /1 dimensions and 0 strides/],
  '200 dimensions': [tensor(`K\x00(${'K\x01'.repeat(200)}t(${'K\x01'.repeat(200)}t`), /200 dimensions/],
};

test.each(Object.entries(MALFORMED))('%s is a clear error', (_, [pickle, message]) => {
  const error = refusal(pickle);
  expect(error).toBeInstanceOf(CheckpointError);
  expect((error as Error).message).toMatch(message);
});

/** What a few bytes, repeated or deflated, make fill the memory; each stands for the 100 bytes of its file. */
const GREEDY: Record<string, string> = {
  'a list of empty dicts': `\x80\x02](${'}'.repeat(100_000)}e.`,
  'dicts on the stack': `\x80\x02${'}'.repeat(100_000)}.`,
  'marks without end': `\x80\x02${'('.repeat(3_000_000)}`,
  'a stack that is emptied again': `\x80\x02${'N0'.repeat(3_000_000)}N.`,
  'one memo for everything': `\x80\x02N${'q\x00'.repeat(1_000_000)}.`,
  'copies of a list by torch.Size': `\x80\x02](${'N'.repeat(100_000)}eq\x00ctorch\nSize\nq\x01${'h\x01h\x00\x85R0'.repeat(50)}.`,
  'copies of a list as a set': `\x80\x04](${'M\x01\x02'.repeat(100_000)}eq\x00cbuiltins\nset\nq\x01${'h\x01h\x00\x85R0'.repeat(2000)}N.`,
  'copies of a text as bytes': `\x80\x02X\x40\x42\x0f\x00${'a'.repeat(1_000_000)}q\x00c_codecs\nencode\nq\x01${'h\x01h\x00U\x06latin1\x86R0'.repeat(50)}N.`,
  'entries of one dict': `\x80\x02}(${'G\x00\x00\x00\x00\x00\x00\x00\x00N'.repeat(600_000)}u.`,
  'lists that unfold without end': `\x80\x02]q\x00${Array.from({ length: 60 }, (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`).join('')}.`,
  'a text in many places': `\x80\x02X\x40\x42\x0f\x00${'a'.repeat(1_000_000)}q\x00](${'h\x00'.repeat(50)}e.`,
};

test.each(Object.entries(GREEDY))('%s is refused before it fills the memory', (_, pickle) => {
  expect(() => read(pickle)).toThrow('far more memory than its 100 bytes justify');
});

test('an expanded tensor, and one in many places, take no more memory than their file justifies', () => {
  const many = tensor('K\x00K\x08\x85K\x01\x85').slice(2, -1);
  for (const body of [
    tensor('K\x00J\x00\x00\x10\x00J\x00\x40\x00\x00\x86K\x00K\x00\x86').slice(2, -1),
    `${many}q\x00](${'h\x00'.repeat(500_000)}e`,
  ]) {
    const table = new StorageTable('model.pth', 100);
    const pickle = Buffer.from(`\x80\x02${body}.`, 'latin1');
    table.scan(pickle);
    for (const item of table.storages.values()) item.bytes = new Uint8Array(item.byteLength);
    expect(() => table.build(pickle)).toThrow('far more memory than its 100 bytes justify');
  }
});

test('sizes without end are not copied', () => {
  const sizes = `](${'K\x01'.repeat(100_000)}e`;
  expect(() => read(tensor(`K\x00${sizes}K\x01\x85`))).toThrow('100000 dimensions');
});

test('every prefix and every changed byte of a pickle is a value or a clear error', () => {
  const pickle = Buffer.from(tensor('K\x00K\x02K\x02\x86K\x02K\x01\x86'), 'latin1');
  for (let length = 0; length < pickle.length; length++) {
    expect(refusal(pickle.toString('latin1', 0, length))).toBeInstanceOf(CheckpointError);
  }
  for (let index = 0; index < pickle.length; index++) {
    for (const flip of [0x01, 0x10, 0x80, 0xff]) {
      const changed = Buffer.from(pickle);
      changed[index] = (changed[index] ?? 0) ^ flip;
      const result = refusal(changed.toString('latin1'));
      if (result instanceof Error) expect(result).toBeInstanceOf(CheckpointError);
    }
  }
});

test('files that end early are named', async () => {
  const path = join(tempDir(), 'cut.pth');
  writeFileSync(
    path,
    Buffer.from('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q', 'latin1'),
  );
  await expect(readCheckpoint(path)).rejects.toThrow(`${path}: is cut off inside its pickle`);
});
