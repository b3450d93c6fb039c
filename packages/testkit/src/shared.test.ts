import { afterEach, expect, type TestContext, test, vi } from 'vitest';
import { needShared } from './shared.ts';

afterEach(() => vi.unstubAllEnvs());

test('in CI a file that shared inputs lack is a failure', (context) => {
  needShared(context, '.');
  vi.stubEnv('CI', 'true');
  const skip = (reason: string): never => {
    throw new Error(`skipped: ${reason}`);
  };
  const lacking = () => needShared({ skip } as unknown as TestContext, 'no-such-file');
  expect(lacking).toThrow('must not be skipped in CI: ../shared has no no-such-file');
});
