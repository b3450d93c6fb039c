import { join } from 'node:path';
import {
  findPrecisionRecord,
  folderName,
  type Precision,
  type PrecisionRecord,
  writeFileOnce,
} from '@radweave/artifacts';
import { existsSync, rmSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import type { PrecisionReason } from './precision.ts';
import type { WorkName } from './workload.ts';

/** `precision/{model}.json` for training, `{model}-frozen{stages}.json` with frozen stages, `{model}-extract.json`. */
function recordFile(outputDir: string, work: WorkName): string {
  const { purpose, model, frozenStages } = work;
  const frozen = frozenStages > 0 ? `-frozen${frozenStages}` : '';
  const name = `${folderName('model', model)}${purpose === 'extract' ? '-extract' : frozen}`;
  return join(outputDir, 'precision', `${name}.json`);
}

/** What `auto` means for a network in an output folder; null where it has not been settled, or no longer can be read. */
export function keptPrecision(outputDir: string, work: WorkName): Precision | null {
  return findPrecisionRecord(recordFile(outputDir, work))?.precision ?? null;
}

/**
 * What `auto` means for a network and purpose in an output folder: as settled before, else as decided now and kept. The decision rests on a
 * measurement, which differs from moment to moment; of several trainings that start together the first settles it for all.
 * A folder that is not there is nobody's study: nothing is kept.
 */
export function settledPrecision(
  outputDir: string,
  work: WorkName,
  device: string,
  decide: () => PrecisionReason,
): PrecisionReason {
  const before = keptPrecision(outputDir, work);
  if (before !== null) {
    const code = work.purpose === 'train' ? 'precision-settled-training' : 'precision-settled-extraction';
    return { precision: before, reason: remark(code, { model: work.model, folder: outputDir }) };
  }
  const decided = decide();
  if (!existsSync(outputDir)) return decided;
  const path = recordFile(outputDir, work);
  const record: PrecisionRecord = {
    format: 1,
    model: work.model,
    precision: decided.precision,
    reason: decided.reason.text,
    device,
    decided: new Date().toISOString(),
  };
  const isFirst = writeFileOnce(path, `${JSON.stringify(record, null, 2)}\n`);
  if (isFirst) return decided;
  // A record that can be read is another training's; a damaged one is nobody's.
  if (keptPrecision(outputDir, work) === null) rmSync(path, { force: true });
  return settledPrecision(outputDir, work, device, () => decided);
}
