import { arch, cpus, release, totalmem, type } from 'node:os';
import type { CheckpointFacts, Evaluation, FusionModelFile } from '@radweave/artifacts';
import type { Gallery } from '@radweave/report';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';

/** A training run, and what its checkpoint says; null where another program wrote that. */
export interface Training {
  modality: string;
  run: string;
  about: Pick<
    CheckpointFacts,
    'architecture' | 'precision' | 'precision_reason' | 'config' | 'versions'
  > | null;
}

/** What left records with versions. */
export interface Recorded {
  /** Nothing where the researchers divided the patients. */
  preprocess: Readonly<Record<string, string>>;
  /** Of each training that fed the results, by its modality and run. */
  trainings: readonly Training[];
  fusion: FusionModelFile | null;
  evaluation: Evaluation;
  galleries: readonly Gallery[];
}

/** The versions each stage noted, those, precision and device of the trainings, the precision of the features, and the machine that wrote the report. */
export function environmentOf({
  preprocess,
  trainings,
  fusion,
  evaluation,
  galleries,
}: Recorded): [string, string][] {
  const processor = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`;
  return [
    ...(Object.keys(preprocess).length === 0
      ? []
      : ([['preprocess', versionsText(preprocess)]] satisfies [string, string][])),
    ...trainings.flatMap(({ modality, run, about }): [string, string][] => [
      [`train ${modality} (${run})`, about === null ? 'not recorded' : trainingText(about)],
      ...precisionRow(`precision of train ${modality} (${run})`, about),
    ]),
    ...(fusion?.modalities ?? []).map(({ modality, model, precision }): [string, string] => [
      `extract ${modality}`,
      [model, precision].filter((part) => part !== null).join(', '),
    ]),
    ...(fusion === null ? [] : ([['fuse', versionsText(fusion.versions)]] satisfies [string, string][])),
    ['evaluate', versionsText(evaluation.versions)],
    ...galleries.map(({ explanations }): [string, string] => [
      `explain ${explanations.modality}`,
      versionsText(explanations.versions),
    ]),
    ['report', `radweave ${RADWEAVE_VERSION}, node ${process.version}`],
    [
      'machine',
      `${type()} ${release()}, ${arch()}, ${processor[0]?.model ?? '?'} × ${processor.length}, ${memory}`,
    ],
  ];
}

/** Why a training was computed in its precision; nothing where its checkpoint does not say. */
function precisionRow(name: string, about: Training['about']): [string, string][] {
  if (about?.precision_reason === undefined) return [];
  return [[name, `${about.precision}: ${about.precision_reason}`]];
}

/** The device stands among the versions; earlier checkpoints that have only the one asked for. */
function trainingText({ architecture, precision, config, versions }: NonNullable<Training['about']>): string {
  const device = 'device' in versions ? [] : [`device ${config.training.device} (as asked)`];
  return [architecture.name, precision, ...device, versionsText(versions)].join(', ');
}

function versionsText(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name.replaceAll('_', ' ')} ${version}`)
    .join(', ');
}
