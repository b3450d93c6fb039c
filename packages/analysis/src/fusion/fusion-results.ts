import {
  DataError,
  type FusionMetricsRow,
  type FusionModelFile,
  fusionFiles,
  hashPredictions,
  inShell,
  type PredictionRow,
  predictionsPath,
  readFusionMetrics,
  readFusionModel,
  readPredictions,
  type Split,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';

/** What `fuse` left in a folder. The model is read at once, as it says that the fusion is finished; tables when asked for. */
export class FusionResults {
  readonly folder: string;
  readonly modelFile: string;
  readonly metricsFile: string;
  readonly model: FusionModelFile;

  private constructor(folder: string) {
    const { model, metrics } = fusionFiles(folder);
    this.folder = folder;
    this.modelFile = model;
    this.metricsFile = metrics;
    this.model = readFusionModel(model);
  }

  /** Null where no finished fusion is. @throws DataError when the model file is damaged. */
  static read(folder: string): FusionResults | null {
    return existsSync(fusionFiles(folder).model) ? new FusionResults(folder) : null;
  }

  /** As {@link read}, of these modalities. @throws DataError `E_FUSION_MODALITIES` for the fusion of others. */
  static readOf(folder: string, modalities: readonly string[]): FusionResults | null {
    const fusion = FusionResults.read(folder);
    if (fusion === null) return null;
    const own = fusion.model.modalities.map(({ modality }) => modality);
    if (own.toSorted().join('\n') === modalities.toSorted().join('\n')) return fusion;
    throw new DataError(
      'E_FUSION_MODALITIES',
      `the fusion is of ${own.join(', ')}, but the modalities are ${modalities.join(', ')}`,
      {
        where: fusion.modelFile,
        hint: `Fuse these: radweave fuse --modalities ${inShell(modalities)}; or name the folder of their fusion with --fusion_dir`,
      },
    );
  }

  /** @throws DataError when the table is damaged. */
  metrics(): FusionMetricsRow[] {
    return readFusionMetrics(this.metricsFile);
  }

  predictionsFile(split: Split): string {
    return predictionsPath(this.folder, split);
  }

  /** @throws DataError when the table is damaged, or not the one that the model was written with. */
  predictions(split: Split): PredictionRow[] {
    const path = this.predictionsFile(split);
    const rows = readPredictions(path);
    const recorded = this.model.predictions_sha256?.[split];
    if (recorded === undefined || hashPredictions(rows) === recorded) return rows;
    throw new DataError('E_PREDICTIONS', 'the predictions are not those that the fusion wrote', {
      where: path,
      hint: 'Run radweave fuse again',
    });
  }
}
