import { mkdirSync } from 'node:fs';
import { complaint, jsonLines } from '../processes.mjs';
import { networkVerdict } from '../verdicts.mjs';

/** Networks at a time in one process: what is done is noted then. */
const CHUNK = 3;
const LANES = 4;
/** Every network forward and backward on the GPU, beside timm's there, against timm's in float64 on the CPU. */
export const networks = { name: 'networks', limit: 130, body };

async function body(check) {
  const { sizes, path } = { sizes: check.proof.sizes, path: check.proof.path('networks') };
  mkdirSync(path, { recursive: true });
  const waiting = [...sizes.networks];
  const lane = async () => {
    for (let names = waiting.splice(0, CHUNK); names.length > 0; names = waiting.splice(0, CHUNK)) {
      await judge(check, path, names);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function judge(check, folder, names) {
  const { proof, note } = check;
  const { device, sizes } = proof;
  // Four lanes share the cores.
  const env = { RADWEAVE_THREADS: '4', OMP_NUM_THREADS: '4' };
  const script = `${proof.root}/bench/gpu/ours/networks.mjs`;
  const count = String(sizes.networkBatch);
  const ours = await proof.program(
    check,
    `networks-${names[0]}`,
    [proof.node, script, device, folder, count, ...names],
    env,
  );
  if (ours.code !== 0) {
    note(names.join(', '), false, complaint(ours));
    return;
  }
  const theirs = await proof.python3(
    check,
    `timm-${names[0]}`,
    'networks.py',
    [device, folder, ...names],
    env,
  );
  for (const line of jsonLines(theirs.output))
    note(`${line.name} ${line.precision}`, ...networkVerdict(line));
  if (theirs.code !== 0) note(names.join(', '), false, complaint(theirs));
}
