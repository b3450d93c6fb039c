import { cpus } from 'node:os';
import { complaint } from '../processes.mjs';

/** What machine this is, whether set-up finds its torch and builds against it, and what doctor says. */
export const setUp = { name: 'set-up', limit: 170, body };

async function body(check) {
  const { proof, note } = check;
  const facts = await proof.python3(check, 'facts', 'facts.py', []);
  note('machine', null, { ...facts.json, cores: cpus().length, cpu: cpus()[0]?.model });
  const built = await proof.radweave(check, 'set-up', ['setup']);
  note('engine', built.code === 0, built.code === 0 ? `${built.seconds.toFixed(1)} s` : complaint(built));
  const doctor = await proof.radweave(check, 'doctor', ['doctor']);
  const rows = doctor.output
    .split('\n')
    .filter((line) => /^(libtorch|CUDA|GPU|Precision|bf16|Reading)/.test(line));
  note('doctor', doctor.code === 0, rows.map((line) => line.replace(/ +/g, ' ')).join('; '));
}
