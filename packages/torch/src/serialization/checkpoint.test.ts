import { createReadStream, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { python, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readCheckpoint } from './checkpoint.ts';
import { writeSafetensors } from './safetensors.ts';
import { StoredTensor } from './stored-tensor.ts';
import { writeTorchFile } from './torch-file.ts';

const tensor = new StoredTensor({ dtype: 'int16', shape: [2], data: Uint8Array.of(1, 0, 2, 0) });

test('the content tells the format, not the name', async () => {
  const folder = tempDir();
  const path = join(folder, 'model.bin');
  await writeSafetensors(path, new Map([['w', tensor]]));
  expect(await readCheckpoint(path)).toEqual({
    format: 'safetensors',
    skipped: [],
    value: new Map([['w', tensor]]),
  });
  await writeTorchFile(path, { w: tensor });
  expect(await readCheckpoint(path)).toEqual({
    format: 'torch',
    skipped: [],
    value: new Map([['w', tensor]]),
  });
});

referenceTest(
  'the format before torch 1.6 is told apart, and other pickles are not torch files',
  ['torch'],
  async () => {
    const folder = tempDir();
    python(
      `import pickle, sys, tarfile, torch, zipfile
torch.save([1], sys.argv[1] + '/old.pth', _use_new_zipfile_serialization=False)
with open(sys.argv[1] + '/plain.pkl', 'wb') as f: pickle.dump({'a': 1}, f)
torch.jit.script(torch.nn.Linear(2, 1)).save(sys.argv[1] + '/script.pt')
with zipfile.ZipFile(sys.argv[1] + '/other.zip', 'w') as z: z.writestr('a.txt', 'x')
with tarfile.open(sys.argv[1] + '/old.tar', 'w') as tar: tar.add(sys.argv[1] + '/script.pt')

torch.onnx.export(torch.nn.Linear(2, 1), torch.ones(1, 2), sys.argv[1] + '/model.onnx')`,
      { args: [folder] },
    );
    expect(await readCheckpoint(join(folder, 'old.pth'))).toEqual({
      format: 'torch-legacy',
      skipped: [],
      value: [1],
    });
    await expect(readCheckpoint(join(folder, 'plain.pkl'))).rejects.toThrow(
      'pickle that torch.save did not write',
    );
    await expect(readCheckpoint(join(folder, 'script.pt'))).rejects.toThrow(
      'TorchScript program (torch.jit.save)',
    );
    await expect(readCheckpoint(join(folder, 'other.zip'))).rejects.toThrow('not one that torch.save wrote');
    await expect(readCheckpoint(join(folder, 'old.tar'))).rejects.toThrow('too old');
    await expect(readCheckpoint(join(folder, 'model.onnx'))).rejects.toThrow('looks like an ONNX model');
  },
);

const OTHERS: Record<string, [string, string]> = {
  'an empty file': ['', 'is empty'],
  'a web page': ['\n<!DOCTYPE html><html>', 'is a web page'],
  'an XML error': ['<?xml version="1.0"?><Error/>', 'is a web page'],
  'a Git LFS pointer': ['version https://git-lfs.github.com/spec/v1\noid sha256:00', 'Git LFS pointer'],
  'an HDF5 file': ['\x89HDF\r\n\x1a\n', 'HDF5'],
  'a numpy array': ['\x93NUMPY\x01\x00', 'numpy array'],
  'a GGUF file': ['GGUF\x03\x00\x00\x00', 'GGUF'],
  'a short text': ['abc', 'neither a torch checkpoint'],
  'a JSON file': ['{"a": 1, "b": 2}', 'neither a torch checkpoint'],
};

test.each(Object.entries(OTHERS))('%s is named', async (_, [content, message]) => {
  const path = join(tempDir(), 'model.pth');
  writeFileSync(path, Buffer.from(content, 'latin1'));
  await expect(readCheckpoint(path)).rejects.toThrow(message);
  await expect(readCheckpoint(path)).rejects.toThrow(path);
});

test('files that are missing, folders and packed files are named', async () => {
  const folder = tempDir();
  await expect(readCheckpoint(join(folder, 'none.pth'))).rejects.toThrow('cannot be opened');
  mkdirSync(join(folder, 'sub'));
  await expect(readCheckpoint(join(folder, 'sub'))).rejects.toThrow(/is not a file|cannot be opened/);
  const path = join(folder, 'a.pth');
  await writeTorchFile(path, { w: tensor });
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`));
  await expect(readCheckpoint(`${path}.gz`)).rejects.toThrow('compressed with gzip');
});
