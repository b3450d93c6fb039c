import { createModel, type ImageModel } from '@radweave/models';
import { manualSeed, type nn, type Tensor } from '@radweave/torch';

/** How many parts get random weights, from the top: the head and the last two stages. */
const PARTS = 3;

/** A network part by part: which entries of the state dict belong to each, from the classifier down. */
export interface NetworkPart {
  /** `head` (all behind the last stage), or a stage's name. */
  name: string;
  keys: readonly string[];
}

export interface ModelShape {
  name: string;
  imageSize: number;
}

/** The top parts of a network: the head, then the last stages. */
export function topParts(model: ImageModel): NetworkPart[] {
  const stages = model.stages().map(({ name, members }) => ({ name, keys: keysOf(model, members) }));
  const ofStages = new Set(stages.flatMap(({ keys }) => keys));
  const head = [...model.stateDict().keys()].filter((key) => !ofStages.has(key));
  // The stem stays: a network that is random from the first layer on shows nothing more.
  return [{ name: 'head', keys: head }, ...stages.slice(1).reverse()].slice(0, PARTS);
}

/**
 * Cascading randomisation (Adebayo et al. 2018): the trained network with the random weights of its own initialisation in
 * the head, then also in the last stage, then also in the one before. Each network is valid until the next is asked for.
 */
export function* randomisedNetworks(
  trained: ImageModel,
  { name, imageSize }: ModelShape,
  seed: number,
): Generator<{ randomised: string[]; model: ImageModel }> {
  manualSeed(seed);
  const { inChans, numClasses } = trained;
  const model = createModel(name, { numClasses, inChans, imageSize }).eval();
  const weights = trained.stateDict();
  const device = weights.values().next().value?.device ?? 'cpu';
  model.to({ device });
  const random = new Map(Array.from(model.stateDict(), ([key, value]) => [key, value.clone()]));
  const parts = topParts(trained);
  for (const [i] of parts.entries()) {
    const above = parts.slice(0, i + 1);
    const mixed = new Map<string, Tensor>(weights);
    for (const key of above.flatMap(({ keys }) => keys)) {
      const value = random.get(key);
      if (value !== undefined) mixed.set(key, value);
    }
    model.loadStateDict(mixed);
    yield { randomised: above.map((part) => part.name), model };
  }
}

function keysOf(model: ImageModel, members: readonly (nn.AnyModule | nn.Parameter)[]): string[] {
  const own = new Set(members);
  const prefixes = Array.from(model.namedModules())
    .filter(([, module]) => own.has(module))
    .map(([path]) => `${path}.`);
  const parameters = Array.from(model.namedParameters())
    .filter(([, parameter]) => own.has(parameter))
    .map(([path]) => path);
  return [...model.stateDict().keys()].filter(
    (key) => parameters.includes(key) || prefixes.some((prefix) => key.startsWith(prefix)),
  );
}
