import { complaint } from '../processes.mjs';
import { Training } from '../training.mjs';

/**
 * Largest difference of a loss from the CPU's float32, as a part of it: in float32 of the first epoch's training loss, for after two
 * epochs, initial weights that are changed by their last bit alone make up to 4e-4 of the validation loss (PyTorch on a CPU, 30 steps);
 * in shorter types of all losses of both epochs.
 */
const BOUNDS = { fp32: 1e-4, tf32: 2e-2, bf16: 5e-2, fp16: 5e-2, auto: 5e-2 };

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
  // Whether a CPU computes float16 depends on its libtorch.
  const bounds = Object.entries(BOUNDS).filter(([name]) => name !== 'fp16' || proof.device !== 'cpu');
  const judged = bounds.map(async ([precision, bound]) => {
    const own = new Training(proof, `gpu-${precision}`, { device: proof.device, precision, model });
    const done = await own.start(check);
    const reference = await started;
    if (done.code !== 0 || reference.code !== 0) {
      note(precision, false, complaint(done.code === 0 ? reference : done));
      return;
    }
    const difference = precision === 'fp32' ? own.firstLossDifference(onCpu) : own.lossDifference(onCpu);
    const computing = done.output.match(/Computing on .*/)?.[0] ?? '';
    note(
      `${precision} against the CPU's fp32`,
      difference <= bound,
      `${difference.toExponential(1)}; ${computing}`,
    );
  });
  await Promise.all(judged);
}
