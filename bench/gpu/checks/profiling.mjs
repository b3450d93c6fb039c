import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { complaint } from '../processes.mjs';

/** `profile` must end well and account for the time of a step. */
export const profiling = { name: 'profile', limit: 60, body };

async function body(check) {
  const { proof, note } = check;
  for (const model of proof.sizes.models) {
    const folder = proof.path(`profile-${model}`);
    const done = await proof.radweave(check, `profile-${model}`, [
      ...['profile', '--model', model, '--batch_size', String(proof.sizes.batch), '--device', proof.device],
      ...['--top', '5', '--output_dir', folder, '--json'],
    ]);
    note(model, done.code === 0, done.code === 0 ? `${done.seconds.toFixed(1)} s` : complaint(done));
    if (done.code === 0)
      judge(note, model, JSON.parse(readFileSync(join(folder, 'profile.json'), 'utf8')), proof);
  }
}

/** The operators' times together cannot be longer than the step; on a GPU convolutions must have taken some of it. */
function judge(note, model, { jobs }, { device }) {
  for (const { job, clock, ms, phases, operators } of jobs) {
    const inside = phases
      .filter(({ phase }) => phase !== 'outside operators')
      .reduce((sum, one) => sum + one.ms, 0);
    const [first] = operators;
    const wanted = device === 'cpu' ? 'cpu' : 'gpu';
    // Two steps are compared, and each mark takes the device a moment.
    const isPossible = inside > 0 && (device === 'cpu' || inside < 1.5 * ms);
    note(
      `${model}, ${job}`,
      clock === wanted && isPossible,
      `${clock}: ${inside.toFixed(2)} of ${ms.toFixed(2)} ms in operators, most in ${first?.operator} (${first?.ms.toFixed(2)} ms)`,
    );
  }
}
