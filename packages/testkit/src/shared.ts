import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type TestContext, test } from 'vitest';
import { skipOrFail } from './reference.ts';

const SHARED = fileURLToPath(new URL('../../../../shared', import.meta.url));
const NONE = 'there is no ../shared beside this checkout';

/**
 * A file or folder of the read-only inputs that may lie beside the checkout (real cohorts); the test is skipped where it is
 * absent. In CI that is a failure; only a machine that says `RADWEAVE_SHARED=absent` does without the whole folder.
 */
export function needShared(context: TestContext, relative: string, shared: string = SHARED): string {
  const path = `${shared}/${relative}`;
  if (existsSync(path)) return path;
  if (existsSync(shared)) skipOrFail(context, `../shared has no ${relative}`);
  const isAccepted = process.env.RADWEAVE_SHARED === 'absent';
  if (!isAccepted) skipOrFail(context, `${NONE}; RADWEAVE_SHARED=absent says that there is none to have`);
  return context.skip(NONE);
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
