import { join } from 'node:path';
import {
  type AuditCase,
  type Config,
  evaluationFiles,
  evaluationFolder,
  type FrozenRecord,
  fusionFiles,
  fusionFolder,
  hashValue,
  readFrozen,
} from '@radweave/artifacts';
import { existsSync, readdirSync } from '@radweave/artifacts/files';
import { and, type Remark, remark } from '@radweave/remarks';
import { FrozenDecisionError, type FrozenKind, parseFrozen } from '@radweave/stats';
import { FusionResults } from '../fusion/fusion-results.ts';
import { attempt, auditCase, type CheckReport, finding } from './check.ts';
import type { AuditSubject } from './subject.ts';

interface Kept {
  of: 'fusion' | 'evaluation';
  name: string;
  file: string;
  record: FrozenRecord;
}

const KINDS: readonly FrozenKind[] = [
  'threshold',
  'scaler',
  'platt',
  'isotonic',
  'temperature',
  'aggregation',
  'combat_reference',
];

/** Frozen decisions that were fitted on external or test rows, or changed after they were fitted. */
export function checkFrozen(subject: AuditSubject): CheckReport {
  const { config, placements } = subject;
  const { kept, gaps } = keptDecisions(subject);
  const home = new Set(
    placements.flatMap(({ split, hospital }) => (split === 'test' ? [] : [hospital.normalize('NFC')])),
  );
  const changed: AuditCase[] = [];
  const external: AuditCase[] = [];
  for (const { name, file, record } of kept) {
    const why = faultOf(record);
    if (why !== null) changed.push(auditCase([], `${name} (${file}): ${why}`));
    const { splits, hospitals } = record.fitted_on;
    const foreign = hospitals.filter((one) => one !== '' && !home.has(one.normalize('NFC')));
    if (!splits.includes('test') && foreign.length === 0) continue;
    external.push(
      auditCase(
        [],
        `${name} (${file}): fitted on ${and(splits)} of ${hospitals.join(', ')}; home is ${[...home].join(', ')}`,
      ),
    );
  }
  return {
    looked: kept.length === 0 ? null : lookedAt(kept),
    found: [
      ...finding(
        remark('LEAK_FROZEN_EXTERNAL'),
        external,
        config.experiment.output_dir,
        'Fit it again on home patients: radweave fuse, radweave evaluate',
      ),
      ...finding(
        remark('LEAK_FROZEN_CHANGED'),
        changed,
        config.experiment.output_dir,
        'Restore the file as it was written, or fit again: radweave fuse, radweave evaluate',
      ),
    ],
    gaps,
  };
}

/** A report lists those of the evaluation: whoever compares the counts must see what the others are. */
function lookedAt(kept: readonly Kept[]): Remark {
  const fused = kept.filter(({ of }) => of === 'fusion');
  const scalers = fused.filter(({ record }) => record.kind === 'scaler').length;
  return remark('audit-frozen', {
    n: kept.length,
    evaluated: kept.length - fused.length,
    scalers,
    thresholds: fused.length - scalers,
  });
}

function faultOf(record: FrozenRecord): string | null {
  const kind = KINDS.find((one) => one === record.kind);
  if (kind === undefined) return `${record.kind} is not a kind of decision`;
  try {
    parseFrozen(record, kind);
    return null;
  } catch (error) {
    if (error instanceof FrozenDecisionError) return error.message;
    throw error;
  }
}

/** SHA-256 of all decisions that a study keeps now: an audit of others says nothing of them. */
export function decisionsHash(config: Config): string {
  return hashValue(keptDecisions({ config }).kept.map(({ record }) => record));
}

function keptDecisions({ config }: Pick<AuditSubject, 'config'>): { kept: Kept[]; gaps: Remark[] } {
  const kept: Kept[] = [];
  const gaps: Remark[] = [];
  const fusionDir = fusionFolder(config);
  const fusion = attempt(gaps, () => FusionResults.read(fusionDir));
  if (fusion === null) gaps.push(remark('audit-no-fusion', { file: fusionFiles(fusionDir).model }));
  else if (fusion !== undefined) {
    const { modelFile: file, model } = fusion;
    const stacked = model.stacked === undefined ? [] : [model.stacked.classifier];
    for (const { name, scaler, threshold } of [...model.classifiers, ...stacked]) {
      if (scaler !== null) kept.push({ of: 'fusion', name: `scaler of ${name}`, file, record: scaler });
      if (threshold !== null)
        kept.push({ of: 'fusion', name: `threshold of ${name}`, file, record: threshold });
    }
  }
  const folder = evaluationFiles(evaluationFolder(config)).frozen;
  if (!existsSync(folder)) gaps.push(remark('audit-no-evaluation', { folder: evaluationFolder(config) }));
  else {
    for (const name of readdirSync(folder).sort()) {
      if (!name.endsWith('.json')) continue;
      const file = join(folder, name);
      const record = attempt(gaps, () => readFrozen(file));
      if (record !== undefined)
        kept.push({ of: 'evaluation', name: name.slice(0, -'.json'.length), file, record });
    }
  }
  return { kept, gaps };
}
