import { drawnPoints, mapFields, mapPanel, splitsOf } from '../charts/map.ts';
import type { ReportContext } from '../context.ts';
import type { FeatureMap } from '../data.ts';
import type { Html } from '../html/html.ts';
import { figure, grid } from '../parts/figure.ts';
import { optional } from './optional.ts';

const METHODS = { tsne: 't-SNE', umap: 'UMAP' } as const;

/** Maps of the patients' features, by label and, of several, by hospital. */
export async function mapsSection(context: ReportContext): Promise<Html> {
  return optional(context, context.data.maps, async (maps) => {
    const drawn: Html[] = [];
    for (const map of maps) {
      for (const by of mapFields(map.points)) drawn.push(await mapFigure(context, map, by));
    }
    return grid(drawn);
  });
}

function mapFigure(context: ReportContext, map: FeatureMap, by: 'label' | 'hospital'): Promise<Html> {
  const { words } = context;
  const { features, method, parameter, components, points } = map;
  const drawn = drawnPoints(points);
  const name = METHODS[method];
  const whose = features === 'fused' ? words.maps.fused : words.maps.ofModality(features);
  const looks = splitsOf(points).map((split) => words.maps.looks[split]);
  return figure(context, {
    name: `${method}-${features}-${by}`,
    title: words.maps.title(name, whose, by),
    how: words.sentences([
      words.maps.how(name, parameter, points.length, components),
      ...(drawn.length < points.length ? [words.maps.sampled(drawn.length, points.length)] : []),
      words.items(looks) + words.stop.trim(),
    ]),
    alt: words.maps.alt(drawn.length, by),
    picture: mapPanel(drawn, [`${name} 1`, `${name} 2`], by, words.chart[by]),
  });
}
