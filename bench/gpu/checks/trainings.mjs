import { complaint } from '../processes.mjs';
import { Training } from '../training.mjs';

/** Largest difference of a loss from the CPU's float32, as a part of it, after two epochs. */
const BOUNDS = { fp32: 1e-3, tf32: 2e-2, bf16: 5e-2, auto: 5e-2 };

/** The same training on the CPU in float32 and on the GPU in every precision. */
export const trainings = { name: 'training', limit: 110, body };

async function body(check) {
  const { proof, note } = check;
  const [model] = proof.sizes.models;
  const onCpu = new Training(proof, 'cpu-fp32', {
    device: 'cpu',
    precision: 'fp32',
    model,
    env: { RADWEAVE_THREADS: '6' },
  });
  const started = onCpu.start(check);
  const judged = Object.entries(BOUNDS).map(async ([precision, bound]) => {
    const own = new Training(proof, `gpu-${precision}`, { device: proof.device, precision, model });
    const done = await own.start(check);
    const reference = await started;
    if (done.code !== 0 || reference.code !== 0) {
      note(precision, false, complaint(done.code === 0 ? reference : done));
      return;
    }
    const difference = own.lossDifference(onCpu);
    const computing = done.output.match(/Computing on .*/)?.[0] ?? '';
    note(
      `${precision} against the CPU's fp32`,
      difference <= bound,
      `${difference.toExponential(1)}; ${computing}`,
    );
  });
  await Promise.all(judged);
}
