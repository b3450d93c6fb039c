import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ERROR_CODES } from './error-codes.ts';

const top = fileURLToPath(new URL('../../..', import.meta.url));

test('docs/errors.md lists every code (vitest -u writes it again)', async () => {
  const rows = Object.entries(ERROR_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  const page = [
    '# Errors',
    '',
    'A fault that you can fix is told in one sentence: what, where, how to fix it. The command ends with 2 (flags or',
    'configuration, such as a file that they name and that is not there), 3 (data), 4 (stopped, can be resumed) or 5',
    '(something this machine lacks); 1 is a bug of Radweave.',
    'With `--debug` the code stands in the line before it; scripts find it in `error.code`. Made from',
    '`packages/artifacts/src/error-codes.ts`.',
    '',
    '| code | what it means |',
    '|---|---|',
    ...rows,
    '| `E_WEIGHTS` | Pretrained weights cannot be obtained: no network, no such file, damaged, …. |',
    '',
  ].join('\n');
  await expect(page).toMatchFileSnapshot(join(top, 'docs', 'errors.md'));
});

const all = ['packages', 'apps']
  .flatMap((folder) =>
    readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /[\\/]src[\\/].*\.ts$/.test(file) && !/node_modules|\.test\.|error-codes/.test(file))
      .map((file) => readFileSync(join(top, folder, file), 'utf8')),
  )
  .join('\n');

test('a code has one exit code, but for what may be a flag or what it names', () => {
  const kinds = new Map<string, Set<string>>();
  for (const [, kind = '', code = ''] of all.matchAll(/(?:new |told\(\s*)(\w+Error)[(,]\s*'(E_\w+)'/g))
    kinds.set(code, (kinds.get(code) ?? new Set()).add(kind));
  const several = [...kinds].filter(([, own]) => own.size > 1).map(([code]) => code);
  expect(several.sort()).toEqual([
    'E_CSV_COLUMNS',
    'E_EXPORT',
    'E_FILE_MISSING',
    'E_IMPORT',
    'E_RANKS_DEVICE',
  ]);
});

test('every code is used', () => {
  expect(Object.keys(ERROR_CODES).filter((code) => !all.includes(`'${code}'`))).toEqual([]);
});

test('codes are in alphabetical order', () => {
  expect(Object.keys(ERROR_CODES)).toEqual(Object.keys(ERROR_CODES).sort());
});
