import type { SomeStage } from '../declare/stage.ts';
import { align } from './align.ts';
import { audit, auditData } from './audit.ts';
import { check } from './check.ts';
import { crossFit, trainFold } from './cross-fit.ts';
import { crossValidate } from './cross-validate.ts';
import { evaluate } from './evaluate.ts';
import { explain, explainShard } from './explain.ts';
import { extract, extractShard } from './extract.ts';
import { fuse } from './fuse.ts';
import { harmonize } from './harmonize.ts';
import { importShard, importStage } from './import.ts';
import { predict } from './predict.ts';
import { preprocess, preprocessShard } from './preprocess.ts';
import { profile } from './profile.ts';
import { report } from './report.ts';
import { share } from './share.ts';
import { train } from './train.ts';
import { tune, tuneTrial } from './tune.ts';
import { verifyOf } from './verify.ts';
import { visualize } from './visualize.ts';

/** Those that make and show results, in the order of the whole job. */
const MAKING = [
  importStage,
  importShard,
  check,
  preprocess,
  preprocessShard,
  auditData,
  tune,
  tuneTrial,
  train,
  crossValidate,
  extract,
  extractShard,
  trainFold,
  crossFit,
  align,
  fuse,
  evaluate,
  audit,
  share,
  harmonize,
  predict,
  explain,
  explainShard,
  visualize,
  report,
] as const;

export const verify = verifyOf(MAKING);

/** Every stage: commands, help, the README's table, `radweave run` and `radweave verify` follow this list. */
export const STAGES = [...MAKING, verify, profile] as const;

/** @throws RangeError where there is none. */
export function stageNamed(name: StageName): SomeStage {
  const all: readonly SomeStage[] = STAGES;
  const stage = all.find((one) => one.name === name);
  if (stage === undefined) throw new RangeError(`there is no stage ${name}`);
  return stage;
}

type AnyStage = (typeof STAGES)[number];
type ByName<Stage extends AnyStage = AnyStage> = { [One in Stage as One['name']]: One };
export type StageName = keyof ByName;
export type StageOptions<S extends StageName> = { [N in StageName]: Parameters<ByName[N]>[0] }[S];
export type StageResult<S extends StageName> = { [N in StageName]: Awaited<ReturnType<ByName[N]>> }[S];
