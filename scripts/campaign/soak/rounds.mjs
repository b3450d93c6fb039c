// The process of a soak: does the same work again and again through the library, and says after each round what it holds.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { configure, run, stages } from '../../../apps/cli/dist/index.js';
import { writeCohortFolders } from '../../../packages/study/dist/testing/cohort.js';
import { held, leftIn } from './held.mjs';

// Without a number of rounds, as many as there is time for.
const [{ folder, rounds, seconds, isWhole }] = process.argv.slice(2).map((text) => JSON.parse(text));
const SETTLED_MS = 500;
/** So long a busy machine may take to end what has been told to end. What is held does not become less by waiting. */
const LATE_MS = 10_000;
const raw = join(folder, 'raw');
const study = join(folder, 'study');
const bestHparamsDir = join(study, 'best_hparams');

/** Each round has another seed: with the same, and the same folder, there would be nothing to do. */
const settings = (seed) =>
  configure({
    data: {
      root_dir: raw,
      splits_dir: join(study, 'splits'),
      features_dir: join(study, 'features'),
      image_size: 32,
      home_hospital: 'JM',
      num_workers: 1,
    },
    model: { name: 'mobilenetv3_small_100', pretrained: false },
    training: { epochs: 1, batch_size: 8, precision: 'fp32' },
    evaluation: { bootstrap_replicates: 100 },
    experiment: { output_dir: join(study, 'outputs'), seed },
  });

/** What takes the engine, and a report: a few seconds. */
async function short(config) {
  const modality = 'A';
  await stages.preprocess({ config });
  await stages.train({ config, given: [], modality, resume: false, run: '', bestHparamsDir });
  await stages.extract({ config, modality, align: false });
  const models = { modalities: [modality], runs: {}, frozen: null, networksOnly: true };
  await stages.evaluate({ config, ...models, outputDir: null });
  await stages.explain({ config, modality, split: 'test', count: 1, slices: 1 });
  await stages.report({ config, language: 'en', pdf: false, output: null });
}

/** What is held once no more of anything is counted than before, or it is late. Memory moves by itself, and ports may be lost. */
async function settled(before) {
  const late = performance.now() + LATE_MS;
  for (;;) {
    // Threads that ended are told of a little later.
    await setTimeout(SETTLED_MS);
    const now = held();
    const counted = Object.keys(now).filter((name) => !/ MB$|^ports$/.test(name));
    if (counted.every((name) => now[name] <= (before[name] ?? 0)) || performance.now() > late) return now;
  }
}

const whole = (config) => run(config, { bestHparamsDir });

writeCohortFolders(raw, 3, 2);
mkdirSync(process.env.TMPDIR ?? '', { recursive: true });
const end = performance.now() + 1000 * seconds;
let left = 0;
let now;
for (let round = 1; round <= (rounds ?? Infinity) && performance.now() < end; round++) {
  await (isWhole ? whole : short)(settings(round));
  left += leftIn(study);
  rmSync(study, { recursive: true });
  now = await settled(now ?? held());
  console.log(JSON.stringify({ ...now, 'files left behind': left + leftIn(process.env.TMPDIR ?? '', /./) }));
}
// Handles that were left open would keep the process.
process.exit();
