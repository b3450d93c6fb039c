import { mkdirSync, type Stats, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { TAG } from '../dicom/tags.ts';
import { madeUpDicom, madeUpSlice } from '../testing/made-up.ts';
import { dicomReader, findImages } from './find-images.ts';

/** Numbers of files as large as those of Windows, which doubles round to the same. */
vi.mock('@radweave/artifacts/files', async (original) => {
  const files = await original<typeof import('@radweave/artifacts/files')>();
  const statSync = (path: string, options?: { bigint: true }): object => {
    const exact = files.statSync(path, { bigint: true });
    const ino = exact.ino + 2n ** 100n;
    const stats: Stats = files.statSync(path);
    return Object.assign(options?.bigint ? exact : stats, { ino: options?.bigint ? ino : Number(ino) });
  };
  return { ...files, statSync };
});

test('every folder is read once, also where the numbers of files are large and links lead in a circle', () => {
  const root = tempDir();
  for (const name of ['a', 'b', 'c']) {
    mkdirSync(join(root, name));
    const slice = madeUpSlice({ [TAG.sopInstance]: ['UI', `1.2.3.${name.charCodeAt(0)}`] });
    writeFileSync(join(root, name, 'I1'), madeUpDicom(slice));
  }
  symlinkSync(root, join(root, 'b', 'circle'), 'junction');
  const { files, images } = findImages(
    root,
    dicomReader({ keepsColour: false, key: '', hospitalOf: () => null }),
    () => {},
  );
  expect([files, images.length]).toEqual([3, 3]);
});
