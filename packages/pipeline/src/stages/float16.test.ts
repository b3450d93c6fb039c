// Whole stages in float16, on a CPU as the newest libtorch computes it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureSetPath, readFeatureSet, readHistory } from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, stoppingAfter, writeCohortFolders } from '@radweave/study/testing/cohort';
import { peerTest, tempDir, useNewestLibtorch } from '@radweave/testkit';
import { loadCheckpoint, type Tensor } from '@radweave/torch';
import { expect } from 'vitest';
import { extract } from './extract.ts';
import { preprocess } from './preprocess.ts';
import { train } from './train.ts';

async function lastOf(run: RunFolder): Promise<Map<unknown, unknown>> {
  const raw = await loadCheckpoint(run.last);
  if (!(raw instanceof Map)) throw new Error('no dict');
  return raw;
}

function bytesOf(checkpoint: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
  const weights = checkpoint.get('model_state_dict') as Map<string, Tensor>;
  return new Map(Array.from(weights, ([name, tensor]) => [name, String(tensor.toTypedArray())]));
}

peerTest(
  'a training in float16 that was stopped continues exactly, and features follow in float16',
  ['torch'],
  async () => {
    useNewestLibtorch();
    const folder = tempDir();
    const config = cohortConfig(folder);
    writeCohortFolders(join(folder, 'raw'));
    await preprocess({ config }, listening());
    Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
    Object.assign(config.training, { batch_size: 6, epochs: 2, precision: 'fp16', device: 'cpu' });
    const options = (name: string, resume = false) => {
      const own = structuredClone(config);
      own.experiment.name = name;
      return { config: own, given: [], modality: 'A', resume, run: '', bestHparamsDir: join(folder, 'best') };
    };
    const [whole, parts] = ['whole', 'parts'].map(
      (name) => new RunFolder(config.experiment.output_dir, name),
    ) as [RunFolder, RunFolder];
    await train(options('whole'), listening());
    await expect(train(options('parts'), stoppingAfter(1))).rejects.toMatchObject({ exitCode: 4 });
    const stopped = await lastOf(parts);
    await train(options('parts', true), listening());
    const { scaler_state_dict: scaler, precision } = Object.fromEntries(await lastOf(whole)) as Record<
      string,
      unknown
    >;
    expect(precision).toBe('fp16');
    expect(Object.fromEntries(scaler as Map<string, number>)).toMatchObject({
      growth_factor: 2,
      backoff_factor: 0.5,
      growth_interval: 2000,
    });
    expect(stopped.get('scaler_state_dict')).not.toEqual(scaler);
    const resumed = await lastOf(parts);
    expect(resumed.get('scaler_state_dict')).toEqual(scaler);
    expect(bytesOf(resumed)).toEqual(bytesOf(await lastOf(whole)));
    expect(readHistory(parts.history)).toEqual(readHistory(whole.history));
    expect(readFileSync(whole.log, 'utf8')).toContain(
      'precision fp16: as requested, but float16 is meant for GPUs',
    );

    config.data.modalities = ['A'];
    const { data } = config;
    await extract({ config, modality: 'A', checkpoint: whole.best, align: false }, listening());
    expect(readFeatureSet(featureSetPath(data.features_dir, 'val', 'A')).precision).toBe('fp16');
  },
);
