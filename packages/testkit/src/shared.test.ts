import { afterEach, expect, test, vi } from 'vitest';
import { needShared } from './shared.ts';

afterEach(() => vi.unstubAllEnvs());

test('in CI a file that shared inputs lack is a failure', (context) => {
  needShared(context, '.');
  vi.stubEnv('CI', 'true');
  expect(() => needShared(context, 'no-such-file')).toThrow('../shared has no no-such-file');
});
