import { expect, test } from 'vitest';
import { DataError, InterruptedError, ResourceError, UsageError } from './errors.ts';
import { IssueCollector } from './issues.ts';

test('each class of error has its exit code and keeps its parts', () => {
  const details = { where: 'a.csv, line 3', mend: 'Mend it' };
  expect(new DataError('E_X', 'bad cell', details).message).toBe('bad cell (a.csv, line 3). Mend it');
  const codes = [UsageError, DataError, InterruptedError, ResourceError].map(
    (kind) => new kind('E_X', 'x').exitCode,
  );
  expect(codes).toEqual([2, 3, 4, 5]);
});

test('warnings alone do not throw; errors are listed together, at most 20 in full', () => {
  const issues = new IssueCollector();
  issues.warning('W_DARK', 'dark image');
  issues.throwIfErrors('checking');
  for (let i = 1; i <= 23; i++) issues.error('E_CELL', `cell ${i}`, `line ${i}`, 'Mend it');
  const thrown = (() => {
    try {
      issues.throwIfErrors('checking', UsageError);
    } catch (error) {
      return error as UsageError;
    }
  })();
  expect(thrown).toBeInstanceOf(UsageError);
  expect(thrown?.message.split('\n')).toHaveLength(22);
  expect(thrown?.message).toMatch(/^checking: 23 errors\n {2}- cell 1 \(line 1\)\. Mend it\n/);
  expect(thrown?.message).toMatch(/… and 3 more$/);
});
