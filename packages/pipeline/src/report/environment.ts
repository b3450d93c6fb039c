import { arch, cpus, release, totalmem, type } from 'node:os';
import type { CheckpointFacts, Evaluation, FusionModelFile } from '@radweave/artifacts';
import { asWritten, type Remark, remark } from '@radweave/remarks';
import type { Gallery, ReportData } from '@radweave/report';
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
}: Recorded): ReportData['environment'] {
  const processor = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`;
  return [
    ...(Object.keys(preprocess).length === 0 ? [] : [row('preprocess', versionsOf(preprocess))]),
    ...trainings.flatMap(({ modality, run, about }) => [
      [
        remark('trained-run', { modality, run }),
        about === null ? remark('not-recorded') : trainingOf(about),
      ] satisfies Row,
      ...precisionRow(modality, run, about),
    ]),
    ...(fusion?.modalities ?? []).map(({ modality, model, precision }) =>
      row(
        'extract',
        [model, precision].flatMap((part) => (part === null ? [] : [asWritten(part)])),
        modality,
      ),
    ),
    ...(fusion === null ? [] : [row('fuse', versionsOf(fusion.versions))]),
    row('evaluate', versionsOf(evaluation.versions)),
    ...galleries.map(({ explanations }) =>
      row('explain', versionsOf(explanations.versions), explanations.modality),
    ),
    row('report', versionsOf({ radweave: RADWEAVE_VERSION, node: process.version })),
    [
      remark('machine'),
      asWritten(
        `${type()} ${release()}, ${arch()}, ${processor[0]?.model ?? '?'} × ${processor.length}, ${memory}`,
      ),
    ],
  ];
}

type Row = ReportData['environment'][number];

function row(step: string, parts: Remark[], modality = ''): Row {
  return [remark('recorded-step', { step, modality }), remark('versions', { parts })];
}

/** Why a training was computed in its precision; nothing where its checkpoint does not say. */
function precisionRow(modality: string, run: string, about: Training['about']): Row[] {
  if (about?.precision_reason === undefined) return [];
  const why = remark('of-name', { name: about.precision, reason: about.precision_reason });
  return [[remark('trained-precision', { modality, run }), why]];
}

/** The device stands among the versions; earlier checkpoints have only the one asked for. */
function trainingOf({ architecture, precision, config, versions }: NonNullable<Training['about']>): Remark {
  const device = 'device' in versions ? [] : [remark('device-as-asked', { device: config.training.device })];
  const parts = [asWritten(architecture.name), asWritten(precision), ...device, ...versionsOf(versions)];
  return remark('versions', { parts });
}

function versionsOf(versions: Readonly<Record<string, string>>): Remark[] {
  return Object.entries(versions).map(([name, version]) => remark('version', { name, version }));
}
