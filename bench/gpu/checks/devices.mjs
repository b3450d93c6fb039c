import { complaint } from '../processes.mjs';

/** Devices that are there are taken, and those that are not are refused with a sentence and exit code 5. */
export const devices = { name: 'devices', limit: 60, body };

const CASES = [
  { what: '--device auto', args: [], code: 0 },
  { what: '--device cuda:0', args: ['--device', 'cuda:0'], code: 0 },
  { what: '--device cuda:9', args: ['--device', 'cuda:9'], code: 5 },
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
  for (const [i, { what, args, env, code }] of CASES.entries()) {
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
    note(what, done.code === wanted, done.code === 0 ? said : complaint(done));
  }
}
