// Whether the precision changes results: AUCs of the same training over several seeds in each, and how alike the features of
// one network are. `npm run bench:precision`, a matter of minutes; its result goes into docs/history/performance.md by hand. Without
// bfloat16 instructions bf16 is left out: emulated it takes hours.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  defaultConfig,
  PRECISIONS,
  readFeatureTable,
  readMetrics,
  readNpy,
  resolveFeaturePath,
} from '../packages/artifacts/dist/index.js';
import { hasNativeBf16 } from '../packages/native/dist/index.js';
import { runStage, silentContext } from '../packages/pipeline/dist/index.js';
import { SHARED } from './peers.mjs';

const { values } = parseArgs({
  options: {
    root: { type: 'string', default: join(SHARED, 'data', 'lgg-lesion') },
    home: { type: 'string', default: 'DU' },
    modality: { type: 'string', default: 'A' },
    model: { type: 'string', default: 'resnet18' },
    epochs: { type: 'string', default: '6' },
    seeds: { type: 'string', default: '3' },
  },
});
const { modality } = values;
const precisions = PRECISIONS.filter((name) => name !== 'bf16' || hasNativeBf16());
const folder = mkdtempSync(join(tmpdir(), 'radweave-bench-precision-'));

function configOf(seed, precision) {
  const config = defaultConfig();
  Object.assign(config.data, {
    root_dir: values.root,
    home_hospital: values.home,
    modalities: [modality],
    splits_dir: join(folder, 'splits'),
    features_dir: join(folder, 'features', precision),
  });
  Object.assign(config.model, { name: values.model, pretrained: false });
  Object.assign(config.training, {
    epochs: Number(values.epochs),
    batch_size: 32,
    early_stop_enabled: false,
    precision,
  });
  Object.assign(config.experiment, { seed, output_dir: join(folder, 'outputs') });
  return config;
}

/** Patient-level AUC of the best epoch on validation and on all external patients. */
async function trained(seed, precision) {
  const config = configOf(seed, precision);
  const run = `${precision}-${seed}`;
  const options = { config, given: [], modality, resume: false, run, bestHparamsDir: folder };
  const result = await runStage('train', options, silentContext());
  const auc = (path) =>
    readMetrics(path).find(({ hospital, level }) => hospital === 'all' && level === 'patient')?.auc ?? null;
  return {
    bestModel: result.bestModel,
    validation: auc(result.valMetrics),
    external: auc(result.testMetrics),
  };
}

/** Features of the external patients' slices, row by row. */
async function features(checkpoint, precision) {
  const config = configOf(1, precision);
  const options = { config, given: [], modality, model: undefined, checkpoint, align: false };
  const { tables } = await runStage('extract', options, silentContext());
  return readFeatureTable(tables.test).flatMap(({ feature_path }) => {
    const { shape, data } = readNpy(resolveFeaturePath(tables.test, feature_path));
    const dims = shape[1];
    return Array.from({ length: shape[0] }, (_, i) => Array.from(data.subarray(i * dims, (i + 1) * dims)));
  });
}

/** Each row minus the mean row. */
function centred(rows) {
  const mean = rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
  return rows.map((row) => row.map((value, k) => value - mean[k]));
}

/** Least and median cosine of paired rows. */
function cosines(a, b) {
  const dot = (u, v) => u.reduce((sum, value, k) => sum + value * v[k], 0);
  const all = a
    .map((row, i) => dot(row, b[i]) / Math.sqrt(dot(row, row) * dot(b[i], b[i])))
    .sort((x, y) => x - y);
  return { least: all[0], median: all[all.length >> 1] };
}

try {
  await runStage('preprocess', { config: configOf(42, 'fp32') }, silentContext());
  let checkpoint;
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    for (const precision of precisions) {
      const { bestModel, ...aucs } = await trained(seed, precision);
      checkpoint ??= bestModel;
      console.log(JSON.stringify({ seed, precision, ...aucs }));
    }
  }
  const exact = await features(checkpoint, 'fp32');
  for (const precision of precisions.filter((name) => name !== 'fp32')) {
    const rounded = await features(checkpoint, precision);
    const alike = { cosine: cosines(exact, rounded), meanCentred: cosines(centred(exact), centred(rounded)) };
    console.log(JSON.stringify({ precision, slices: exact.length, ...alike }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
