import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { afterEach, expect, test, vi } from 'vitest';
import { COMMANDS } from './commands/index.ts';
import { UserError } from './exit-codes.ts';
import { main } from './main.ts';
import { reportError } from './report-error.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Runs a command line and returns its exit code and what it printed. */
async function radweave(...args: string[]) {
  const printed = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.err += text;
    return true;
  });
  const code = await main(args);
  vi.restoreAllMocks();
  return { code, ...printed };
}

test('help names every command and is no fault', async () => {
  const { code, out } = await radweave('--help');
  expect(code).toBe(0);
  // Long summaries are wrapped.
  const text = out.replace(/\s+/g, ' ');
  for (const { name, summary } of COMMANDS) expect(text).toMatch(new RegExp(`${name}.*${summary}`));
});

test('every command can be loaded and shows its options', async () => {
  for (const { name } of COMMANDS) {
    const { code, out } = await radweave(name, '--help');
    expect(code).toBe(0);
    expect(out).toContain('--json');
  }
});

test('an unknown command and an unknown option are bad usage', async () => {
  expect(await radweave('bogus')).toMatchObject({ code: 2, err: expect.stringContaining('bogus') });
  expect(await radweave('doctor', '--bogus')).toMatchObject({ code: 2 });
});

test('the demo refuses a number that is none before it writes anything', async () => {
  const folder = join(tempDir(), 'demo');
  const { code, err } = await radweave('demo', '--output_dir', folder, '--epochs', 'many');
  expect(code).toBe(2);
  expect(err).toMatch(/training\.epochs is "many".*--epochs/);
  expect(existsSync(folder)).toBe(false);
});

test('doctor without a build prints the state, names the remedy and ends with 5', async () => {
  vi.stubEnv('RADWEAVE_CACHE', tempDir());
  const { code, out, err } = await radweave('doctor');
  expect(code).toBe(5);
  expect(out).toMatch(/Engine +not built/);
  expect(err).toMatch(/Run: radweave setup/);
  expect(err).not.toMatch(/\n {4}at /);
});

test('setup with a wrong RADWEAVE_LIBTORCH ends with 5 and no stack', async () => {
  vi.stubEnv('RADWEAVE_LIBTORCH', tempDir());
  vi.stubEnv('RADWEAVE_CACHE', tempDir());
  const { code, err } = await radweave('setup');
  expect(code).toBe(5);
  expect(err).toMatch(/is no libtorch; missing/);
  expect(err).not.toMatch(/\n {4}at /);
});

function report(error: unknown, debug = false) {
  let text = '';
  const code = reportError(error, debug, (more) => {
    text += more;
  });
  return { code, text };
}

test("a user's error shows its stack only with --debug; a bug always does", () => {
  const mistake = new UserError('row 3 of a.csv has no patient; fill it in', 3);
  expect(report(mistake)).toEqual({ code: 3, text: 'Error: row 3 of a.csv has no patient; fill it in\n' });
  expect(report(mistake, true).text).toMatch(/\n {4}at /);
  const coded = Object.assign(mistake, { code: 'E_CSV_CELL' });
  expect(report(coded, true).text).toMatch(/^E_CSV_CELL\n/);
  expect(report(new TypeError('x is undefined'))).toMatchObject({
    code: 1,
    text: expect.stringMatching(/bug[\s\S]*x is undefined[\s\S]*\n {4}at /),
  });
});

test("Node's own errors, whose codes are texts, are bugs", () => {
  expect(report(Object.assign(new Error('no'), { code: 'ENOENT' })).code).toBe(1);
});
