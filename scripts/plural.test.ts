import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const top = join(import.meta.dirname, '..');

/** A number of things in a sentence: `${rows.length} patients` says "1 patients" of one. */
const UNCOUNTED =
  /\$\{(?:[^{}]*\.(?:length|size|missing)|n|total|count|length|size|files|slices|patients|epochs|validated|lacking|wanted|expected|batch_size)\} (?:of \$\{[^}]*\} )?(?:class )?(?:patients|slices|images|files|folders|runs|models|figures|tasks|hospitals|epochs|differences|comparisons|entries|bytes|rows|columns|values|pieces|frames|samples|numbers|weights|errors|coordinates|batches|points|findings|modalities)\b/;

const sources = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(join(top, folder)).flatMap((name) => {
    const source = join(top, folder, name, 'src');
    // These speak of their own callers' mistakes, or of several things only.
    if (['stats', 'torch', 'testkit'].includes(name)) return [];
    return readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => join(source, file));
  }),
);

test('names are listed by `and`, which says "A, P and V"', () => {
  const joined = sources.filter((file) => readFileSync(file, 'utf8').includes(".join(' and ')"));
  expect(joined).toEqual([]);
});

test('things are counted by `counted`, which knows the singular', () => {
  const found = sources.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, i) => (UNCOUNTED.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
  );
  expect(sources.length).toBeGreaterThan(500);
  expect(found).toEqual([]);
});
