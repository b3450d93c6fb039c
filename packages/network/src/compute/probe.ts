import type { Precision } from '@radweave/artifacts';
import type { ImageModel } from '@radweave/models';
import {
  dispatch,
  F,
  getRngState,
  inferenceMode,
  MEMORY_FORMAT,
  noGrad,
  randn,
  setRngState,
  type Tensor,
  tidy,
  zeros,
} from '@radweave/torch';
import { foldForInference, foldForTraining } from './fold.ts';
import { backwardInPrecision, inPrecision, underPrecision } from './under-precision.ts';
import type { Workload } from './workload.ts';

/** Steps of a workload on made-up slices, on the CPU. */
export interface Probe {
  /** One forward and backward pass of a training, or one forward pass of an extraction. */
  step(precision: Precision, slices: number): void;
}

/**
 * Lets `body` run steps of a workload in any of the candidates with random weights, which take as long as the real ones. What
 * training draws from the random generator afterwards stays the same.
 */
export function withProbe<T>(work: Workload, candidates: readonly Precision[], body: (probe: Probe) => T): T {
  const random = getRngState();
  const models: ImageModel[] = [];
  const owned = new Set<Tensor>();
  const build = (): ImageModel => {
    const model = tidy(() => work.build());
    model.to({ memoryFormat: CPU.memoryFormat });
    models.push(model);
    for (const tensor of ownedBy(model)) owned.add(tensor);
    return model;
  };
  try {
    return tidy(() => body(probeOf(work, candidates, build)));
  } finally {
    // Folding takes some away and brings others.
    for (const tensor of models.flatMap(ownedBy)) owned.add(tensor);
    for (const tensor of owned) tensor.dispose();
    setRngState(random);
    random.dispose();
  }
}

function ownedBy(model: ImageModel): Tensor[] {
  return [...model.namedParameters(), ...model.namedBuffers()].map(([, tensor]) => tensor);
}

function probeOf(work: Workload, candidates: readonly Precision[], build: () => ImageModel): Probe {
  const { input: make, run } =
    work.purpose === 'train' ? learning(work, build()) : extracting(work, candidates, build);
  const inputs = new Map<string, Tensor>();
  return {
    step: (precision, slices) => {
      const key = `${precision} ${slices}`;
      const input = inputs.get(key) ?? make(precision, slices);
      inputs.set(key, input);
      tidy(() => run(precision, input));
    },
  };
}

/** What is made once, and what is done in each step. */
interface Steps {
  input(precision: Precision, slices: number): Tensor;
  run(precision: Precision, input: Tensor): void;
}

/** Forward and backward pass; augmentation and optimizer, which take the same time in every precision, are left out. */
function learning(work: Workload, model: ImageModel): Steps {
  foldForTraining(model, CPU, work.imageSize);
  model.train();
  const forward = (input: Tensor): Tensor =>
    work.keepsFrozen ? model.forwardLearning(input) : model.call(input);
  return {
    input: (precision, slices) => {
      const images = madeUpSlices(work, slices);
      if (!work.keepsFrozen) return images;
      return noGrad(() => underPrecision({ device: 'cpu', precision }, () => model.forwardFrozen(images)));
    },
    run: (precision, input) => {
      const arithmetic = { device: 'cpu', precision };
      const logits = inPrecision(arithmetic, () => forward(input));
      const loss = F.crossEntropy(logits, zeros([input.size(0)], { dtype: 'int64' }));
      backwardInPrecision(arithmetic, () => loss.backward());
      model.zeroGrad();
    },
  };
}

/** With a network of its own for bfloat16: its weights are rounded once, as they are for extraction. */
function extracting(work: Workload, candidates: readonly Precision[], build: () => ImageModel): Steps {
  const folded = (precision: Precision): ImageModel => {
    const model = build().eval();
    foldForInference(model, { ...CPU, precision }, work.imageSize);
    return model;
  };
  const exact = folded('fp32');
  const rounded = candidates.includes('bf16') ? folded('bf16') : exact;
  return {
    input: (_, slices) => madeUpSlices(work, slices),
    run: (precision, input) => {
      const model = precision === 'bf16' ? rounded : exact;
      const features = (): Tensor => model.forwardHead(model.forwardFeatures(input), { preLogits: true });
      inferenceMode(() => inPrecision({ device: 'cpu', precision }, features));
    },
  };
}

const CPU = { device: 'cpu', memoryFormat: 'channelsLast' } as const;

function madeUpSlices({ imageSize }: Workload, slices: number): Tensor {
  return dispatch('clone', randn([slices, 1, imageSize, imageSize]), MEMORY_FORMAT.channelsLast);
}
