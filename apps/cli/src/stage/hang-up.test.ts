import { onPosix } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { isUnderNohup } from './hang-up.ts';
import { STOP_SIGNALS } from './stop-signals.ts';

const shell = '/usr/bin/node';

/** What `/proc` says: flags of standard input, and signals that the parent ignores. */
function started(flags: string, ignored: string, _: string = shell) {
  const files: Record<string, string> = {
    '/proc/self/fdinfo/0': `pos:\t0\nflags:\t${flags}\nmnt_id:\t24\n`,
    '/proc/7/status': `Name:\tsh\nSigBlk:\t0000000000000000\nSigIgn:\t${ignored}\nSigCgt:\t0000000000010002\n`,
  };
  return { env: { _ }, parent: 7, read: (path: string) => files[path] ?? '' };
}

test('nohup is known by the shell, by a standard input that cannot be read, and by a script that ignores SIGHUP', () => {
  const usual = started('0100002', '0000000000001000');
  expect(isUnderNohup(usual)).toBe(false);
  expect(isUnderNohup({ ...usual, env: { _: '/usr/bin/nohup' } })).toBe(true);
  expect(isUnderNohup(started('0100001', '0000000000001000'))).toBe(true);
  expect(isUnderNohup(started('0100002', '0000000000000001'))).toBe(true);
  expect(isUnderNohup(started('0100002', '0000000000000004'))).toBe(false);
});

test('where there is no /proc, only the shell tells', () => {
  const read = () => '';
  expect(isUnderNohup({ env: {}, parent: 1, read })).toBe(false);
  expect(isUnderNohup({ env: { _: '/usr/bin/nohup' }, parent: 1, read })).toBe(true);
});

onPosix('each signal by which users, terminals and schedulers end a process is a request to stop', () => {
  const always = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'];
  expect([...STOP_SIGNALS].sort()).toEqual(isUnderNohup() ? always : ['SIGHUP', ...always]);
});
