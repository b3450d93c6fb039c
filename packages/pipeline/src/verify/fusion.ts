import { join, relative } from 'node:path';
import {
  type Config,
  type FusionModelFile,
  featureSetPath,
  featureTablePath,
  foundCheckpoint,
  fusionFiles,
  fusionFolder,
  hashFile,
  identityOf,
  levelOf,
  logitsPath,
  logitsRecordPath,
  readCohort,
  readFeatureSet,
  readFeatureTable,
  readUncheckedFusionModel,
  resolveFeaturePath,
  SPLITS,
  splitFiles,
  UNKNOWN_NETWORK,
  UsageError,
  writeFeatureTable,
  writeFileAtomic,
} from '@radweave/artifacts';
import { existsSync, readFileSync } from '@radweave/artifacts/files';
import type { StageContext } from '@radweave/study/context/events';
import { programVersions } from '@radweave/study/context/versions';
import { checkedFrozen } from '@radweave/study/decisions/frozen-record';
import { type FuseOptions, fuse } from '../work/fuse.ts';
import { attempt } from './attempt.ts';
import { compareFiles } from './compare-files.ts';
import type { Findings } from './findings.ts';
import { compareSettings, type RepeatedStep } from './recorded.ts';

/**
 * Fuses again from the saved features, with the settings of the saved model.
 *
 * @param written The files that a fusion leaves.
 */
export async function verifyFusion(
  findings: Findings,
  { config, steps, step }: RepeatedStep,
  temporary: string,
  written: (options: FuseOptions) => readonly string[],
  context: StageContext,
): Promise<void> {
  const folder = fusionFolder(config);
  const modelFile = fusionFiles(folder).model;
  if (!existsSync(modelFile)) {
    const isRecorded = steps.some(({ name }) => name === step);
    (isRecorded ? findings.missing : findings.unverified).push(`fusion: there is no ${modelFile}`);
    return;
  }
  await attempt(
    findings,
    'fusion',
    async () => {
      const model = readUncheckedFusionModel(modelFile);
      const modalities = model.modalities.map(({ modality }) => modality);
      const told = Object.entries(optionsOf(model));
      compareSettings(
        findings,
        { steps, step },
        'fusion/model.json',
        told.map(([name, value]) => [`options.${name}`, `fusion.${name}`, value]),
      );
      for (const modality of modalities) verifyOrigin(findings, config, modality);
      const own = structuredClone(config);
      own.data.features_dir = join(temporary, 'features');
      own.data.missing = model.missing ?? 'drop';
      own.fusion = {
        ...config.fusion,
        ...optionsOf(model),
        output_dir: join(temporary, 'fusion'),
        use_aligned: false,
      };
      const confidence_level = levelOf(model.options);
      Object.assign(own.evaluation, thresholdSettings(model), { confidence_level });
      for (const modality of modalities)
        copyTables(config.data.features_dir, own.data.features_dir, modality);
      if (model.stacked !== undefined) {
        for (const { modality } of model.stacked.inputs) {
          copyLogits(config.data.features_dir, own.data.features_dir, modality);
        }
      }
      const wish = { config: own, modalities, stack: model.stacked !== undefined };
      await fuse(wish, context);
      for (const now of written(wish)) {
        const name = relative(fusionFolder(own), now);
        compareFiles(findings, { file: `fusion/${name}`, saved: join(folder, name), now });
      }
      const changed = Object.entries(programVersions()).filter(([name, now]) => model.versions[name] !== now);
      for (const [name, now] of changed) {
        findings.remarks.push(
          `fused with ${name} ${model.versions[name] ?? 'unknown'}, verified with ${now}`,
        );
      }
    },
    [join(temporary, 'features'), config.data.features_dir],
  );
}

function optionsOf({
  options,
}: FusionModelFile): Pick<Config['fusion'], 'C' | 'max_iter' | 'random_state' | 'standardize'> {
  const { C, max_iter, random_state, standardize } = options;
  return { C, max_iter, random_state, standardize };
}

/** The settings of the rule that the thresholds were chosen by. */
function thresholdSettings({ classifiers }: FusionModelFile): Partial<Config['evaluation']> {
  const [first] = classifiers;
  if (first === undefined || first.threshold === null) return {};
  const { rule, target } = checkedFrozen(first.threshold, 'threshold').value;
  if (rule !== 'fixed_sensitivity') return { threshold_rule: rule };
  return { threshold_rule: 'sensitivity', ...(target === null ? {} : { target_sensitivity: target }) };
}

/** The checkpoint the features came from, and the split it was trained on. */
function verifyOrigin(findings: Findings, config: Config, modality: string): void {
  const { features_dir, splits_dir } = config.data;
  const path = featureSetPath(features_dir, 'train', modality);
  if (!existsSync(path)) return;
  const { checkpoint, checkpoint_sha256, split_hash, fitted_on_hash } = readFeatureSet(path);
  const file = `features/train/features_${modality}.json`;
  const { cohort } = splitFiles(splits_dir);
  if (split_hash !== null && existsSync(cohort)) {
    const own = readCohort(cohort).patients.filter(({ slices }) => (slices[modality] ?? 0) > 0);
    // Other external patients leave the network what it was; earlier versions recorded the whole split only.
    const column = fitted_on_hash === undefined ? 'split_hash' : 'fitted_on_hash';
    const [then, now] = [fitted_on_hash ?? split_hash, identityOf(own)[column]];
    if (now !== then) findings.differ(file, '', column, then, `${now} of cohort.csv`);
    findings.compared.push(`${file}: its ${column} with the patients of ${modality} in cohort.csv`);
  }
  if (checkpoint === 'pretrained') return;
  if (checkpoint === UNKNOWN_NETWORK) {
    findings.unverified.push(`features of ${modality}: made by another program, by an unknown network`);
    return;
  }
  const weights = foundCheckpoint(config.experiment.output_dir, checkpoint);
  if (!existsSync(weights)) {
    findings.missing.push(`${checkpoint}: the checkpoint of ${modality} is no longer there`);
    return;
  }
  const now = hashFile(weights);
  if (now !== checkpoint_sha256) findings.differ(file, '', 'checkpoint_sha256', checkpoint_sha256, now);
  findings.compared.push(`${checkpoint}: as recorded in ${file}`);
}

/** The tables, pointing to the arrays where they are: fusing writes beside its tables, which must not be the run's. */
function copyTables(from: string, to: string, modality: string): void {
  for (const split of SPLITS) {
    const table = featureTablePath(from, split, modality);
    const set = featureSetPath(from, split, modality);
    requireFile(table, modality);
    requireFile(set, modality);
    const rows = readFeatureTable(table).map((row) => ({
      ...row,
      feature_path: resolveFeaturePath(table, row.feature_path),
    }));
    writeFeatureTable(featureTablePath(to, split, modality), rows);
    writeFileAtomic(featureSetPath(to, split, modality), readFileSync(set));
  }
}

function copyLogits(from: string, to: string, modality: string): void {
  const files = [
    [logitsRecordPath(from, modality), logitsRecordPath(to, modality)] as const,
    ...SPLITS.map((split) => [logitsPath(from, split, modality), logitsPath(to, split, modality)] as const),
  ];
  for (const [source, target] of files) {
    requireFile(source, modality);
    writeFileAtomic(target, readFileSync(source));
  }
}

function requireFile(path: string, modality: string): void {
  if (existsSync(path)) return;
  throw new UsageError('E_NO_FEATURES', `the features of ${modality} are not there`, {
    where: path,
    hint: 'Name their folder with --feature_dir',
  });
}
