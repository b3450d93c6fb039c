import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  configure,
  readCohort,
  readEvaluation,
  readFusionModel,
  readSplitSummary,
} from '@radweave/artifacts';
import { writeCohortOf } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

interface Wanted {
  classes: string[];
  /** Whether a table tells the classes, not folders. */
  inTable: boolean;
  hospitals: Record<string, number[]>;
  modalities: string[];
}

function study({ classes, inTable, hospitals, modalities }: Wanted): Config {
  const folder = tempDir();
  writeCohortOf(join(folder, 'raw'), hospitals, inTable ? [] : classes, modalities);
  const patients = Object.entries(hospitals).flatMap(([hospital, counts]) =>
    counts.flatMap((n, label) =>
      Array.from({ length: n }, (_, p) => `${hospital}${label}${p};${hospital};${classes[label]};6${p}`),
    ),
  );
  writeFileSync(join(folder, 'table.csv'), ['ID;Centre;Label;age', ...patients].join('\n'));
  return configure({
    data: {
      root_dir: join(folder, 'raw'),
      table: inTable ? join(folder, 'table.csv') : null,
      splits_dir: join(folder, 'splits'),
      features_dir: join(folder, 'features'),
      modalities,
      image_size: 32,
    },
    model: { name: 'mobilenetv3_small_100', pretrained: false, num_classes: classes.length },
    training: { epochs: 1, precision: 'fp32', batch_size: 8 },
    evaluation: { bootstrap_replicates: 100 },
    experiment: { output_dir: join(folder, 'results') },
  });
}

// Each test is one run of the whole job.
test.each<[string, Wanted, string]>([
  [
    'three classes with names, three modalities, hospitals that lack classes',
    {
      classes: ['G1', 'G2', 'G3'],
      inTable: false,
      hospitals: { JM: [4, 4, 4], SY: [2, 2, 0], ZS: [0, 3, 0] },
      modalities: ['A', 'P', 'V'],
    },
    'G3',
  ],
  [
    'one hospital alone, one modality, two classes that a table names',
    { classes: ['benign', 'malignant'], inTable: true, hospitals: { JM: [4, 4] }, modalities: ['A'] },
    'malignant',
  ],
])('%s: the whole job runs, and says the names', async (_, wanted, last) => {
  // The thread loads what was built.
  const { run } = await import('@radweave/pipeline');
  const config = study(wanted);
  const { splits_dir } = config.data;
  const { report } = await run(config, { bestHparamsDir: join(splits_dir, '..', 'best') });
  const out = config.experiment.output_dir;
  const { classes, hospitals } = wanted;
  expect(readSplitSummary(join(splits_dir, 'summary.json')).labels).toEqual(classes);
  const { patients } = readCohort(join(splits_dir, 'cohort.csv'));
  expect(patients).toHaveLength(
    Object.values(hospitals)
      .flat()
      .reduce((sum, n) => sum + n, 0),
  );
  for (const { label, label_name } of patients) expect(label_name).toBe(classes[label]);
  expect(readFusionModel(join(out, 'fusion', 'model.json')).label_names).toEqual(classes);
  expect(readEvaluation(join(out, 'evaluation', 'evaluation.json')).label_names).toEqual(classes);
  const [header = '', ...rows] = readFileSync(join(out, 'evaluation', 'predictions_val.csv'), 'utf8').split(
    '\n',
  );
  const [at, guessed] = ['label_name', 'predicted_name'].map((name) => header.split(',').indexOf(name));
  const cells = rows.filter((row) => row !== '').map((row) => row.split(','));
  expect(new Set(cells.map((row) => row[at ?? -1]))).toEqual(new Set(classes));
  for (const row of cells) expect(classes).toContain(row[guessed ?? -1]);
  const page = readFileSync(report, 'utf8');
  expect(page).toContain(last);
  expect(page).not.toMatch(/grade\d/);
});
