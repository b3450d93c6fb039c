import { type TestContext, test } from 'vitest';

/** Vitest's `test`, as far as it is used here. */
type DefineTest = (
  name: string,
  body: (context: TestContext) => void | Promise<void>,
  timeout?: number,
) => void;

/**
 * `test` for what needs something that a machine has or has not: its system, its processor. Where that is missing the test is
 * skipped, and the summary of the run tells what it lacks. What can be installed is no such thing: see `referenceTest`.
 */
export function needs(isThere: boolean, what: string): DefineTest {
  return (name, body, timeout) => {
    test(
      name,
      async (context) => {
        if (!isThere) context.skip(`needs ${what}`);
        await body(context);
      },
      timeout,
    );
  };
}

/** A test of what only Linux has. */
export const onLinux: DefineTest = needs(process.platform === 'linux', 'Linux');

/** A test of what Windows has not. */
export const onPosix: DefineTest = needs(process.platform !== 'win32', 'a system other than Windows');
