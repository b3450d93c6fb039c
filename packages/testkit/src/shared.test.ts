import { afterEach, beforeEach, expect, type TestContext, test, vi } from 'vitest';
import { needShared } from './shared.ts';
import { tempDir } from './temp.ts';

beforeEach(() => {
  vi.stubEnv('CI', 'true');
  vi.stubEnv('RADWEAVE_SHARED', '');
});
afterEach(() => vi.unstubAllEnvs());

const skip = (reason: string): never => {
  throw new Error(`skipped: ${reason}`);
};
const lacking = (shared: string) => () =>
  needShared({ skip } as unknown as TestContext, 'no-such-file', shared);

test('in CI a file that shared inputs lack is a failure', () => {
  vi.stubEnv('RADWEAVE_SHARED', 'absent');
  expect(lacking(tempDir())).toThrow('must not be skipped in CI: ../shared has no no-such-file');
});

test('in CI shared inputs that are missing altogether are a failure, unless this machine says that it has none', () => {
  const nowhere = `${tempDir()}/shared`;
  expect(lacking(nowhere)).toThrow(
    /^must not be skipped in CI: there is no \.\.\/shared .*RADWEAVE_SHARED=absent/,
  );
  vi.stubEnv('RADWEAVE_SHARED', 'absent');
  expect(lacking(nowhere)).toThrow(/^skipped: there is no \.\.\/shared beside this checkout$/);
});

test('elsewhere what is missing is skipped, with its reason', () => {
  vi.stubEnv('CI', '');
  expect(lacking(`${tempDir()}/shared`)).toThrow(/^skipped: there is no \.\.\/shared/);
  expect(lacking(tempDir())).toThrow(/^skipped: \.\.\/shared has no no-such-file/);
});
