import { complaint } from '../processes.mjs';

/** Devices that are there are taken, and those that are not are refused with a sentence and exit code 5. */
export const devices = { name: 'devices', limit: 60, body };

const CASES = [
  { what: '--device auto', args: [], code: 0 },
  { what: '--device cuda:0', args: ['--device', 'cuda:0'], code: 0 },
  { what: '--device cuda:9', args: ['--device', 'cuda:9'], code: 5 },
  // One card under both names: the second of two is what `cuda:1` means, and the first where it alone is visible.
  { what: '--device cuda:1', args: ['--device', 'cuda:1'], needs: 2, code: 0 },
  {
    what: '--device cuda:0, the second visible',
    args: ['--device', 'cuda:0'],
    env: { CUDA_VISIBLE_DEVICES: '1' },
    needs: 2,
    code: 0,
  },
  { what: '--device mps', args: ['--device', 'mps'], code: 5 },
  {
    what: '--device cuda, all hidden',
    args: ['--device', 'cuda'],
    env: { CUDA_VISIBLE_DEVICES: '' },
    code: 5,
  },
  { what: '--device auto, all hidden', args: [], env: { CUDA_VISIBLE_DEVICES: '' }, code: 0 },
];

async function body(check) {
  const { proof, note } = check;
  const cards = await seen(check);
  for (const [i, { what, args, env, code, needs = 0 }] of CASES.entries()) {
    if (cards < needs) {
      note(what, null, `not tried: ${cards} cards`);
      continue;
    }
    const done = await proof.radweave(
      check,
      `device-${i}`,
      [
        'profile',
        '--model',
        'resnet18',
        '--batch_size',
        '2',
        '--extract',
        '--output_dir',
        proof.path(`device-${i}`),
        ...args,
      ],
      env,
    );
    const wanted = proof.device === 'cpu' && args.length > 0 ? 5 : code;
    const said = done.output.match(/Computing on .*/)?.[0] ?? '';
    // A log that names a GPU names what it is.
    const isNamed = !said.includes('cuda') || /compute capability \d/.test(said);
    note(what, done.code === wanted && isNamed, done.code === 0 ? said : complaint(done));
  }
}

/** How many cards `doctor` sees; it must tell what each is, and that it computes. */
async function seen(check) {
  const { proof, note } = check;
  const doctor = await proof.radweave(check, 'doctor-devices', ['doctor']);
  const rows = doctor.output.split('\n').filter((line) => /^GPU cuda:\d/.test(line));
  const isTold = rows.every((row) => /compute capability \d.*GiB.*driver.*: computes$/.test(row));
  if (proof.device !== 'cpu') {
    note('doctor names each card', doctor.code === 0 && rows.length > 0 && isTold, rows.join('; '));
    const precisions = doctor.output.match(/^Precision +(.*)$/m)?.[1] ?? '';
    note('doctor, precisions', /cuda:0: /.test(precisions), precisions);
  }
  return rows.length;
}
