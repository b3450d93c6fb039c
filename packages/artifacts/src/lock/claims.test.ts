import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processSpace } from '@radweave/native/processes';
import { tempDir } from '@radweave/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Claims } from './claims.ts';

const times = { beat: 50, lease: 300 };

/** A lease that nobody changes. */
function leave(folder: string, holder: object): string {
  const base = { pid: 1, space: 'elsewhere', process_start: null, started: '2026-01-01', command: 'work' };
  const path = join(folder, '.radweave.lock', '0123456789abcdef');
  mkdirSync(join(folder, '.radweave.lock'), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...base, ...holder })}\n`);
  return path;
}

test('one takes a folder, others do not wait for it, and the next takes it when it is free', () => {
  const folder = join(tempDir(), 'task');
  const [one, two] = [new Claims(times), new Claims(times)];
  const lock = one.take(folder, 'a');
  expect(lock).toBeDefined();
  expect(two.take(folder, 'b')).toBeUndefined();
  lock?.release();
  expect(two.take(folder, 'b')).toBeDefined();
});

test('the lease of a dead process of this computer is taken at once', () => {
  const folder = tempDir();
  leave(folder, { space: processSpace(), pid: 2 ** 22 + 1 });
  const lock = new Claims(times).take(folder, 'a');
  expect(lock?.lost()).toBeUndefined();
  expect(readdirSync(join(folder, '.radweave.lock'))).not.toContain('0123456789abcdef');
});

test('that of another computer is taken once it has not changed for as long as a lease lasts', async () => {
  const folder = tempDir();
  const path = leave(folder, {});
  const claims = new Claims(times);
  for (let beat = 0; beat < 4; beat++) {
    expect(claims.take(folder, 'a')).toBeUndefined();
    await sleep(times.lease / 2);
    writeFileSync(path, `{}\n${beat}\n`);
  }
  expect(claims.take(folder, 'a')).toBeUndefined();
  await sleep(times.lease);
  // One who has not watched knows nothing of it.
  expect(new Claims(times).take(folder, 'b')).toBeUndefined();
  expect(claims.take(folder, 'a')).toBeDefined();
});

test('nor does it count how a clock is set meanwhile', async () => {
  const folder = tempDir();
  leave(folder, {});
  const begin = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(begin);
  onTestFinished(() => clock.mockRestore());
  const [patient, quick] = [new Claims({ ...times, lease: 60_000 }), new Claims(times)];
  for (const claims of [patient, quick]) expect(claims.take(folder, 'a')).toBeUndefined();
  clock.mockReturnValue(begin + 3_600_000);
  expect(patient.take(folder, 'a')).toBeUndefined();
  clock.mockReturnValue(begin - 3_600_000);
  await sleep(2 * times.lease);
  expect(quick.take(folder, 'a')).toBeDefined();
});
