import { complaint } from '../processes.mjs';

/** Makes the two cohorts, a small one for what must be right and a larger one for times, and splits them. */
export const cohorts = { name: 'cohorts', limit: 70, body };

async function body(check) {
  const { sizes } = check.proof;
  await Promise.all([make(check, 'cohort', sizes.cohort), make(check, 'speed-cohort', sizes.speedCohort)]);
}

async function make(check, name, [home, external, slices]) {
  const { proof, note } = check;
  const data = proof.path(name, 'data');
  const sizes = [home, external, slices, proof.sizes.side].map(String);
  const made = await proof.python3(check, name, 'cohort.py', [data, ...sizes]);
  const split = await proof.radweave(check, `${name}.preprocess`, [
    ...[
      'preprocess',
      '--root_dir',
      data,
      '--modalities',
      'A',
      '--home_hospital',
      'JM',
      '--train_ratio',
      '0.8',
    ],
    ...['--set', `data.image_size=${proof.sizes.side}`, '--output_dir', proof.path(name, 'splits')],
  ]);
  const isMade = made.code === 0 && split.code === 0;
  note(
    name,
    isMade,
    isMade ? `split in ${split.seconds.toFixed(1)} s` : `${complaint(made)}; ${complaint(split)}`,
  );
}
