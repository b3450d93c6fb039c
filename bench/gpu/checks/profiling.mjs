import { complaint } from '../processes.mjs';

/** `profile` must end well and account for the time of a step. */
export const profiling = { name: 'profile', limit: 60, body };

async function body(check) {
  const { proof, note } = check;
  for (const model of proof.sizes.models) {
    const done = await proof.radweave(check, `profile-${model}`, [
      ...['profile', '--model', model, '--batch_size', String(proof.sizes.batch), '--device', proof.device],
      ...['--top', '5', '--output_dir', proof.path(`profile-${model}`), '--json'],
    ]);
    note(model, done.code === 0, done.code === 0 ? `${done.seconds.toFixed(1)} s` : complaint(done));
  }
}
