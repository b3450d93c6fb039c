import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'vitest';

/** The reference interpreter; Debian's own Python is the one that has Debian's torch, torchvision and scikit-learn. */
const PYTHON = process.env.RADWEAVE_PYTHON ?? '/usr/bin/python3';

const available = new Map<string, string | undefined>();

/** Runs a program and returns its standard output. @throws Error with the end of standard error when it fails. */
export function run(argv: string[], input?: string, env?: Record<string, string>): string {
  const [command = '', ...args] = argv;
  const done = spawnSync(command, args, {
    input: input ?? '',
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    env: { ...process.env, ...env },
  });
  if (done.error) throw done.error;
  if (done.status !== 0) {
    throw new Error(`${command} ended with ${done.status ?? done.signal}:\n${done.stderr.slice(-4000)}`);
  }
  return done.stdout;
}

/** Why the reference cannot run (undefined when it can). Asked once per module list and process. */
function missing(modules: readonly string[]): string | undefined {
  const key = modules.join(',');
  if (!available.has(key)) {
    try {
      run([PYTHON, '-c', modules.map((name) => `import ${name}`).join('\n')]);
      available.set(key, undefined);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const reason = text.trim().split('\n').at(-1) ?? '';
      available.set(key, `${PYTHON} lacks one of ${key} (${reason})`);
    }
  }
  return available.get(key);
}

/**
 * Runs Python source with the reference interpreter and returns its standard output.
 *
 * @param source Python code; `sys.argv[1:]` are `args`.
 * @throws Error with the end of standard error when Python fails.
 */
export function python(
  source: string,
  options: { args?: readonly string[]; input?: string; env?: Record<string, string> } = {},
): string {
  return run([PYTHON, '-c', source, ...(options.args ?? [])], options.input, options.env);
}

/** Like {@link python}, with the standard output parsed as JSON. The caller names the shape it expects. */
export function pythonJson<T>(source: string, options: Parameters<typeof python>[1] = {}): T {
  return JSON.parse(python(source, options)) as T;
}

/** Skips the running test with `reason`; in CI (`CI=true`) a conformance test that cannot run is a failure. */
export function skipOrFail(context: TestContext, reason: string): void {
  if (process.env.CI === 'true') throw new Error(`must not be skipped in CI: ${reason}`);
  context.skip(reason);
}

/** A test that compares with Python: skipped with the reason where `modules` cannot be imported. */
export function referenceTest(
  name: string,
  modules: readonly string[],
  body: (context: TestContext) => void | Promise<void>,
): void {
  test(name, async (context) => {
    const reason = missing(modules);
    if (reason !== undefined) skipOrFail(context, reason);
    await body(context);
  });
}
