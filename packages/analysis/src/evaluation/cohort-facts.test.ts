import { type SlicesIdentities, SPLITS, splitPath, writeSplit } from '@radweave/artifacts';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { cohortConfig } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readCohortFacts } from './cohort-facts.ts';

/** A split of the researchers' own, in which each patient has one slice, unless said otherwise, of these modalities. */
function split(owned: Readonly<Record<string, readonly string[]>>, slices = 1) {
  const config = cohortConfig(tempDir());
  config.data.missing = 'allow';
  for (const [i, set] of SPLITS.entries()) {
    for (const modality of ['A', 'P']) {
      const having = Object.keys(owned).filter((id) => owned[id]?.includes(modality));
      const rows = having.flatMap((id) =>
        Array.from({ length: slices }, (_, n) => {
          return { image_path: `raw/JM/grade0/${i}${id}/${modality}/${n}.png`, label: 0 };
        }),
      );
      writeSplit(splitPath(config.data.splits_dir, set, modality), rows);
    }
  }
  return config.data;
}

const modalities = ['A', 'P'];
/** What a model that was fitted on `then` predicts of the patients of training, asked when the split is `now`. */
function checked(then: Parameters<typeof split>[0], now: Parameters<typeof split>[0], slices = 1): void {
  const before: Readonly<Record<string, SlicesIdentities>> = presentSlices(split(then), modalities);
  const patients = Object.keys(then).map((id) => ({ patient: `0${id}`, hospital: 'JM', label: 0 }));
  const usedOf = (patient: string) => then[patient.slice(1)] ?? [];
  const about = { split: 'train' as const, file: 'predictions_train.csv', modalities, hint: 'Fuse again' };
  readCohortFacts(split(now, slices), modalities).check({ ...about, patients, usedOf, slices: before });
}

test('who is predicted by what they have now is not refused', () => {
  expect(() => checked({ a: ['A', 'P'], b: ['P'] }, { a: ['A', 'P'], b: ['P'] })).not.toThrow();
});

test('a modality that a patient has lost, or got, since is told', () => {
  expect(() => checked({ a: ['A', 'P'], b: ['P'] }, { a: ['P'], b: ['P'] })).toThrow(
    /patient 0a is predicted by A, but lacks images of it.*predictions_train\.csv.*Fuse again/,
  );
  expect(() => checked({ a: ['A', 'P'], b: ['P'] }, { a: ['A', 'P'], b: ['A', 'P'] })).toThrow(
    /patient 0b is predicted without A, but has images of it/,
  );
});

test('in a split of the own, slices are told by their names', () => {
  expect(() => checked({ a: ['A', 'P'] }, { a: ['A', 'P'] }, 2)).toThrow(
    /the list of the train slices of A has changed since it was made.*Fuse again/,
  );
});
