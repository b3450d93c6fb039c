import { existsSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { complaint, endGroup } from '../processes.mjs';
import { Training } from '../training.mjs';

/** Too little memory: one sentence with a batch size that fits and its accumulation, exit code 5, and a resume with those. */
export const memory = { name: 'memory', limit: 100, body };

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
  await release();
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
