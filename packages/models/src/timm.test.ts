import { peersPython, peerTest } from '@radweave/testkit';
import { manualSeed, nn, noGrad, randn, setNumThreads, tensor, tidy } from '@radweave/torch';
import { expect, test } from 'vitest';
import { createModel } from './registry/create.ts';
import { listModels, modelInfo } from './registry/registry.ts';
import { expectConformance } from './testing/conform.ts';
import {
  conditionedPassesOf,
  isSmallest,
  record,
  referencePython,
  relativeDifference,
} from './testing/reference.ts';
import { readTimmRecord } from './testing/timm-record.ts';

setNumThreads(2);

const reference = referencePython(peersPython());

for (const name of listModels()) {
  const recorded = readTimmRecord(name);

  test(`${name} has a record in testdata/timm (scripts/timm-keys.py writes it)`, () => {
    expect(recorded).toBeDefined();
  });
  if (recorded === undefined) continue;

  test(`${name}: names and shapes of the state dict are timm's`, () => {
    const model = nn.init.leftOut(() => createModel(name));
    const state = Array.from(model.stateDict(), ([key, value]) => `${key} [${value.shape}]`).sort();
    expect(state).toEqual(recorded.state);
    expect(model.numFeatures).toBe(recorded.numFeatures);
    for (const value of model.stateDict().values()) value.dispose();
  });

  test(`${name}: facts on the weights are timm's`, () => {
    const info = modelInfo(name);
    expect(info.pretrained?.tag).toBe(recorded.defaultTag);
    for (const weights of info.weights) {
      const { input } = weights;
      expect({ tag: weights.tag, ...recorded.weights.get(weights.tag) }).toEqual({
        tag: weights.tag,
        hf_hub_id: weights.repo,
        license: weights.license,
        num_classes: weights.numClasses,
        input_size: [3, input.size, input.size],
        mean: input.mean,
        std: input.std,
        interpolation: input.interpolation,
        crop_pct: input.cropPct,
        first_conv: info.firstConv,
        classifier: info.classifier,
      });
    }
  });

  test.each([...recorded.answers])(
    `${name}: initial weights and answer at %i pixels are timm's`,
    (size, logits) => {
      tidy(() => {
        manualSeed(0);
        const model = createModel(name, { numClasses: 8, imageSize: size }).eval();
        manualSeed(1);
        const ours = noGrad(() => model.call(randn([1, 3, size, size])));
        expect(relativeDifference(ours, tensor([logits]))).toBeLessThanOrEqual(1e-4);
        for (const value of model.stateDict().values()) value.dispose();
      });
    },
  );

  peerTest(`${name} equals timm, pass by pass`, ['timm'], async () => {
    const info = modelInfo(name);
    // Transformers are told the size of their images; that of the larger ones may be small, as their code is the smallest one's.
    const isSized = !recorded.answers.has(96);
    const small = info.family === 'vit' ? 112 : 96;
    const side = isSmallest(name) ? 224 : small;
    const job = {
      library: 'timm' as const,
      reference: name,
      firstConv: info.firstConv,
      head: info.classifier,
      imageSize: isSized ? side : 64,
      sized: isSized,
      classes: 5,
      cases: conditionedPassesOf(name),
    };
    expectConformance(name, job, await record(reference, job), 'timm');
  });
}
