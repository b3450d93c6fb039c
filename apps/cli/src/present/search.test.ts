import type { SearchRecord } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { searchText as wrappedText } from './search.ts';

/** Each sentence on a line. */
const searchText: typeof wrappedText = (...given) => wrappedText(...given).replaceAll('\n  ', ' ');

const search: SearchRecord = {
  format: 1,
  modality: 'A',
  strategy: 'random',
  reduction: 3,
  rungs: [10],
  folds: 2,
  patients: 30,
  keys: [{ key: 'training.learning_rate', log: true }],
  trials: [1, 2].map((trial) => ({
    trial,
    settings: { 'training.learning_rate': 0.0012345678901234 / trial },
    state: 'trained',
    rung: 0,
    epochs: 10,
    score: 0.9 / trial,
    folds: [0.9, 0.9],
    seconds: 1,
    note: '',
  })),
  best: 1,
};

test('a search tells on whom it chose among how many, and where to go on', () => {
  const text = searchText(search, 'trials.csv', 'best.yaml');
  expect(text).toMatch(/ 1 +0\.900 +10 +0\.00123 /);
  expect(text).toContain('mean of 2 folds of 30 training patients; no other patient was read.');
  expect(text).toContain('Trial 1 is the best of 2 trials.');
  expect(text).toContain('Now run radweave train --modality A --config best.yaml\n');
  expect(text).not.toContain('chance');
  const trials = search.trials.map((trial) => ({ ...trial, score: null, state: 'failed' as const }));
  const none = searchText({ ...search, trials, best: null }, 'trials.csv', 'best.yaml');
  expect(none).toContain('No trial has a score');
  expect(none).not.toContain('best.yaml');
});

test('of trials with the same AUC none is called the best', () => {
  const tied = search.trials.map((trial) => ({ ...trial, score: 0.75 }));
  expect(searchText({ ...search, trials: tied }, 'trials.csv', 'best.yaml')).toContain(
    'Trials 1 and 2 have the same AUC, the best of 2 trials; trial 1 was taken. It was',
  );
  const shorter = tied.map((trial) => ({
    ...trial,
    state: trial.trial === 2 ? ('halved' as const) : trial.state,
  }));
  expect(searchText({ ...search, trials: shorter }, 'trials.csv', 'best.yaml')).toContain('is the best of');
});

test('the best of trials that learned nothing is not recommended without a word', () => {
  const told = (score: number, folds: number[]): string[] => {
    const trials = search.trials.map((trial) => ({ ...trial, score, folds }));
    return searchText({ ...search, trials }, 'trials.csv', 'best.yaml')
      .split('\n')
      .filter((line) => line.includes('chance'));
  };
  expect(told(0.45, [0.5, 0.4])).toEqual([
    'This AUC is not above chance (0.5): these settings are the best only by name. Look at images and labels, or search other settings, before you train with them.',
  ]);
  expect(told(0.5, [0.5, 0.5])).toHaveLength(1);
  expect(told(0.55, [0.7, 0.4])).toEqual(['In 1 of 2 folds its AUC is not above chance (0.5).']);
  expect(told(0.8, [0.9, 0.7])).toEqual([]);
});
