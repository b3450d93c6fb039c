// A file or folder that somebody names and that is not there, or is the other of the two: one code, whatever the command.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { main } from './main.ts';

/** A command line up to the place that is named, which is a file or a folder. */
const NAMED: [kind: 'file' | 'folder', before: string][] = [
  ['file', 'train --modality A --config'],
  ['file', 'status --config'],
  ['file', 'train --modality A --weights'],
  ['file', 'extract --modality A --splits_dir splits --checkpoint'],
  ['file', 'extract --modality A --splits_dir splits --cross_fit 2 --checkpoint'],
  ['file', 'explain --modality A --splits_dir splits --checkpoint'],
  ['file', 'preprocess --root_dir . --table'],
  ['file', 'init --root_dir . --table'],
  ['file', 'import images . --table'],
  ['file', 'predict --input . --model'],
  ['file', 'models export --output x.pth'],
  ['folder', 'preprocess --root_dir'],
  ['folder', 'run --root_dir'],
  ['folder', 'plan --root_dir'],
  ['folder', 'init --root_dir'],
  ['folder', 'import dicom'],
  ['folder', 'verify'],
  ['folder', 'train --modality A --splits_dir'],
  ['folder', 'extract --modality A --splits_dir'],
  ['folder', 'fuse --modalities A --feature_dir'],
  ['folder', 'evaluate --fusion_dir'],
  ['folder', 'visualize --fusion_dir'],
  ['folder', 'visualize --feature_dir'],
  ['folder', 'report --fusion_dir'],
];

async function failure(args: readonly string[]): Promise<{ code: number; text: string }> {
  const said: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    return { code: await main(args), text: said.join('') };
  } finally {
    write.mockRestore();
  }
}

test.each(NAMED)('a %s: radweave %s', async (kind, before) => {
  const folder = tempDir();
  const here = process.cwd();
  process.chdir(folder);
  try {
    mkdirSync('splits');
    for (const split of ['train', 'val', 'test']) {
      writeFileSync(`splits/${split}_A.csv`, `image_path,label\nraw/JM/grade0/${split}/A/1.png,0\n`);
    }
    mkdirSync('a folder');
    writeFileSync('a file', 'text');
    const other = kind === 'file' ? 'a folder' : 'a file';
    for (const place of [join(folder, 'not there 肝'), other]) {
      const { code, text } = await failure([...before.split(' '), place]);
      expect(text).toContain(place);
      expect([text, code]).toEqual([text, 2]);
    }
    const address = await failure([...before.split(' '), 'gs://bucket/place']);
    expect(address.text).toMatch(/only .*folders.* can be named here/);
    expect(address.code).toBe(2);
  } finally {
    process.chdir(here);
  }
});
