import { join } from 'node:path';
import { filesBelow, needShared, referenceTest } from '@radweave/testkit';
import { F, optim, setNumThreads, tidy } from '@radweave/torch';
import { expect, vi } from 'vitest';
import { createModel } from './registry/create.ts';
import { modelInfo } from './registry/registry.ts';
import { type Recording, recorded, runScript, under } from './testing/reference.ts';
import { applyWeights } from './weights/apply.ts';

/** Beyond them, rounding has grown in a ResNet: Python itself differs with the number of its threads. */
const STEPS = 10;
/** As many as ten steps of four need; fewer are seen again. */
const SLICES_PER_GRADE = 20;

setNumThreads(2);
// They take a minute on two free cores, and many where others use them too.
vi.setConfig({ testTimeout: 1_800_000 });

const RESNET = { reference: 'resnet18', firstConv: 'conv1', batch: 4 };
const SWIN = { reference: 'swin_t', firstConv: 'features.0.0', batch: 2 };

for (const [name, job, bound] of [
  ['ResNet18', RESNET, 1e-3],
  ['Swin-T', SWIN, 1e-4],
] as const) {
  referenceTest(
    `${name} learns from real slices as in Python`,
    ['torch', 'torchvision', 'PIL'],
    async (context) => {
      const recording = await train(needShared(context, 'data/lgg-lesion/CS'), job);
      const theirs = recorded(recording, 'losses').toFloat32Array();
      for (const [step, loss] of ourLosses(job.reference, recording, job.batch).entries()) {
        const difference = Math.abs(loss - (theirs[step] ?? Number.NaN));
        expect(difference, `step ${step + 1}`).toBeLessThanOrEqual(bound);
      }
    },
  );
}

function train(root: string, job: object): Promise<Recording> {
  const [none = [], lesion = []] = ['grade0', 'grade1'].map((grade) =>
    slices(join(root, grade)).slice(0, SLICES_PER_GRADE),
  );
  const mixed = none.flatMap((path, i) => [
    [path, 0],
    [lesion[i] ?? '', 1],
  ]);
  return runScript('training.py', { ...job, slices: mixed, steps: STEPS });
}

/** Paths of the FLAIR slices, in natural order of their names. */
function slices(folder: string): string[] {
  return filesBelow(folder).filter((path) => /_a_slice_\d+\.png$/.test(path));
}

function ourLosses(name: string, recording: Recording, batch: number): number[] {
  const model = createModel(name, { numClasses: 2, inChans: 1, dropPathRate: 0 });
  applyWeights(model, modelInfo(name), under(recording, 'state'));
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-4, weightDecay: 1e-4 });
  const [x, y] = [recorded(recording, 'x'), recorded(recording, 'y')];
  return Array.from({ length: STEPS }, (_, step) =>
    tidy(() => {
      const start = (step * batch) % x.size(0);
      optimizer.zeroGrad();
      const logits = model.call(x.narrow(0, start, batch));
      const loss = F.crossEntropy(logits, y.narrow(0, start, batch));
      loss.backward();
      optimizer.step();
      return loss.item();
    }),
  );
}
