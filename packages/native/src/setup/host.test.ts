import { expect, test } from 'vitest';
import { hostFacts, whyNever } from './host.ts';

test.each([
  [
    { platform: 'linux', arch: 'x64', glibc: '2.17' },
    /glibc 2\.17, and libtorch needs 2\.28 or newer: .*container/,
  ],
  [{ platform: 'linux', arch: 'x64', glibc: undefined }, /musl.*glibc 2\.28 or newer/],
  [{ platform: 'linux', arch: 'ia32', glibc: '2.36' }, /64 bits.*this Node\.js is for ia32/],
  [{ platform: 'win32', arch: 'ia32', glibc: undefined }, /64 bits/],
  [{ platform: 'freebsd', arch: 'x64', glibc: undefined }, /not made for freebsd/],
] as const)('%j is refused in one line that says what would work', (facts, why) => {
  expect(whyNever(facts)).toMatch(why);
  expect(whyNever(facts)).not.toContain('\n');
});

test.each([
  { platform: 'linux', arch: 'x64', glibc: '2.28' },
  { platform: 'linux', arch: 'arm64', glibc: '2.41' },
  { platform: 'darwin', arch: 'arm64', glibc: undefined },
  { platform: 'win32', arch: 'x64', glibc: undefined },
] as const)('%j is not refused', (facts) => {
  expect(whyNever(facts)).toBeUndefined();
});

test('this machine, where tests run, is not refused', () => {
  expect(whyNever(hostFacts())).toBeUndefined();
});
