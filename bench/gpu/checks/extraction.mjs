import { complaint } from '../processes.mjs';
import { Training } from '../training.mjs';

/** Largest difference of a feature from the CPU's float32, as a part of the largest feature. */
const BOUNDS = { fp32: 2e-5, auto: 5e-2 };

/** Features of the same checkpoint on CPU and GPU, and the stages that follow. Needs what `training` made. */
export const extraction = { name: 'extraction', limit: 90, body };

async function body(check) {
  const { proof, note } = check;
  const [model] = proof.sizes.models;
  const trained = new Training(proof, 'cpu-fp32', { device: 'cpu', precision: 'fp32', model });
  const extract = (name, device, precision) =>
    proof.radweave(check, name, [
      ...[
        'extract',
        '--modality',
        'A',
        '--checkpoint',
        trained.best,
        '--splits_dir',
        proof.path('cohort', 'splits'),
      ],
      ...['--device', device, '--precision', precision, '--output_dir', proof.path(name)],
    ]);
  const reference = extract('features-cpu', 'cpu', 'fp32');
  const judged = Object.entries(BOUNDS).map(async ([precision, bound]) => {
    const [done] = await Promise.all([extract(`features-${precision}`, proof.device, precision), reference]);
    if (done.code !== 0) {
      note(precision, false, complaint(done));
      return;
    }
    const folders = [proof.path(`features-${precision}`), proof.path('features-cpu')];
    const { json } = await proof.python3(check, `compare-${precision}`, 'compare.py', [
      'features',
      ...folders,
    ]);
    note(
      `${precision} against the CPU's fp32`,
      json.difference <= bound,
      `${json.difference.toExponential(1)}, ${json.files} files`,
    );
  });
  await Promise.all([...judged, evaluate(check, trained)]);
}

async function evaluate(check, trained) {
  const { proof, note } = check;
  const done = await proof.radweave(check, 'evaluate', [
    ...[
      'evaluate',
      '--networks_only',
      '--run',
      `A=${trained.name}`,
      '--splits_dir',
      proof.path('cohort', 'splits'),
    ],
    ...['--output_dir', trained.folder, '--bootstrap_replicates', '200'],
  ]);
  note('evaluate', done.code === 0, done.code === 0 ? `${done.seconds.toFixed(1)} s` : complaint(done));
}
