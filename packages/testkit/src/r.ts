import { type TestContext, test } from 'vitest';
import { run, skipOrFail } from './reference.ts';

const available = new Map<string, string | undefined>();

/** Why R cannot run these packages (undefined when it can). Asked once per list and process. */
function missing(packages: readonly string[]): string | undefined {
  const key = packages.join(',');
  if (!available.has(key)) {
    try {
      rscript(packages.map((name) => `loadNamespace("${name}")`).join('\n'));
      available.set(key, undefined);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      available.set(key, `Rscript lacks one of ${key} (${text.trim().split('\n').at(-1) ?? ''})`);
    }
  }
  return available.get(key);
}

/**
 * Runs R source and returns its standard output.
 *
 * @param options.input what `file("stdin")` reads.
 * @throws Error with the end of standard error when R fails.
 */
export function rscript(source: string, options: { input?: string } = {}): string {
  return run(['Rscript', '--vanilla', '-e', source], options.input);
}

/** Like {@link rscript}, with the standard output parsed as JSON. The caller names the shape it expects. */
export function rJson<T>(source: string, options: Parameters<typeof rscript>[1] = {}): T {
  return JSON.parse(rscript(source, options)) as T;
}

/** A test that compares with R: skipped with the reason where `packages` cannot be loaded; in CI that fails. */
export function rTest(
  name: string,
  packages: readonly string[],
  body: (context: TestContext) => void | Promise<void>,
): void {
  test(name, async (context) => {
    const reason = missing(packages);
    if (reason !== undefined) skipOrFail(context, reason);
    await body(context);
  });
}
