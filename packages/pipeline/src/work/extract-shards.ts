import { join } from 'node:path';
import { refuseForeignFeatures } from '@radweave/analysis/features/foreign';
import { replaceFeatures } from '@radweave/analysis/features/replace';
import {
  appendRows,
  DataError,
  type FeatureSet,
  readFeatureSet,
  readRows,
  type Split,
  writeFeatureSet,
} from '@radweave/artifacts';
import { featureRows, sliceOrder } from '@radweave/network/features/extractor';
import { writeSplitFeatures } from '@radweave/network/features/split-features';
import { readSliceTable } from '@radweave/network/slices/load';
import { counted } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { inNaturalOrder } from '@radweave/study/cohort/slice-order';
import type { StageContext } from '@radweave/study/context/events';
import {
  type ExtractOptions,
  type ExtractResult,
  finishExtraction,
  ofEachSplit,
  withNetwork,
} from './extract.ts';
import { type Shard, saidByAll, shareOf } from './shard.ts';

const setIn = (part: string, split: Split): string => join(part, `${split}.json`);
const rowsIn = (part: string, split: Split): string => join(part, `${split}.f32`);

/**
 * Extracts a share of the slices: whole batches, as one process makes them, so that features are the same to the last bit.
 *
 * @throws as `extract`.
 */
export async function extractPart(
  options: ExtractOptions,
  shard: Shard,
  into: string,
  context: StageContext,
): Promise<void> {
  const { modality } = options;
  await withNetwork(options, context, (network, decoding, config) =>
    ofEachSplit({ config, modality, network, decoding, context }, async (split, loaded, set) => {
      const { batchSize } = loaded.extraction;
      const order = sliceOrder(inNaturalOrder(loaded.table));
      const [from, to] = shareOf(Math.ceil(order.length / batchSize), shard);
      const own = order.subarray(from * batchSize, to * batchSize);
      const path = rowsIn(into, split);
      appendRows(path, new Float32Array(0));
      for await (const rows of featureRows(network, loaded.pixels, own, loaded.extraction))
        appendRows(path, rows);
      // Other batches have other sums, as other versions do.
      const versions = { ...set.versions, batch: String(batchSize) };
      writeFeatureSet(setIn(into, split), { ...set, versions });
    }),
  );
}

/** Makes the features of a modality of all its parts. @throws DataError where they were not computed alike. */
export async function mergeExtracted(
  options: ExtractOptions,
  parts: readonly string[],
  context: StageContext,
): Promise<ExtractResult> {
  const { modality, config } = options;
  const { features_dir: featuresDir } = config.data;
  refuseForeignFeatures(featuresDir, modality);
  const { slice_index: sliceIndex } = config.extraction;
  const sets = forEachSplit((split) => setOf(parts, split));
  const features = await replaceFeatures(featuresDir, modality, async (temporary) => {
    const one = async (split: Split) => {
      const [table, set] = [readSliceTable(config.data, split, modality), sets[split]];
      const target = { split, modality, featuresDir, temporary: temporary[split], sliceIndex };
      const rows = await writeSplitFeatures(rowsOf(parts, split, set.dims), set.dims, table, target);
      if (rows.length === set.patients) return { rows, set };
      throw new DataError(
        'E_SHARDS',
        `the parts together have ${rows.length} of ${counted(set.patients, 'patient')} in the ${split} set`,
        {
          hint: 'Remove the parts, and run all of them again',
        },
      );
    };
    return { train: await one('train'), val: await one('val'), test: await one('test') };
  });
  return await finishExtraction(options, features, sets.train.checkpoint, context);
}

async function* rowsOf(parts: readonly string[], split: Split, dims: number): AsyncGenerator<Float32Array> {
  for (const part of parts) yield* readRows(rowsIn(part, split), dims);
}

/** What all parts say of the features of a split. */
function setOf(parts: readonly string[], split: Split): FeatureSet {
  const set = saidByAll(parts.map((part) => [part, readFeatureSet(setIn(part, split))]));
  const { batch: _, ...versions } = set.versions;
  return { ...set, versions };
}
