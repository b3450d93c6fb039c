import { SPLITS } from '@radweave/artifacts';
import type { TopLevelSpec } from 'vega-lite';
import { type Embedding, embed, METHODS, type Method } from './embed.ts';
import type { Axis, FigureSet, Panel } from './figure.ts';
import { SPLIT_TITLES } from './judged.ts';
import type { MappedPatient, PatientFeatures } from './patients.ts';
import { COLOURS, cycle, SHAPES } from './style.ts';

const METHOD_TITLES: Readonly<Record<Method, string>> = { pca: 'PCA', tsne: 't-SNE', umap: 'UMAP' };

/** Names of the figures that {@link mapFigures} makes of a feature set. */
export function mapNames(features: string): string[] {
  return METHODS.map((method) => `${method}_${features}`);
}

/** Maps of a feature set by each method, by label and by hospital. */
export async function mapFigures(features: PatientFeatures, seed: number): Promise<FigureSet> {
  const set: FigureSet = { figures: [], skipped: [] };
  for (const method of METHODS) {
    const name = `${method}_${features.name}`;
    const embedding = await embed(features, method, seed);
    if (embedding.points === null) {
      set.skipped.push({ name, reason: embedding.reason });
      continue;
    }
    const what = features.name === 'fused' ? 'fused features' : `features of modality ${features.name}`;
    const title = `${METHOD_TITLES[method]} of the ${what}`;
    set.figures.push({ name, spec: mapSpec(title, features.patients, embedding) });
  }
  return set;
}

/** The network has seen the training patients, so they must be told apart: hollow. */
const FILLS = {
  train: { fill: 0, look: 'Hollow' },
  val: { fill: 0.3, look: 'pale' },
  test: { fill: 0.85, look: 'full' },
} as const;

/** Two panels: the same points by label and by hospital. */
function mapSpec(
  title: string,
  patients: readonly MappedPatient[],
  { points, axes, note }: Extract<Embedding, { axes: unknown }>,
): TopLevelSpec {
  const values = patients.map(({ patient, hospital, label, split }, row) => ({
    patient,
    hospital,
    label: String(label),
    set: SPLIT_TITLES[split],
    x: points.data[2 * row] ?? 0,
    y: points.data[2 * row + 1] ?? 0,
  }));
  const sets = SPLITS.map((split) => ({ title: SPLIT_TITLES[split], ...FILLS[split] })).filter(({ title }) =>
    values.some(({ set }) => set === title),
  );
  const panel = (field: 'label' | 'hospital', text: string, first: number): Panel => {
    const names = [...new Set(values.map((value) => value[field]))].sort();
    const scale = { domain: names, range: cycle(COLOURS, first + names.length).slice(first) };
    const shapes = { domain: names, range: cycle(SHAPES, first + names.length).slice(first) };
    return {
      title: { text: `By ${field}`, fontSize: 13, anchor: 'middle', offset: 6 },
      width: 330,
      height: 330,
      mark: { type: 'point', size: 70, strokeWidth: 1.6, opacity: 1 },
      encoding: {
        x: plane('x', axes[0]),
        y: plane('y', axes[1]),
        stroke: { field, type: 'nominal', title: text, scale },
        fill: { field, type: 'nominal', title: text, scale },
        shape: { field, type: 'nominal', title: text, scale: shapes },
        fillOpacity: {
          field: 'set',
          type: 'ordinal',
          scale: {
            type: 'ordinal',
            domain: sets.map(({ title }) => title),
            range: sets.map(({ fill }) => fill),
          },
          legend: null,
        },
      },
    };
  };
  return {
    title: { text: title, subtitle: [note, sets.map(({ look, title }) => `${look}: ${title}`).join(', ')] },
    data: { values },
    hconcat: [panel('label', 'Label', 0), panel('hospital', 'Hospital', 2)],
    resolve: { scale: { stroke: 'independent', fill: 'independent', shape: 'independent' } },
  };
}

function plane(field: 'x' | 'y', title: string): Axis {
  return {
    field,
    type: 'quantitative',
    title,
    scale: { zero: false, nice: true, padding: 12 },
    axis: { labels: false, ticks: false, grid: false },
  };
}
