import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type TestContext, test } from 'vitest';
import { skipOrFail } from './reference.ts';

const SHARED = fileURLToPath(new URL('../../../../shared', import.meta.url));

/**
 * A file or folder of the read-only inputs that may lie beside the checkout (real cohorts); the test is skipped where it is
 * absent. In CI only where all are: of inputs that are there none may be missing.
 */
export function needShared(context: TestContext, relative: string): string {
  const path = `${SHARED}/${relative}`;
  if (existsSync(path)) return path;
  if (existsSync(SHARED)) skipOrFail(context, `../shared has no ${relative}`);
  return context.skip('there is no ../shared beside this checkout');
}

/** A test that needs a file or folder of `../shared`; it is skipped with a message where that is absent. */
export function sharedTest(
  name: string,
  relative: string,
  body: (path: string, context: TestContext) => void | Promise<void>,
): void {
  test(name, async (context) => {
    await body(needShared(context, relative), context);
  });
}
