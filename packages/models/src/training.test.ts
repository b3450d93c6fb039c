import { join } from 'node:path';
import { filesBelow, needShared, referenceTest } from '@radweave/testkit';
import { F, optim, setNumThreads, tidy } from '@radweave/torch';
import { expect, vi } from 'vitest';
import { createModel } from './registry/create.ts';
import { modelInfo } from './registry/registry.ts';
import { type Recording, recorded, runScript, under } from './testing/reference.ts';
import { applyWeights } from './weights/apply.ts';

const STEPS = 15;
/** Fewer than 15 steps of four need: those are seen again. */
const SLICES_PER_GRADE = 20;

setNumThreads(2);
// They take a minute on two free cores, and many where others use them too.
vi.setConfig({ testTimeout: 1_800_000 });

compared('ResNet18 learns from real slices as in Python', async (root) => {
  const job = { reference: 'resnet18', firstConv: 'conv1', batch: 4, threads: [2, 1] };
  const recording = await train(root, job);
  const theirs = values(recording, 'losses/2');
  const single = values(recording, 'losses/1');
  const ours = ourLosses('resnet18', recording, 4);
  let spread = 0;
  for (const [step, loss] of ours.entries()) {
    spread = Math.max(spread, Math.abs(at(theirs, step) - at(single, step)));
    const bound = step < 10 ? 1e-3 : Math.max(1e-3, 2 * spread);
    expect(Math.abs(loss - at(theirs, step)), `step ${step + 1}`).toBeLessThanOrEqual(bound);
  }
});

compared('Swin-T learns from real slices as in Python', async (root) => {
  const recording = await train(root, {
    reference: 'swin_t',
    firstConv: 'features.0.0',
    batch: 2,
    threads: [2],
  });
  const theirs = values(recording, 'losses/2');
  for (const [step, loss] of ourLosses('swin_t', recording, 2).entries()) {
    expect(Math.abs(loss - at(theirs, step)), `step ${step + 1}`).toBeLessThanOrEqual(1e-4);
  }
});

/** Needs Python and the shared cohort. */
function compared(name: string, body: (root: string) => Promise<void>): void {
  referenceTest(name, ['torch', 'torchvision', 'PIL'], async (context) => {
    await body(needShared(context, 'data/lgg-lesion/CS'));
  });
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

function values(recording: Recording, name: string): number[] {
  return Array.from(recorded(recording, name).toFloat32Array());
}

function at(list: readonly number[], index: number): number {
  return list[index] ?? Number.NaN;
}
