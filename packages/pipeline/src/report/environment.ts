import { arch, cpus, release, totalmem, type } from 'node:os';
import type { Evaluation, FusionModelFile } from '@radweave/artifacts';
import type { Gallery } from '@radweave/report';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';

/** What left records with versions. */
export interface Recorded {
  /** Nothing where the researchers divided the patients. */
  preprocess: Readonly<Record<string, string>>;
  fusion: FusionModelFile | null;
  evaluation: Evaluation;
  galleries: readonly Gallery[];
}

/** The versions each stage noted, the precision of the features, and the machine that wrote the report. */
export function environmentOf({ preprocess, fusion, evaluation, galleries }: Recorded): [string, string][] {
  const processor = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`;
  return [
    ...(Object.keys(preprocess).length === 0
      ? []
      : ([['preprocess', versionsText(preprocess)]] satisfies [string, string][])),
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

function versionsText(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name.replaceAll('_', ' ')} ${version}`)
    .join(', ');
}
