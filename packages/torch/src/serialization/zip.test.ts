import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFLATED, END, ENTRY } from '@radweave/native/zip';
import { python, pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { writeAtomically } from './atomic-file.ts';
import { FileReader } from './file-reader.ts';
import { ZipReader } from './zip-reader.ts';
import { ZipWriter } from './zip-writer.ts';

const CONTENT: Record<string, Uint8Array> = {
  'a/empty': new Uint8Array(),
  'a/text': Buffer.from('hello'),
  'a/größe/患者': Uint8Array.from({ length: 5000 }, (_, index) => index % 7),
};

async function readAll(path: string): Promise<Record<string, string>> {
  return FileReader.use(path, async (file) => {
    const zip = await ZipReader.open(file);
    const contents: Record<string, string> = {};
    for (const [name, entry] of zip.entries)
      contents[name] = Buffer.from(await zip.read(entry)).toString('hex');
    return contents;
  });
}

const HEX = Object.fromEntries(
  Object.entries(CONTENT).map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]),
);

const WRITE = `import io, json, os, sys, zipfile
contents = {k: bytes.fromhex(v) for k, v in json.load(sys.stdin).items()}
`;

referenceTest('reads stored, deflated, streamed and zip64 archives of Python', [], async () => {
  const folder = tempDir();
  const names = python(
    `${WRITE}
def write(name, method, limit, stream):
    zipfile.ZIP64_LIMIT = limit
    path = os.path.join(sys.argv[1], name)
    with open(path, 'wb') as f:
        # A target that cannot seek makes Python write data descriptors.
        if stream: f.seekable = lambda: False
        class Pipe(io.RawIOBase):
            def writable(self): return True
            def write(self, b): return f.write(b)
        with zipfile.ZipFile(Pipe() if stream else f, 'w', method) as z:
            z.comment = b'PK\\x05\\x06 is not the end'
            for k, v in contents.items():
                with z.open(k, 'w', force_zip64=limit < 1000) as out: out.write(v)
    print(name)
for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
    for limit in (2 ** 31, 2):
        for stream in (False, True): write(f'{method}-{limit}-{stream}.zip', method, limit, stream)`,
    { args: [folder], input: JSON.stringify(HEX) },
  );
  const files = names.trim().split('\n');
  expect(files).toHaveLength(8);
  for (const name of files) expect(await readAll(join(folder, name)), name).toEqual(HEX);
});

referenceTest('Python reads archives written here, with and without zip64', [], async () => {
  for (const zip64From of [undefined, 10, 0]) {
    const path = join(tempDir(), 'a.zip');
    await writeAtomically(path, async (out) => {
      const zip = new ZipWriter(out, zip64From);
      for (const [name, bytes] of Object.entries(CONTENT)) await zip.add(name, bytes);
      await zip.finish();
    });
    const contents = pythonJson<Record<string, string>>(
      `import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({n: z.read(n).hex() for n in z.namelist()}))`,
      { args: [path] },
    );
    expect(contents).toEqual(HEX);
    expect(await readAll(path)).toEqual(HEX);
  }
});

async function written(): Promise<string> {
  const path = join(tempDir(), 'a.zip');
  await writeAtomically(path, async (out) => {
    const zip = new ZipWriter(out);
    await zip.add('a/text', Buffer.from('hello'));
    await zip.finish();
  });
  return path;
}

test('a changed byte of content is found by its check sum', async () => {
  const path = await written();
  const bytes = readFileSync(path);
  bytes[bytes.indexOf('hello')] = 0x48;
  writeFileSync(path, bytes);
  await expect(readAll(path)).rejects.toThrow('the check sum of a/text is wrong');
});

test('entries that overlap, or unpack to far more than the archive has, are refused before they are read', async () => {
  const path = await written();
  const bytes = readFileSync(path);
  const directory = bytes.indexOf(Buffer.from('PK\x01\x02'));
  const changed = (fields: Readonly<Record<number, number>>): Buffer => {
    const copy = Buffer.from(bytes);
    for (const [field, value] of Object.entries(fields)) copy.writeUInt32LE(value, directory + Number(field));
    return copy;
  };
  writeFileSync(path, changed({ [ENTRY.size]: 2 ** 30, [ENTRY.method]: DEFLATED }));
  await expect(readAll(path)).rejects.toThrow(`far more memory than its ${bytes.length} bytes justify`);

  // The same content under six names.
  const end = bytes.indexOf(Buffer.from('PK\x05\x06'));
  const entries = ['a/tex0', 'a/tex1', 'a/tex2', 'a/tex3', 'a/tex4', 'a/tex5'].map((name) => {
    const entry = Buffer.from(bytes.subarray(directory, end));
    entry.write(name, ENTRY.bytes, 'latin1');
    entry.writeUInt32LE(directory, ENTRY.compressedSize);
    return entry;
  });
  const tail = Buffer.from(bytes.subarray(end));
  tail.writeUInt16LE(entries.length, END.count);
  tail.writeUInt32LE(entries.length * (end - directory), END.directoryBytes);
  writeFileSync(path, Buffer.concat([bytes.subarray(0, directory), ...entries, tail]));
  await expect(readAll(path)).rejects.toThrow('its entries overlap');
});

test('every way of being cut off is a clear error', async () => {
  const path = await written();
  const bytes = readFileSync(path);
  for (let length = 0; length < bytes.length; length++) {
    writeFileSync(path, bytes.subarray(0, length));
    await expect(readAll(path)).rejects.toThrow(/damaged|cut off/);
  }
});

test('every changed byte of the headers is harmless or a clear error', async () => {
  const path = await written();
  const bytes = readFileSync(path);
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 0xff;
    writeFileSync(path, changed);
    const outcome = await readAll(path).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome.name).toBe('CheckpointError');
  }
});

test('a failed write leaves the old file and no temporary one', async () => {
  const path = await written();
  const before = readFileSync(path);
  await expect(
    writeAtomically(path, async (out) => {
      await out.write(Buffer.from('half'));
      throw new Error('disk full');
    }),
  ).rejects.toThrow('disk full');
  expect(readFileSync(path).equals(before)).toBe(true);
});
