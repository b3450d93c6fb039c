import { existsSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { complaint, endGroup } from '../processes.mjs';
import { Training } from '../training.mjs';

/**
 * Too little memory: one sentence with a batch size that fits and its accumulation, exit code 5, and a resume with those. With
 * --auto_batch_size it is found before training; extraction says which flag helps.
 */
export const memory = { name: 'memory', limit: 150, body };

async function body(check) {
  const { proof, note } = check;
  const { sizes } = proof;
  const training = new Training(proof, 'too-large', {
    device: proof.device,
    precision: 'fp32',
    model: sizes.extractModel,
    epochs: 1,
    batch: sizes.tooLarge,
  });
  const release = proof.device === 'cpu' ? () => undefined : await hold(check, sizes.leftFree);
  const failed = await training.start(check);
  if (proof.device === 'cpu') {
    note('nothing to run out of on a CPU', failed.code === 0, complaint(failed));
    return;
  }
  const advice = failed.output.match(/--batch_size (\d+) --grad_accumulation (\d+)/);
  note('is told', failed.code === 5 && advice !== null, complaint(failed));
  if (advice === null) {
    await release();
    return;
  }
  const changes = ['--batch_size', advice[1], '--grad_accumulation', advice[2]];
  const resumed = await training.resume(check, changes);
  note(`fits with ${changes.join(' ')}`, resumed.code === 0, complaint(resumed));
  await fitting(check);
  if (resumed.code === 0) await extracting(check, training.best);
  await release();
}

/** The batch that fits is found, said, recorded, and taken again when the same command resumes the run. */
async function fitting(check) {
  const { proof, note } = check;
  const { sizes } = proof;
  const training = new Training(proof, 'fitted', {
    device: proof.device,
    precision: 'fp32',
    model: sizes.extractModel,
    epochs: 1,
    batch: sizes.tooLarge,
    more: ['--auto_batch_size'],
  });
  const done = await training.start(check);
  const said = done.output.match(
    /Batches of \d+ slices do not fit .*?training takes (\d+), and (\d+) of them/,
  );
  const makesTheStep = said !== null && said[1] * said[2] === sizes.tooLarge;
  note('--auto_batch_size', done.code === 0 && makesTheStep, said?.[0] ?? complaint(done));
  if (done.code !== 0) return;
  const again = await training.resume(check, ['--epochs', '1']);
  note('--auto_batch_size, resumed', again.code === 0, again.code === 0 ? 'goes on' : complaint(again));
}

async function extracting(check, checkpoint) {
  const { proof, note } = check;
  const done = await proof.radweave(check, 'extract-too-large', [
    ...[
      'extract',
      '--modality',
      'A',
      '--checkpoint',
      checkpoint,
      '--precision',
      'fp32',
      '--batch_size',
      '4096',
    ],
    ...['--splits_dir', proof.path('cohort', 'splits'), '--device', proof.device],
    ...['--output_dir', proof.path('features-too-large')],
  ]);
  const isTold = done.code === 5 && /too little memory.*smaller --batch_size/s.test(done.output);
  note('extraction', done.code === 0 || isTold, done.code === 0 ? 'it fits' : complaint(done));
}

/** Takes the GPU's memory but for some MiB. @returns what gives it back. */
async function hold(check, free) {
  const { proof } = check;
  const ready = proof.path('held');
  rmSync(ready, { force: true });
  let pid;
  const holding = proof.program(
    check,
    'hold',
    ['python3', `${proof.root}/bench/gpu/python/hold.py`, String(free), ready],
    {},
    (child) => {
      pid = child.pid;
    },
  );
  while (!existsSync(ready))
    await Promise.race([wait(100), holding.then(() => Promise.reject(new Error('nothing held')))]);
  return async () => {
    endGroup(pid);
    await holding.catch(() => undefined);
  };
}
