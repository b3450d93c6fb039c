// The whole job from a script: node examples/whole-job.mjs RAW_FOLDER OUTPUT_FOLDER [HOME_HOSPITAL [IMAGE_SIZE]]
import { join } from 'node:path';
import { configure, readStudy, run } from 'radweave';

const [raw, outputs, home = 'JM', size = '224'] = process.argv.slice(2);
if (outputs === undefined) throw new Error('Usage: see the first line of this file');

// What is not named here is at its default: radweave config lists every key.
const config = configure({
  data: {
    root_dir: raw,
    home_hospital: home,
    splits_dir: join(outputs, 'splits'),
    features_dir: join(outputs, 'features'),
    image_size: Number(size),
  },
  model: { name: 'resnet18', pretrained: false },
  training: { epochs: 2, batch_size: 16 },
  experiment: { output_dir: join(outputs, 'results') },
});

// Ctrl-C stops where the same call continues later.
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());

const { steps, report } = await run(config, {
  bestHparamsDir: join(outputs, 'best_hparams'),
  signal: stopping.signal,
  onEvent: (event) => {
    if (event.kind === 'epoch') console.log(`epoch ${event.report.epoch} of ${event.epochs}`);
    if (event.kind === 'log' && event.level === 'warning') console.log(`Warning: ${event.text}`);
  },
});
console.log(steps.map(({ step, outcome }) => `${step}: ${outcome}`).join('\n'));

const { patients, fusion } = readStudy(config);
console.log(`${patients.length} patients; report: ${report}`);
for (const { model, split, hospital, n, auc, auc_lower, auc_upper } of fusion.metrics) {
  if (split === 'test') console.log(model, hospital, `n ${n}`, `AUC ${auc} (${auc_lower} to ${auc_upper})`);
}
