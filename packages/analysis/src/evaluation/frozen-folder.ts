import { join } from 'node:path';
import {
  DataError,
  type EvaluatedModel,
  type FrozenRecord,
  readFrozen,
  requireNamed,
  writeFrozen,
} from '@radweave/artifacts';
import { existsSync, mkdirSync, readdirSync } from '@radweave/artifacts/files';
import type { FrozenKind } from '@radweave/stats';
import { checkedFrozen } from '@radweave/study/decisions/frozen-record';

type Decision = keyof EvaluatedModel['frozen'];

const KINDS: Readonly<Record<Decision, readonly FrozenKind[]>> = {
  aggregation: ['aggregation'],
  threshold: ['threshold'],
  calibrator: ['platt', 'isotonic', 'temperature'],
};

/** `network A`, threshold → `network_A.threshold.json`. */
function fileOf(folder: string, model: string, decision: Decision): string {
  return join(folder, `${model.replaceAll(' ', '_')}.${decision}.json`);
}

/** Files of decisions that a folder holds, whichever models they are of. */
export function frozenFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => /\.(?:aggregation|threshold|calibrator)\.json$/.test(name));
}

/** Writes each decision of each model as a file of its own. */
export function writeFrozenFolder(
  folder: string,
  models: readonly Pick<EvaluatedModel, 'name' | 'frozen'>[],
): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, frozen } of models) {
    for (const decision of ['aggregation', 'threshold', 'calibrator'] as const) {
      const record = frozen[decision];
      if (record !== null) writeFrozen(fileOf(folder, name, decision), record);
    }
  }
}

/**
 * The decisions of a model that a folder holds, each checked against its hash; null where it holds none.
 *
 * @throws UsageError without the folder; DataError when a file was changed after it was fitted.
 */
export function readFrozenFolder(folder: string, model: string): EvaluatedModel['frozen'] {
  requireNamed('folder', folder, '--frozen', {
    hint: 'Name the folder evaluation/frozen of an earlier evaluation',
  });
  const read = (decision: Decision): FrozenRecord | null => {
    const path = fileOf(folder, model, decision);
    if (!existsSync(path)) return null;
    const record = readFrozen(path);
    const kind = KINDS[decision].find((one) => one === record.kind);
    if (kind === undefined) {
      throw new DataError('E_FROZEN', `this is a frozen ${record.kind}, not a ${decision}`, { where: path });
    }
    checkedFrozen(record, kind, `Take ${path} as it was written, or leave out --frozen to fit again`);
    return record;
  };
  return {
    aggregation: read('aggregation'),
    threshold: read('threshold'),
    calibrator: read('calibrator'),
  };
}
