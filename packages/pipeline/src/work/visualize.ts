import { join } from 'node:path';
import { type CohortFacts, readCohortFacts } from '@radweave/analysis/evaluation/cohort-facts';
import { fusedBefore } from '@radweave/analysis/evaluation/notes';
import { confusionFigures } from '@radweave/analysis/figures/confusion';
import { trainingCurves } from '@radweave/analysis/figures/curves';
import { type Figure, type FigureSet, joinSets, type SkippedFigure } from '@radweave/analysis/figures/figure';
import { mapFigures, mapNames } from '@radweave/analysis/figures/maps';
import { type PatientFeatures, readPatientFeatures } from '@radweave/analysis/figures/patients';
import { placePatients } from '@radweave/analysis/figures/placed';
import { rocFigures } from '@radweave/analysis/figures/roc';
import { EVALUATED_SPLITS, readShownFusion } from '@radweave/analysis/figures/shown-fusion';
import { FusionResults } from '@radweave/analysis/fusion/fusion-results';
import { missingLetters, openPngPainter, SCALE } from '@radweave/analysis/paint/png';
import {
  type Config,
  DataError,
  evaluatedFusion,
  evaluationFiles,
  evaluationFolder,
  fusionFolder,
  inShell,
  isSamePlace,
  outputFolders,
  readEvaluation,
  refuseOthers,
  relativePath,
  replaceFilesTogether,
  splitPath,
  UsageError,
  wasInterrupted,
  writeFileAtomic,
} from '@radweave/artifacts';
import { existsSync, readFileSync } from '@radweave/artifacts/files';
import { isMarkedPng } from '@radweave/imaging';
import { type StageContext, stopIfAsked, warn } from '@radweave/study/context/events';
import { warnOfDamagedRuns } from '@radweave/study/runs/run-folder';

export interface VisualizeOptions {
  config: Config;
  modalities: string[];
  /** The run of a modality's network, where it is not to be the newest on the present split. */
  runs?: Readonly<Record<string, string>>;
}

export interface VisualizeResult {
  outputDir: string;
  files: string[];
  skipped: SkippedFigure[];
  /** Whether PNGs could be made on this machine. */
  png: boolean;
}

/**
 * Draws training curves, ROC curves, confusion matrices, and maps of the patients' features, as SVG and PNG, from what `train`,
 * `extract` and `fuse` left behind on the present split. What cannot be drawn is said; its figure of an earlier time is
 * removed, for it would show something else than its neighbours. Of modalities that the split lacks nothing is: they are misspelt.
 *
 * @throws UsageError when nothing at all can be drawn; DataError when the split is torn; InterruptedError when told to stop.
 */
export async function visualize(options: VisualizeOptions, context: StageContext): Promise<VisualizeResult> {
  const { config, modalities, runs = {} } = options;
  const outputDir = outputFolders(config.experiment.output_dir).visualizations;
  const facts = readCohortFacts(config.data, modalities);
  if (modalities.some((one) => runs[one] === undefined)) {
    warnOfDamagedRuns(config.experiment.output_dir, context);
  }
  const { figures, skipped } = joinSets([
    ...modalities.map((modality) => trainingCurves(config, modality, runs[modality])),
    fusionSet(config, modalities, facts, context),
    await mapSet(config, modalities, facts, context),
  ]);
  saySkipped(skipped, context);
  const names = [...figures, ...skipped].map(({ name }) => name);
  refuseOtherPictures(outputDir, names);
  const obsolete = names.flatMap((name) => [`${name}.svg`, `${name}.png`]);
  if (figures.length === 0) {
    const isOfStudy = modalities.some((one) => existsSync(splitPath(config.data.splits_dir, 'train', one)));
    if (isOfStudy && existsSync(outputDir))
      await replaceFilesTogether(outputDir, () => undefined, { obsolete });
    throw new UsageError('E_NOTHING_TO_DRAW', 'there is nothing to draw', {
      where: config.experiment.output_dir,
      hint: `Run first: \`radweave train --modality ${inShell(modalities.slice(0, 1))}\`, \`radweave extract --modality ${inShell(modalities.slice(0, 1))}\` or \`radweave fuse\``,
    });
  }
  const { drawn, png } = await drawAll(figures, context);
  const fill = (staging: string): void => {
    for (const [name, content] of drawn) writeFileAtomic(join(staging, name), content);
  };
  await replaceFilesTogether(outputDir, fill, { obsolete });
  const files = [...drawn.keys()].map((name) => join(outputDir, name));
  return { outputDir, files, skipped, png };
}

/** In each drawing; those of earlier versions have none, nor have their PNGs. */
const MARK = '<!-- Radweave -->';

/** Vega marks its drawings. A PNG has a mark; one of an earlier version stands beside its drawing, and is as large. */
function refuseOtherPictures(folder: string, names: readonly string[]): void {
  const isDrawn = (path: string): boolean => readFileSync(path, 'utf8').includes('class="marks"');
  const isLeft = wasInterrupted(folder);
  const flag = '--set experiment.output_dir=FOLDER';
  for (const name of names) {
    const svg = join(folder, `${name}.svg`);
    const isPainted = (path: string): boolean => {
      const png = readFileSync(path);
      return (
        isLeft || isMarkedPng(png) || (existsSync(svg) && isPaintedEarlier(png, readFileSync(svg, 'utf8')))
      );
    };
    refuseOthers(folder, flag, 'a figure of Radweave', {
      [`${name}.svg`]: isDrawn,
      [`${name}.png`]: isPainted,
    });
  }
}

function isPaintedEarlier(png: Buffer, svg: string): boolean {
  const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  if (svg.includes(MARK) || png.length < 24) return false;
  return png.readUInt32BE(16) === SCALE * Number(width) && png.readUInt32BE(20) === SCALE * Number(height);
}

/** A fusion that is whole, but of something else. */
const OTHER_STUDY = ['E_EVALUATE_SPLIT', 'E_FUSION_MODALITIES'];

function saySkipped(skipped: readonly SkippedFigure[], context: StageContext): void {
  for (const reason of new Set(skipped.map((one) => one.reason))) {
    const names = skipped.filter((one) => one.reason === reason).map(({ name }) => name);
    warn(context, `Not drawn: ${names.join(', ')}: ${reason}.`);
  }
}

function fusionSet(
  config: Config,
  modalities: readonly string[],
  facts: CohortFacts,
  context: StageContext,
): FigureSet {
  const folder = fusionFolder(config);
  const without = (reason: string): FigureSet => {
    const names = EVALUATED_SPLITS.flatMap((split) => [`roc_${split}`, `confusion_${split}`]);
    return { figures: [], skipped: [...names, 'roc_test_hospitals'].map((name) => ({ name, reason })) };
  };
  try {
    const results = readShownFusion(folder, modalities, facts);
    if (results === undefined) return without(`there are no fusion results in ${folder}; run radweave fuse`);
    const { model } = FusionResults.read(folder) ?? { model: null };
    for (const { text } of fusedBefore(model, config.data.features_dir)) warn(context, `${text}.`);
    warnOfOtherFusion(config, folder, context);
    return joinSets([rocFigures(results), confusionFigures(results)]);
  } catch (error) {
    const isOther = error instanceof DataError && OTHER_STUDY.includes(error.code);
    if (!isOther) throw error;
    return without(error.message);
  }
}

/** Where the evaluation and the report are of another fusion than the figures. */
function warnOfOtherFusion(config: Config, folder: string, context: StageContext): void {
  const { record } = evaluationFiles(evaluationFolder(config));
  const evaluated = existsSync(record) ? evaluatedFusion(config, readEvaluation(record)) : undefined;
  if (evaluated === undefined || isSamePlace(evaluated, folder)) return;
  warn(
    context,
    `ROC curves and confusion matrices are of the fusion in ${folder}, but the evaluation and the report of the one in ${relativePath('.', evaluated)}. To draw that one, name its folder with --fusion_dir.`,
  );
}

async function mapSet(
  config: Config,
  modalities: readonly string[],
  { labelNames }: CohortFacts,
  context: StageContext,
): Promise<FigureSet> {
  const wanted = modalities.length > 1 ? [...modalities, 'fused'] : modalities;
  const without = (names: readonly string[], reason: string): FigureSet => {
    return { figures: [], skipped: names.flatMap(mapNames).map((name) => ({ name, reason })) };
  };
  let sets: PatientFeatures[];
  try {
    sets = readPatientFeatures(config.data, modalities);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return without(wanted, error.message);
  }
  const isMissing = (name: string): boolean => !sets.some((set) => set.name === name);
  const drawn = wanted.filter(isMissing).map((name) => {
    const lacking = name === 'fused' ? modalities.filter(isMissing) : [name];
    const commands = lacking.map((one) => `radweave extract --modality ${inShell(one)}`).join('; ');
    return without(
      [name],
      `there are no features of ${lacking.join(', ')} in ${config.data.features_dir}; run ${commands}`,
    );
  });
  for (const [done, features] of sets.entries()) {
    stopIfAsked(context, 'drawing');
    context.emit({ kind: 'progress', task: 'placing patients', done, total: sets.length });
    const { seed, output_dir } = config.experiment;
    drawn.push(mapFigures(features, await placePatients(features, seed, output_dir), labelNames));
  }
  return joinSets(drawn);
}

/** The files of all figures by name, and whether there are PNGs among them. */
async function drawAll(
  figures: readonly Figure[],
  context: StageContext,
): Promise<{ drawn: Map<string, string | Uint8Array>; png: boolean }> {
  const opened = await openPngPainter();
  const painter = 'paint' in opened ? opened : null;
  if ('reason' in opened) warn(context, `Figures are drawn as SVG only: ${opened.reason}.`);
  const { drawSvg } = await import('@radweave/report/draw');
  const drawn = new Map<string, string | Uint8Array>();
  const unreadable: string[] = [];
  for (const [done, figure] of figures.entries()) {
    stopIfAsked(context, 'drawing');
    context.emit({ kind: 'progress', task: 'drawing', done, total: figures.length });
    const svg = `${await drawSvg(figure.spec)}${MARK}`;
    drawn.set(`${figure.name}.svg`, svg);
    if (painter === null) continue;
    drawn.set(`${figure.name}.png`, await painter.paint(svg));
    if (!painter.canDraw(svg)) unreadable.push(figure.name);
  }
  context.emit({ kind: 'progress', task: 'drawing', done: figures.length, total: figures.length });
  if (unreadable.length > 0) warn(context, missingLetters('the PNGs', 'The SVG files have', 'visualize'));
  return { drawn, png: painter !== null };
}
