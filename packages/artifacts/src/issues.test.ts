import { expect, test } from 'vitest';
import { DataError, InterruptedError, ResourceError, UsageError } from './errors.ts';
import { IssueCollector } from './issues.ts';

test('each class of error has its exit code and keeps its parts', () => {
  const details = { where: 'a.csv, line 3', hint: 'Mend it' };
  expect(new DataError('E_CSV_CELL', 'bad cell', details).message).toBe('bad cell (a.csv, line 3). Mend it');
  const codes = [UsageError, DataError, InterruptedError, ResourceError].map(
    (kind) => new kind('E_CSV_CELL', 'x').exitCode,
  );
  expect(codes).toEqual([2, 3, 4, 5]);
});

test('no fault throws nothing; several are listed together, at most 20 in full', () => {
  const issues = new IssueCollector();
  issues.throwIfErrors('checking');
  for (let i = 1; i <= 23; i++) issues.error('E_CSV_CELL', `cell ${i}`, `line ${i}`, 'Mend it');
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
