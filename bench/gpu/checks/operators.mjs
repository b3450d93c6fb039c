import { complaint } from '../processes.mjs';

/** Every operator, function and layer on the GPU, in every memory layout and precision, against the same torch. */
export const operators = { name: 'operators', limit: 90, body };

async function body(check) {
  const { proof, note } = check;
  const script = `${proof.root}/bench/gpu/ours/operators.mjs`;
  const [requests, answer] = [proof.path('requests.json'), proof.path('answer.json')];
  const asked = await proof.program(check, 'operators-requests', [
    proof.node,
    script,
    'requests',
    proof.device,
    requests,
  ]);
  if (asked.code !== 0) throw new Error(complaint(asked));
  const reference = `${proof.root}/packages/torch/src/testing/reference.py`;
  const inShell = 'exec python3 "$1" < "$2" > "$3"';
  const answered = await proof.program(check, 'operators-python', [
    'bash',
    '-c',
    inShell,
    '-',
    reference,
    requests,
    answer,
  ]);
  if (answered.code !== 0) throw new Error(complaint(answered));
  const compared = await proof.program(check, 'operators', [
    proof.node,
    script,
    'compare',
    proof.device,
    answer,
  ]);
  if (compared.code !== 0) throw new Error(complaint(compared));
  const { cases, refused, wrong } = compared.json;
  const first = wrong.slice(0, 12).map((line) => line.slice(0, 300));
  note(`${cases} cases, ${refused} refused by both`, wrong.length === 0, { differ: wrong.length, first });
}
