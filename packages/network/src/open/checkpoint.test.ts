import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckpointFacts, RadweaveError } from '@radweave/artifacts';
import { onPosix, tempDir, withoutRoot } from '@radweave/testkit';
import { ones, saveCheckpoint } from '@radweave/torch';
import { expect, test } from 'vitest';
import { readCheckpoint, readCheckpointFacts, takeSnapshot, writeCheckpoint } from './checkpoint.ts';

/** A checkpoint file of another program, and the same damaged in many ways. */
async function damaged(): Promise<Record<string, string>> {
  const folder = tempDir();
  const whole = join(folder, 'whole.pth');
  await saveCheckpoint(whole, { weight: ones([64]) });
  const bytes = readFileSync(whole);
  const flipped = Buffer.from(bytes);
  const at = bytes.length >> 1;
  flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
  const contents: Record<string, Buffer | string> = {
    empty: '',
    cut: bytes.subarray(0, at),
    flipped,
    'web page': '<!DOCTYPE html><html>log in</html>',
    'other bytes': Buffer.alloc(100, 7),
    'Python object': '\x80\x02cargparse\nNamespace\n)\x81.',
  };
  for (const [name, content] of Object.entries(contents)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
  }
  mkdirSync(join(folder, 'folder'));
  return Object.fromEntries([...Object.keys(contents), 'folder'].map((name) => [name, join(folder, name)]));
}

test('a checkpoint that is none is bad data, with its path', async () => {
  for (const [name, path] of Object.entries(await damaged())) {
    const error: unknown = await readCheckpoint(path).catch((thrown: unknown) => thrown);
    expect(error, name).toMatchObject({ name: 'DataError', code: 'E_CHECKPOINT', exitCode: 3, where: path });
  }
});

test('tensors of a type that is not computed with are named', async () => {
  const path = join(tempDir(), 'float8.safetensors');
  const header = Buffer.from('{"w":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}');
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length);
  writeFileSync(path, Buffer.concat([length, header, Buffer.alloc(1)]));
  await expect(readCheckpoint(path)).rejects.toMatchObject({
    code: 'E_CHECKPOINT',
    message: expect.stringMatching(/float8.*convert it in Python/),
  });
});

test('what cannot be read or written is the machine’s condition, with its path', async () => {
  const folder = tempDir();
  const write = (path: string): Promise<void> =>
    writeCheckpoint(path, takeSnapshot({} as CheckpointFacts, new Map(), null));
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'folder.pth', 'below'), { recursive: true });
  for (const path of [
    join(folder, 'file', 'x.pth'),
    join(folder, 'folder.pth'),
    join(folder, `${'n'.repeat(300)}.pth`),
  ]) {
    const error: unknown = await write(path).catch((thrown: unknown) => thrown);
    expect(error, path).toBeInstanceOf(RadweaveError);
    expect(error, path).toMatchObject({ exitCode: 5 });
  }
  await expect(readCheckpoint(join(folder, 'none.pth'))).rejects.toMatchObject({ code: 'E_FILE_MISSING' });
});

onPosix('a checkpoint that this user may not read is not called damaged', async () => {
  const folder = tempDir();
  const path = join(folder, 'locked.pth');
  writeFileSync(path, '', { mode: 0 });
  for (const read of [readCheckpoint, readCheckpointFacts]) {
    await expect(withoutRoot<unknown>(folder, () => read(path))).rejects.toMatchObject({
      code: 'E_NOT_READABLE',
      exitCode: 5,
      where: path,
    });
  }
});
