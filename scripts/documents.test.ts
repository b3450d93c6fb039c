import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const top = fileURLToPath(new URL('..', import.meta.url));
const sources = ['packages', 'apps', 'bench', 'examples', 'scripts'].flatMap((folder) =>
  readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => !/(^|[\\/])(node_modules|dist)[\\/]/.test(file))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
);
const documents = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(top, folder))
    // A diary of changes names the files of its day.
    .filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md')
    .map((file) => join(folder, file)),
);

/** A file of the sources as documents name it: by its whole path or by the end of it, without `src`. */
function isThere(named: string): boolean {
  return sources.some((file) =>
    [file, file.replace('/src/', '/')].some((path) => `/${path}`.endsWith(`/${named}`)),
  );
}

/** `NAME` stands for a file that is to be written. */
test.each(documents)('the source files that %s names are there', (document) => {
  const text = readFileSync(join(top, document), 'utf8');
  const named = [...text.matchAll(/`([\w./-]+\.(?:ts|mjs|cc|h))`/g)].map(([, path = '']) => path);
  expect(named.filter((path) => !path.includes('NAME') && !isThere(path))).toEqual([]);
});

/** Scripts that users of the Python tool know by these names, wherever they lie. */
const PYTHON_NAMES = /(^|\/)(extract_features|fuse_features|preprocess_data|visualize_results)\.mjs$/;

test('files are named in kebab-case', () => {
  const named = sources.filter((file) => /\.(ts|mjs)$/.test(file) && !PYTHON_NAMES.test(file));
  expect(named.filter((file) => /[_A-Z]/.test(file.split('/').at(-1) ?? ''))).toEqual([]);
});
