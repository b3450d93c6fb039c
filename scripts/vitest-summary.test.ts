import { expect, test } from 'vitest';
import { closingLine, summarise } from './vitest-summary.mjs';

function file(status: string, ...tests: string[]) {
  return { status, assertionResults: tests.map((one) => ({ status: one })) };
}

test('every test of every file is counted once', () => {
  const testResults = [file('passed', 'passed', 'pending'), file('failed', 'passed', 'failed', 'todo')];
  const counts = summarise({ testResults }, 1);
  expect(counts).toEqual({ passed: 2, failed: 1, skipped: 2 });
  expect(closingLine(counts)).toBe('2 passed, 1 failed, 2 skipped');
});

test('a file that cannot be loaded is one failed test', () => {
  expect(summarise({ testResults: [file('passed', 'passed'), file('failed')] }, 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  });
});

test('a file whose hook fails after its tests passed is one failed test', () => {
  expect(summarise({ testResults: [file('failed', 'passed')] }, 1).failed).toBe(1);
});

test('a crash without a failed test, or without a report, is one failed test', () => {
  expect(summarise({ testResults: [file('passed', 'passed')] }, 1)).toMatchObject({ passed: 1, failed: 1 });
  expect(closingLine(summarise(undefined, null))).toBe('0 passed, 1 failed');
});

test('nothing skipped is not mentioned', () => {
  expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
});
