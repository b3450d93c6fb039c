import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type TestContext, test } from 'vitest';

const SHARED = fileURLToPath(new URL('../../../../shared', import.meta.url));

/** The folder of read-only inputs that may lie beside the checkout (real cohorts, reference programs). */
export function sharedPath(relative: string): string {
  return `${SHARED}/${relative}`;
}

/** A test that needs a file or folder of `../shared`; it is skipped with a message where that is absent. */
export function sharedTest(
  name: string,
  relative: string,
  body: (path: string, context: TestContext) => void | Promise<void>,
): void {
  test(name, async (context) => {
    const path = sharedPath(relative);
    if (!existsSync(path)) context.skip(`../shared/${relative} is not beside this checkout`);
    await body(path, context);
  });
}
