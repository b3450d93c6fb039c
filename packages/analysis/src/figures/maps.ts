import { labelName } from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import {
  drawnPoints,
  MAP_FILLS,
  mapFields,
  mapPanel,
  type Panel,
  type Spec,
  splitsOf,
} from '@radweave/report/charts';
import { type Embedding, type Embeddings, METHODS, type Method } from './embed.ts';
import type { FigureSet } from './figure.ts';
import type { MappedPatient, PatientFeatures } from './patients.ts';
import { SPLIT_TITLES } from './shown-fusion.ts';
import { CHART_WORDS } from './words.ts';

const METHOD_TITLES: Readonly<Record<Method, string>> = { pca: 'PCA', tsne: 't-SNE', umap: 'UMAP' };

/** What the labels are called, where they have names. */
type LabelNames = readonly (string | undefined)[];

/** Names of the figures that {@link mapFigures} makes of a feature set. */
export function mapNames(features: string): string[] {
  return METHODS.map((method) => `${method}_${features}`);
}

/** Maps of a feature set by each method, by label and, of several, by hospital. */
export function mapFigures(features: PatientFeatures, embeddings: Embeddings, names: LabelNames): FigureSet {
  const set: FigureSet = { figures: [], skipped: [] };
  for (const method of METHODS) {
    const name = `${method}_${features.name}`;
    const embedding = embeddings[method];
    if (embedding.points === null) {
      set.skipped.push({ name, reason: embedding.reason.text });
      continue;
    }
    const what = features.name === 'fused' ? 'fused features' : `features of modality ${features.name}`;
    const title = `${METHOD_TITLES[method]} of the ${what}`;
    set.figures.push({ name, spec: mapSpec(title, features.patients, embedding, names) });
  }
  return set;
}

/** A panel by label and, of several, one with the same points by hospital. */
function mapSpec(
  title: string,
  patients: readonly MappedPatient[],
  { points, axes, note }: Extract<Embedding, { axes: unknown }>,
  names: LabelNames,
): Spec {
  const placed = drawnPoints(
    patients.map((patient, row) => ({
      ...patient,
      label: labelName(names, patient.label),
      x: points.data[2 * row] ?? 0,
      y: points.data[2 * row + 1] ?? 0,
    })),
  );
  const sample =
    placed.length < patients.length
      ? [`${placed.length} of ${counted(patients.length, 'patient')}, chosen at random`]
      : [];
  const looks = splitsOf(placed).map((split, i) => {
    const { look } = MAP_FILLS[split];
    return `${i === 0 ? look[0]?.toUpperCase() + look.slice(1) : look}: ${SPLIT_TITLES[split]}`;
  });
  const panel = (field: 'label' | 'hospital'): Panel =>
    mapPanel(placed, axes, field, CHART_WORDS[field], `By ${field}`);
  return {
    title: { text: title, subtitle: [note, ...sample, looks.join(', ')] },
    hconcat: mapFields(placed).map(panel),
    resolve: { scale: { stroke: 'independent', fill: 'independent', shape: 'independent' } },
  };
}
