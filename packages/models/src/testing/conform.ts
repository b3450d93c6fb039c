import { nn, type Tensor, tidy } from '@radweave/torch';
import { expect } from 'vitest';
import { toTimmNames } from '../entry/key-map.ts';
import type { ImageModel } from '../image-model.ts';
import { createModel } from '../registry/create.ts';
import { modelInfo } from '../registry/registry.ts';
import { applyWeights } from '../weights/apply.ts';
import {
  type PassCase,
  type Recording,
  type ReferenceJob,
  recorded,
  relativeDifference,
  under,
} from './reference.ts';

const TOLERANCE = 1e-4;

/** Repeats every recorded pass with our model and compares features, logits and gradients. */
export function expectConformance(
  name: string,
  job: ReferenceJob,
  recording: Recording,
  layout: string,
): void {
  tidy(() => {
    const info = modelInfo(name);
    const state = under(recording, 'state');
    const modelFor = modelsOf(name, job);
    expectSameState(name, modelFor({ batch: 1, channels: 3, train: false }), state);
    for (const [number, pass] of job.cases.entries()) {
      const model = modelFor(pass);
      const own = new Map(state);
      const first = recording.get(`firstConv/${pass.channels}`);
      if (first !== undefined) own.set(`${job.firstConv}.weight`, first);
      const report = applyWeights(model, info, own);
      expect(report).toEqual({ layout, adaptedFrom: null, head: true, headReason: '' });
      tidy(() => expectSamePass(name, model, pass, under(recording, `case${number}`)));
      model.zeroGrad();
    }
  });
}

/** Makes models without dropping; one serves all passes that differ in nothing that it is made with, as each begins with loading. */
function modelsOf(name: string, job: ReferenceJob): (pass: PassCase) => ImageModel {
  const made = new Map<string, ImageModel>();
  return (pass) => {
    // Evaluation needs none of torchvision's settings: loading converts the weights.
    const batchNorm = trainsWithTheirs(job, pass) ? modelInfo(name).torchvision?.batchNorm : undefined;
    const options = { inChans: pass.channels, ...(batchNorm && { batchNorm }) };
    const key = JSON.stringify(options);
    const { imageSize, classes: numClasses } = job;
    const make = (): ImageModel =>
      createModel(name, { numClasses, imageSize, dropRate: 0, dropPathRate: 0, ...options });
    const model = made.get(key) ?? nn.init.leftOut(make);
    made.set(key, model);
    return model;
  };
}

function trainsWithTheirs({ library }: ReferenceJob, { train }: PassCase): boolean {
  return library === 'torchvision' && train;
}

/** Names and shapes, as sets, after the names have been translated and obsolete buffers left out. */
function expectSameState(name: string, model: ImageModel, state: ReadonlyMap<string, Tensor>): void {
  const { keyMaps = [], obsolete } = modelInfo(name);
  const list = (entries: Iterable<[string, Tensor]>): string[] =>
    Array.from(entries, ([key, value]) => `${key} [${value.shape}]`).sort();
  const theirs = [...toTimmNames(state, keyMaps)].filter(([key]) => !obsolete?.test(key));
  expect(list(model.stateDict())).toEqual(list(theirs));
}

function expectSamePass(name: string, model: ImageModel, pass: PassCase, results: Recording): void {
  const info = modelInfo(name);
  model.train(pass.train);
  const features = model.forwardFeatures(recorded(results, 'x'));
  const logits = model.forwardHead(features);
  logits.mul(recorded(results, 'direction')).sum().backward();
  const gradients = new Map<string, Tensor>();
  for (const [path, parameter] of model.namedParameters()) {
    const { grad } = parameter;
    if (grad !== null) gradients.set(path, grad);
  }
  const compare = (what: string, ours: Tensor | undefined): void => {
    const label = `${name}, ${JSON.stringify(pass)}: ${what}`;
    if (ours === undefined) throw new Error(`${label} is missing`);
    expect(relativeDifference(ours, recorded(results, what)), label).toBeLessThanOrEqual(TOLERANCE);
  };
  compare('features', features);
  compare('logits', logits);
  compare('first', gradients.get(`${info.firstConv}.weight`));
  compare('head', gradients.get(`${info.classifier}.weight`));
}
