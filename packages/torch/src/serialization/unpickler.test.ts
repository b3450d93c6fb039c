import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { python, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { CheckpointError, UnsafePickleError } from './errors.ts';
import { OrderedDict } from './python-values.ts';
import { StorageTable } from './storage-table.ts';
import { readTorchFile } from './torch-file.ts';

/** Reads a pickle that stands alone, given as text of single bytes. */
function read(pickle: string | Uint8Array): unknown {
  return new StorageTable('model.pth', 100).build(Buffer.from(pickle as string, 'latin1'));
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

test.each(Object.entries(HOSTILE))('refuses %s by name', (name, pickle) => {
  const error = refusal(pickle);
  expect(error).toBeInstanceOf(UnsafePickleError);
  expect(error).toMatchObject({ className: name, file: 'model.pth', name: 'UnsafePickleError' });
  expect((error as Error).message).toContain('save again only the state dict');
});

referenceTest(
  'a pickle that would run a command is refused in both formats and runs nothing',
  ['torch'],
  async () => {
    const folder = tempDir();
    const marker = join(folder, 'ran');
    python(
      `import os, sys, torch
class Bomb:
    def __reduce__(self): return os.system, (f'echo x > {sys.argv[1]}',)
for name, options in (('zip', {}), ('old', {'_use_new_zipfile_serialization': False}), ('four', {'pickle_protocol': 4})):
    torch.save({'weights': torch.ones(2), 'bomb': Bomb()}, os.path.join(sys.argv[2], name), **options)`,
      { args: [marker, folder] },
    );
    for (const name of ['zip', 'old', 'four']) {
      await expect(readTorchFile(join(folder, name))).rejects.toThrow(
        /refused to build the Python object "\w+.system"/,
      );
    }
    expect(existsSync(marker)).toBe(false);
  },
);

referenceTest('a whole pickled model is refused by the name of its class', ['torch'], async () => {
  const path = join(tempDir(), 'model.pth');
  python('import sys, torch\ntorch.save(torch.nn.Linear(2, 2), sys.argv[1])', { args: [path] });
  await expect(readTorchFile(path)).rejects.toThrow('"torch.nn.modules.linear.Linear"');
});

referenceTest('a view whose bytes are not its values is refused', ['torch'], async () => {
  const path = join(tempDir(), 'conj.pth');
  python(
    `import sys, torch
class Conj:
    def __reduce__(self):
        f, args = torch.ones(2, dtype=torch.complex64)._reduce_ex_internal(2)
        return f, (*args, {'conj': True})
torch.save(Conj(), sys.argv[1])`,
    { args: [path] },
  );
  await expect(readTorchFile(path)).rejects.toThrow('_rebuild_tensor_v2 was given arguments');
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
  'lists that unfold without end': [
    `\x80\x02]q\x00${Array.from({ length: 60 }, (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`).join('')}.`,
    /unfolds to more/,
  ],
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

test('an expanded tensor from a small file cannot ask for unlimited memory', () => {
  const table = new StorageTable('model.pth', 100);
  const pickle = Buffer.from(tensor('K\x00J\x00\x00\x10\x00J\x00\x40\x00\x00\x86K\x00K\x00\x86'), 'latin1');
  table.scan(pickle);
  for (const item of table.storages.values()) item.bytes = new Uint8Array(item.byteLength);
  expect(() => table.build(pickle)).toThrow('far more memory than the file has');
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
  await expect(readTorchFile(path)).rejects.toThrow(`${path}: is cut off inside its pickle`);
});
