import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'vitest';
import { peersPython } from './peers-place.ts';

/**
 * The reference interpreter; Debian's own Python is the one that has Debian's torch, torchvision and scikit-learn. The newest of
 * them, and what Debian does not have, is in {@link peersPython}.
 */
export const PYTHON: string = process.env.RADWEAVE_PYTHON ?? '/usr/bin/python3';

/** What is given to a Python program. */
export interface PythonOptions {
  /** `sys.argv[1:]`. */
  args?: readonly string[];
  input?: string;
  env?: Record<string, string>;
  /** The reference interpreter unless named. */
  interpreter?: string | undefined;
}

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

/**
 * Why an interpreter cannot import modules (undefined when it can). Asked once per module list and process; they are looked for and
 * not imported, which takes seconds: what is there and broken fails the test.
 */
function missing(modules: readonly string[], interpreter: string): string | undefined {
  const key = `${interpreter}: ${modules.join(',')}`;
  if (!available.has(key)) {
    const packages = modules.map((name) => name.split('.')[0] ?? name);
    try {
      run([interpreter, '-c', LOOK, ...packages]);
      available.set(key, undefined);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const reason = text.trim().split('\n').at(-1) ?? '';
      available.set(key, `one of ${key} is missing (${reason})`);
    }
  }
  return available.get(key);
}

const LOOK = `
import importlib.util, sys
lacking = [name for name in sys.argv[1:] if importlib.util.find_spec(name) is None]
sys.exit(f'no {", ".join(lacking)}' if lacking else 0)
`;

/**
 * Runs Python source and returns its standard output.
 *
 * @throws Error with the end of standard error when Python fails.
 */
export function python(source: string, options: PythonOptions = {}): string {
  const { interpreter = PYTHON, args = [], input, env } = options;
  return run([interpreter, '-c', source, ...args], input, env);
}

/** Like {@link python}, with the standard output parsed as JSON. The caller names the shape it expects. */
export function pythonJson<T>(source: string, options: PythonOptions = {}): T {
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
  interpreter: string = PYTHON,
): void {
  test(name, async (context) => {
    const reason = missing(modules, interpreter);
    if (reason !== undefined) skipOrFail(context, reason);
    await body(context);
  });
}

/** A test that compares with the programs of `peers.txt`: its Python runs in {@link peersPython}. */
export function peerTest(
  name: string,
  modules: readonly string[],
  body: (context: TestContext) => void | Promise<void>,
): void {
  referenceTest(name, modules, body, peersPython());
}
