import { join } from 'node:path';
import { decisionOf } from '@radweave/analysis/evaluation/network-decision';
import {
  type CohortPatient,
  type Config,
  type Evaluation,
  type Explanations,
  explanationsFile,
  explanationsFolder,
  type FusionModelFile,
  inShell,
  readExplanations,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type Remark, remark, several } from '@radweave/remarks';
import type { Gallery, Optional } from '@radweave/report';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { aggregationName } from '@radweave/study/decisions/aggregation-name';
import { findRuns } from '@radweave/study/runs/run-folder';
import { openEmbedder } from './pictures.ts';
import type { StudyCohort } from './study-cohort.ts';
import type { UsedFiles } from './used-files.ts';

/**
 * What `explain` left of each modality. What explains another network, other slices, or patients who are now in another set, or
 * decides otherwise who is right, is left out, and that is said.
 *
 * @param isOther Whether it is of other slices than the present ones.
 * @param checkpoints Of the networks behind the results.
 */
export async function readGalleries(
  config: Config,
  { cohort, isOther, fused }: Pick<StudyCohort, 'cohort' | 'isOther'> & { fused: FusionModelFile | null },
  evaluation: Evaluation,
  checkpoints: ReadonlySet<string>,
  files: UsedFiles,
  context: StageContext,
): Promise<Optional<Gallery[]>> {
  const embed = await openEmbedder();
  const galleries: Gallery[] = [];
  const reasons: Remark[] = [];
  const absent: string[] = [];
  const modalities = [...new Set(evaluation.models.flatMap((model) => model.modalities))];
  for (const modality of modalities) {
    const folder = explanationsFolder(config.experiment.output_dir, modality);
    const record = explanationsFile(folder);
    if (!existsSync(record)) {
      absent.push(modality);
      continue;
    }
    const explanations = readExplanations(folder);
    const then = { [modality]: { [explanations.split]: explanations.slices_identity } };
    const reason = !checkpoints.has(explanations.checkpoint_sha256)
      ? remark('other-network', { file: record })
      : isOther({ slices_identity: then }) || !areThere(explanations, cohort)
        ? remark('other-split', { file: record })
        : isDecidedAlike(explanations, evaluation)
          ? null
          : remark('other-decision', { file: record });
    if (reason !== null) {
      reasons.push(reason);
      warn(context, `Not in the report: ${reason.text}.`);
      continue;
    }
    files.add(record);
    const images: Record<string, string> = {};
    for (const { file } of explanations.patients) {
      const path = join(folder, file);
      if (!existsSync(path)) continue;
      files.add(path);
      images[file] = await embed(path);
    }
    galleries.push({ explanations, images });
  }
  const commandsFor = (names: readonly string[]): string[] =>
    names.flatMap((modality) => explainCommand(config, modality, fused) ?? []);
  if (galleries.length > 0) {
    for (const modality of absent) {
      const [command] = commandsFor([modality]);
      const how = command === undefined ? '' : `; run ${command}`;
      say(context, `Not in the report: explanations of ${modality}${how}.`);
    }
    return { value: galleries };
  }
  const command = commandsFor(modalities).join('; ');
  if (command === '') reasons.push(remark('no-network', { modalities: [...modalities] }));
  return { missing: { command: command === '' ? null : command, reason: several(reasons) } };
}

/** Null where nobody has trained a network that could be explained, such as for features of another program. */
function explainCommand(
  { experiment }: Config,
  modality: string,
  fused: FusionModelFile | null,
): string | null {
  const command = `radweave explain --modality ${inShell(modality)}`;
  if (findRuns(experiment.output_dir, 'best', { modality }).length > 0) return command;
  const { checkpoint = '' } = fused?.modalities.find((one) => one.modality === modality) ?? {};
  return existsSync(checkpoint) ? `${command} --checkpoint ${inShell(checkpoint)}` : null;
}

/** Whether it calls those patients right whom the evaluation calls so. */
function isDecidedAlike({ modality, label_names, decision }: Explanations, evaluation: Evaluation): boolean {
  const { aggregation, threshold } = decisionOf(evaluation, modality, label_names.length);
  return decision.threshold === threshold && decision.aggregation === aggregationName(aggregation);
}

/** Whether the explained patients are in the set that is explained, with these labels. Others of that set may have joined it. */
function areThere({ patients, split }: Explanations, cohort: readonly CohortPatient[]): boolean {
  const present = new Map(cohort.map((one) => [one.patient, one]));
  return patients.every(({ patient, label }) => {
    const now = present.get(patient);
    return now?.split === split && now.label === label;
  });
}
