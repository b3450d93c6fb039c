import { complaint, jsonLines } from '../processes.mjs';

/** What the two processes do, about as long each. */
const PARTS = [
  'equal/resnet18:32:bf16,equal/resnet18:32:fp16,equal/resnet50:32:bf16,refused',
  'equal/swin_tiny_patch4_window7_224:32:bf16,equal/resnet18:32:fp32,equal/resnet50:32:fp32,equal/resnet18:4:fp32',
];

/** Training recorded as a CUDA graph takes the same course as without, on the device as in the order of random numbers. */
export const graphs = {
  name: 'graphs',
  limit: 110,
  body: (check) => Promise.all(PARTS.map((parts, i) => judge(check, `graphs-${i}`, parts))),
};

async function judge(check, name, parts) {
  const { proof, note } = check;
  const script = `${proof.root}/bench/gpu/graph-check.mjs`;
  const device = proof.device === 'cuda' ? 'cuda:0' : proof.device;
  const done = await proof.program(check, name, [
    ...[proof.node, script, '--device', device, '--only', parts],
    ...(proof.device === 'cpu' ? ['--small'] : []),
  ]);
  for (const { part, way, equal, ended, errors, ...rest } of jsonLines(done.output)) {
    if (equal !== undefined) note(`${part} ${way}`, equal, rest);
    else if (ended !== undefined && ended !== 0) note(part, false, errors);
  }
  if (done.code !== 0) note(name, false, complaint(done));
}
