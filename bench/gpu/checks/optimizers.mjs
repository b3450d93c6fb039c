import { writeFileSync } from 'node:fs';
import { complaint, jsonLines } from '../processes.mjs';

/** Of a loss, as a part of it; in float16 its rounding is 5e-4, and steps add up. */
const BOUNDS = { fp32: 1e-4, fp16: 5e-3 };

/** The courses of small trainings by each optimizer against torch's. */
export const optimizers = { name: 'optimizers', limit: 60, body };

async function body(check) {
  const { proof, note } = check;
  const [start, job] = [proof.path('optimizers.pth'), proof.path('optimizers.json')];
  const ours = await proof.program(check, 'optimizers', [
    ...[proof.node, `${proof.root}/bench/gpu/ours/optimizers.mjs`, proof.device, start],
  ]);
  if (ours.code !== 0) throw new Error(complaint(ours));
  writeFileSync(job, JSON.stringify(ours.json));
  const theirs = await proof.python3(check, 'optimizers-python', 'optimizers.py', [proof.device, start, job]);
  if (theirs.code !== 0) throw new Error(complaint(theirs));
  for (const { optimizer, difference, scales } of jsonLines(theirs.output)) {
    const bound = BOUNDS[optimizer.endsWith('fp16') ? 'fp16' : 'fp32'];
    const told = `${difference.toExponential(1)}${scales ? '' : ', other scales'}`;
    note(optimizer, scales && difference <= bound, told);
  }
}
