import { writeFileSync } from 'node:fs';
import { complaint, jsonLines } from '../processes.mjs';

const BOUND = 1e-4;

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
  for (const { optimizer, difference } of jsonLines(theirs.output)) {
    note(optimizer, difference <= BOUND, difference.toExponential(1));
  }
}
