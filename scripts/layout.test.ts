import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

const layout = join('packages', 'artifacts', 'src', 'layout.ts');

/** The files it names; `config.yaml` is the name of many a file. */
const names = [...readFileSync(join(root, layout), 'utf8').matchAll(/: '([\w.]+\.\w+)'/g)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'config.yaml');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !/\.test\.|(^|[\\/])(node_modules|dist|testing)[\\/]/.test(name))
    .map((name) => join(folder, name));
}

test('no source joins by hand a file name that layout.ts knows', () => {
  const found = ['packages', 'apps'].flatMap((folder) =>
    sources(folder)
      .filter((path) => path !== layout)
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8');
        const joins = text.matchAll(/(?<!\.)\bjoin\([^;{}]*?'([^'\n]+)'\)/g);
        return [...joins].flatMap(([, name = '']) =>
          names.includes(name) ? [`${path.split(sep).join('/')}: ${name}`] : [],
        );
      }),
  );
  expect(names).toContain('cohort.csv');
  expect(found).toEqual([]);
});

test('a name of a file that two modules join by hand is one of layout.ts', () => {
  const joined = new Map<string, Set<string>>();
  for (const folder of ['packages', 'apps']) {
    for (const path of sources(folder)) {
      const text = readFileSync(join(root, path), 'utf8');
      for (const [, name = ''] of text.matchAll(
        /(?<!\.)\bjoin\([^;{}]*?'([\w.-]+\.(?:csv|json|txt|yaml|html))'\)/g,
      ))
        joined.set(name, (joined.get(name) ?? new Set()).add(path));
    }
  }
  const twice = [...joined].filter(([, paths]) => paths.size > 1).map(([name, paths]) => [name, [...paths]]);
  expect(joined.size).toBeGreaterThan(3);
  expect(twice).toEqual([]);
});
