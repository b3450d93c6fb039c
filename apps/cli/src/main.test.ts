import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedTest, tempDir } from '@radweave/testkit';
import stringWidth from 'string-width';
import { afterEach, expect, test, vi } from 'vitest';
import { commandFlags } from './command-flags.ts';
import { COMMANDS } from './commands/index.ts';
import { UserError } from './exit-codes.ts';
import { build, main, normaliseFlags } from './main.ts';
import { reportError } from './report-error.ts';
import { readCall } from './stage/flags.ts';

const entries = Object.values(COMMANDS).flat();

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

test('help names every command and ends with 0', async () => {
  const { code, out } = await radweave('--help');
  expect(code).toBe(0);
  // Long summaries are wrapped.
  const text = out.replace(/\s+/g, ' ');
  for (const { name, summary } of entries) expect(text).toContain(` ${name} [options] ${summary}`);
});

test('help fits in 80 columns, with options under headings and each default once', async () => {
  vi.stubEnv('npm_command', 'exec');
  const ofModels = ['list', 'info', 'fetch', 'export'].map((name) => ['models', name]);
  const pages = [[], ...entries.map(({ name }) => [name]), ...ofModels];
  for (const page of pages) {
    const { code, out } = await radweave(...page, '--help');
    expect(code).toBe(0);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(out).not.toMatch(/\(default[^)]*\)\s*\(default|default:\s*"/);
  }
  const { out } = await radweave('train', '--help');
  expect([...out.matchAll(/^[A-Z].*:$/gm)].join()).toBe(
    'Input:,Output:,What to do:,Model:,Training:,Computation:,General:,Examples:',
  );
  expect(out).toMatch(/--modality <name> .*\(required\)/);
  expect(out).toMatch(/--pretrained <true\|false> .*\(default: true\)/);
  expect(out).toMatch(/--epochs <number> .*default: 100\)/);
});

test.each(['list', 'info', 'fetch', 'export'])(
  'models %s shows examples of its own, and an error names its help',
  async (name) => {
    vi.stubEnv('npm_command', 'exec');
    const { out } = await radweave('models', name, '--help');
    expect(out).toMatch(new RegExp(`\\nExamples:\\n(?:  .*radweave models ${name} .+\\n)+$`));
    const { err } = await radweave('models', name, '--of_no_command');
    expect(err).toContain(`radweave models ${name} --help`);
  },
);

test('the settings, also as a file, and the models fit in 80 columns', async () => {
  for (const args of [['config'], ['config', '--yaml'], ['models', 'list']]) {
    const { code, out } = await radweave(...args);
    expect([code, out.split('\n').filter((line) => stringWidth(line) > 80)]).toEqual([0, []]);
    expect(out.split('\n').length).toBeGreaterThan(10);
  }
});

/** Takes a command line as far as its options and settings go, and does nothing. */
async function taken(args: readonly string[]): Promise<void> {
  const program = await build(args);
  const parsed = new Error('parsed');
  let flags = {};
  program.hook('preAction', (_, action) => {
    flags = action.opts();
    throw parsed;
  });
  await expect(program.parseAsync(normaliseFlags(args), { from: 'user' }), args.join(' ')).rejects.toBe(
    parsed,
  );
  const [name = ''] = args;
  if (commandFlags(name) !== undefined) readCall(name, flags);
}

test.each(entries)('the examples of $name are command lines that it takes', async ({ name, examples }) => {
  expect(examples).not.toHaveLength(0);
  for (const example of examples) {
    await taken([name, ...example.split(' ').filter(Boolean)].map((word) => word.replaceAll('"', '')));
  }
});

/** What the scripts of the Python tool are called here. */
const SCRIPTS: Readonly<Record<string, string>> = {
  preprocess_data: 'preprocess',
  train: 'train',
  extract_features: 'extract',
  fuse_features: 'align',
};

sharedTest(
  "every command line and flag of the Python tool's README is taken",
  'spec/original-python-readme.zh-CN.md',
  async (path) => {
    const lines = readFileSync(path, 'utf8')
      .replaceAll(/ \\\n\s*/g, ' ')
      .matchAll(/^ *(?:python scripts\/(\w+)\.py (.*)|- `--(\w+)`: .*)$/gm);
    const found = { commands: new Set<string>(), flags: 0 };
    let name = '';
    for (const [, script, words = '', flag] of lines) {
      if (script === undefined) {
        const { out } = await radweave(name, '--help');
        expect(out).toMatch(new RegExp(`^ +--${flag}\\b`, 'm'));
        found.flags++;
        continue;
      }
      // Places of another computer, and files that training writes.
      const typed = words
        .replaceAll(/"[dD]:[^"]*"/g, 'there')
        // Folders that a command reads must be there.
        .replaceAll(/(?<=--(?:feature|splits)_dir )\S+/g, '.')
        .replace(/\S*best_hparams\S*/, 'config/default_config.yaml');
      const args = typed.split(' ').filter((word) => word !== '' && word !== '...');
      if (script !== 'manage') args.unshift(SCRIPTS[script] ?? expect.unreachable());
      name = args[0] ?? '';
      // Where the README says `...` or speaks of one flag alone.
      if ((name === 'train' || name === 'extract') && !args.includes('--modality'))
        args.push('--modality', 'A');
      await taken(args);
      found.commands.add(name);
    }
    expect([...found.commands].sort()).toEqual(['align', 'extract', 'fuse', 'preprocess', 'train']);
    expect(found.flags).toBeGreaterThan(25);
  },
);

test('an unknown command and an unknown option are bad usage', async () => {
  const { code, err } = await radweave('bogus');
  expect(code).toBe(2);
  expect(err).toMatch(/^Error: unknown command 'bogus'[\s\S]*radweave --help/);
  expect(await radweave('doctor', '--bogus')).toMatchObject({ code: 2 });
  expect((await radweave('eval')).err).toMatch(/unknown command 'eval'\n\(Did you mean evaluate\?\)/);
  expect((await radweave('models', 'download', 'resnet18')).err).toMatch(/\(Did you mean fetch\?\)/);
  expect((await radweave('report', '--language=zh')).err).toMatch(/\(Did you mean --lang\?\)/);
  expect((await radweave('train', '--bactch-size=1024')).err).toMatch(/\(Did you mean --batch_size\?\)/);
});

test.each([
  [['train', '--modalty', 'A'], '--modality'],
  [['init', '--rot_dir', 'raw'], '--root_dir'],
  [['models', 'export', 'resnet18', '--ouput', 'x.pth'], '--output'],
])('a misspelt option is named before the required one that it was meant to be: %j', async (args, meant) => {
  const wrong = await radweave(...args);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain(`unknown option '${args.at(-2)}'\n(Did you mean ${meant}?)`);
  const without = await radweave(...args.slice(0, -2));
  expect(without.code).toBe(2);
  expect(without.err).toMatch(new RegExp(`required option '${meant} .*not specified`));
});

test.each([
  ['tran', '--help'],
  ['--debug', 'tran', '-h'],
  ['help', 'tran'],
])('help of a command that there is not is bad usage: %s %s', async (...args) => {
  const { code, err } = await radweave(...args);
  expect(code).toBe(2);
  expect(err).toMatch(/unknown command 'tran'\n\(Did you mean train\?\)/);
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
  const json = await radweave('doctor', '--json');
  expect(json).toMatchObject({ code: 5, err });
  const { rows, problems, engine } = JSON.parse(json.out);
  expect(rows).toContainEqual(['Engine', 'not built']);
  expect(problems[0]).toMatch(/Run: radweave setup/);
  expect(engine).toBeUndefined();
});

test('flags of setup that exclude or need each other are bad usage, before anything is done', async () => {
  vi.stubEnv('RADWEAVE_CACHE', tempDir());
  expect(await radweave('setup', '--libtorch', 'a', '--from', 'b')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--libtorch and --from cannot be given together'),
  });
  expect(await radweave('setup', '--for', 'linux-x64')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--for can only be used together with --download_only'),
  });
});

test('an empty value of a flag of setup, as of an unset variable, and an unknown platform are bad usage', async () => {
  vi.stubEnv('RADWEAVE_CACHE', tempDir());
  for (const flag of ['--from', '--libtorch', '--download_only']) {
    expect(await radweave('setup', flag, '')).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${flag} is empty`),
    });
  }
  for (const platform of ['', 'windows', 'linux_x64']) {
    expect(await radweave('setup', '--download_only', 'x', '--for', platform)).toMatchObject({
      code: 2,
      err: expect.stringContaining('linux-x64, linux-arm64, darwin-arm64, win32-x64'),
    });
  }
});

test('setup with a wrong RADWEAVE_LIBTORCH ends with 5 and no stack', async () => {
  vi.stubEnv('RADWEAVE_LIBTORCH', tempDir());
  vi.stubEnv('RADWEAVE_CACHE', tempDir());
  const { code, err } = await radweave('setup');
  expect(code).toBe(5);
  expect(err).toMatch(/is not a libtorch folder; missing/);
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
